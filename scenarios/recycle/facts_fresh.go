package recycle

import (
	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim"
)

// freshState is where FRESH stands: opened when the balancer is left with targets of
// one image, due 360 s later, and from then on for good, until the targets change.
type freshState struct {
	only  bool
	due   bool
	timer sim.EventRef
}

// routed hears that the balancer's targets have changed.
func (a *facts) routed() {
	if a.over {
		return
	}
	ts := a.f.targets()
	only := len(ts) > 0
	for _, t := range ts {
		only = only && t.image == ts[0].image
	}
	if only && a.fresh.only && a.expect == ts[0].image {
		return
	}
	if !a.fresh.only && only || only && a.expect != ts[0].image {
		a.disturb()
	}
	a.w.Cancel(a.fresh.timer)
	first := a.expect == (image{}) // nothing has been deployed yet
	a.fresh = freshState{only: only}
	if !only {
		if first {
			a.expect = a.f.setup.old
		}
		return
	}
	a.expect = ts[0].image
	if first && a.expect == a.f.setup.old {
		return
	}
	a.w.Note("shell %v is now the only routable one", a.expect.shellOf())
	if a.watch.fresh {
		a.fresh.timer = a.within("fresh", freshWithin, func() {
			a.fresh.due, a.dirty = true, true
		})
	}
	if a.f.setup.flips {
		a.runOn(freshWithin + 1)
	}
}

// shellOf is the shell that a task of the image serves.
func (i image) shellOf() model.Shell { return model.Shell{Artifact: i.shell, Conf: i.conf} }

// lookFresh: no page of a registered server has another shell than the newest.
func (a *facts) lookFresh() {
	for _, s := range a.f.servers {
		l := a.f.alive(s)
		if l == nil || !a.f.registered(s) {
			continue
		}
		l.LivePages(func(g *model.Page) {
			if g.Shell.Artifact == a.expect.shell && g.Shell.Conf == a.expect.conf || !a.watch.fresh {
				return
			}
			what := a.belief(s, l.Warmed())
			if g.Shell.Artifact == a.expect.shell {
				what = "settings of another image"
			}
			a.failed(fresh, what, "%v of %s has shell %v, %v after %v became the only routable one; the server is warmed against %s",
				g, s.name, g.Shell, freshWithin, a.expect.shellOf(), a.warmedName(l.Warmed()))
		})
	}
}

// belief says in which way a server with a stale page is wrong: two ways are two bugs.
func (a *facts) belief(s *serverSlot, w model.Warmed) string {
	switch {
	case s.joined:
		return "its recycle joined a restart for something else"
	case !w.Defined:
		return "no token ever came"
	case w.Unknown:
		return "it knows"
	case w.Echo.Token == a.f.artifacts[a.expect.shell].Token:
		return "it believes that all is fresh"
	}
	return "it was never told"
}

func (a *facts) warmedName(w model.Warmed) string {
	if !w.Defined || w.Unknown {
		return w.String()
	}
	return a.f.tokenName(w.Echo.Token)
}

// registered reports whether a manager that runs lists s.
func (f *fleet) registered(s *serverSlot) bool {
	for _, m := range f.managers {
		if m.up && m.logic.Lists(s.addr) {
			return true
		}
	}
	return false
}
