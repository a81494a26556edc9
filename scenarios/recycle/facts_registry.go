package recycle

import (
	"time"

	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim"
)

// registryWatch watches what one manager knows of one server.
type registryWatch struct {
	missing, stale sim.EventRef
	isMissing      bool
	isStale        bool
}

// of is the watch of a pair, made at need.
func (a *facts) of(s, m int) *registryWatch {
	i := m*len(a.f.servers) + s
	for len(a.missing) <= i {
		a.missing = append(a.missing, registryWatch{})
	}
	return &a.missing[i]
}

// registryChanged looks again who is missing, and who is listed though dead.
func (a *facts) registryChanged() {
	if !a.watch.reg || a.over {
		return
	}
	for i, s := range a.f.servers {
		for j, m := range a.f.managers {
			r := a.of(i, j)
			living := s.up && s.listens && !s.logic.Draining()
			listed := m.up && m.logic.Lists(s.addr)
			a.watchMissing(r, s, m, m.up && !m.retired && living && !listed)
			a.watchStale(r, s, m, listed && !s.up)
		}
	}
}

func (a *facts) watchMissing(r *registryWatch, s *serverSlot, m *managerSlot, is bool) {
	if is == r.isMissing {
		return
	}
	r.isMissing = is
	if !is {
		a.w.Cancel(r.missing)
		return
	}
	r.missing = a.within("missing", a.bound, func() {
		a.failed(reg, "missing", "%s lives, listens, and has been missing from the registry of %s for %v", s.name, m.name, a.bound)
	})
}

func (a *facts) watchStale(r *registryWatch, s *serverSlot, m *managerSlot, is bool) {
	if is == r.isStale {
		return
	}
	r.isStale = is
	if !is {
		a.w.Cancel(r.stale)
		return
	}
	// A beat that was on its way when the server died counts from its arrival.
	bound := a.f.consts.RegistryTTL + a.f.consts.Sweep + a.bound - a.f.consts.Heartbeat
	r.stale = a.within("stale", bound, func() {
		a.failed(reg, "dead one listed", "%s is dead and has been listed by %s for %v", s.name, m.name, bound)
	})
}

// listening hears that a server serves.
func (a *facts) listening(s *serverSlot) {
	s.up, s.listens = true, true
	a.disturb()
	a.registryChanged()
}

// serverDown hears that a life of a server has ended.
func (a *facts) serverDown(s *serverSlot) {
	if !s.up {
		return
	}
	s.up, s.listens = false, false
	a.dirty = true
	a.recycleEnded(s.name)
	for _, r := range s.owed {
		a.failed(live, "render dropped", "%s was told to end while it rendered %s, and ended without an answer", s.name, r.Module)
	}
	s.owed, s.renders = nil, nil
	a.registryChanged()
}

// exits hears that a server ends in an orderly way.
func (a *facts) exits(s *serverSlot) {
	if !a.watch.reg {
		return
	}
	a.within("exited", orderlyGone, func() {
		for _, m := range a.f.managers {
			if m.up && !s.up && m.logic.ListsUsable(s.addr) {
				a.failed(reg, "usable after its end", "%s ended in an orderly way %v ago, and %s would still give it renders", s.name, orderlyGone, m.name)
			}
		}
	})
}

func (a *facts) managerUp(m *managerSlot) {
	m.up = true
	a.dirty = true
	a.disturb()
	a.registryChanged()
}

// retired hears that nobody will find a manager any more.
func (a *facts) retired(m *managerSlot) {
	m.retired = true
	a.disturb()
	a.registryChanged()
}

func (a *facts) managerDown(m *managerSlot) {
	m.up = false
	a.dirty = true
	a.disturb()
	a.registryChanged()
}

// rendering follows what a server renders, and what it owes when it is told to end.
func (a *facts) rendering(x *model.Fact) {
	if !a.watch.live {
		return
	}
	s := a.f.serverOf(x.Who)
	if x.Kind == model.RenderBegan {
		s.renders = append(s.renders, x.Render)
		return
	}
	s.renders = without(s.renders, x.Render)
	s.owed = without(s.owed, x.Render)
}

func without(rs []*model.Render, r *model.Render) []*model.Render {
	for i := range rs {
		if rs[i] == r {
			return append(rs[:i:i], rs[i+1:]...)
		}
	}
	return rs
}

// liveWatch is the bound of one server's recycle.
type liveWatch struct {
	server string
	timer  sim.EventRef
}

func (a *facts) recycleBegan(server, token string) {
	a.recycles++
	if a.isQuiet {
		a.failed(conv, "", "%s recycles for %s although all has been quiet for %v", server, a.f.tokenName(token), quietAfter)
	}
	if !a.watch.live {
		return
	}
	a.lives = append(a.lives, liveWatch{server, a.within("recycling", liveWithin, func() {
		a.failed(live, "recycle", "the recycle of %s has not ended within %v%s", server, liveWithin, a.f.waits(server))
	})})
}

// waits tells what a server waits for, as an edge of the wait-for graph.
func (f *fleet) waits(server string) string {
	l := f.alive(f.serverOf(server))
	if l == nil {
		return ""
	}
	if what := l.WaitsFor(); what != "" {
		return ": " + server + " waits for " + what
	}
	return ""
}

func (a *facts) recycleEnded(server string) {
	for i := range a.lives {
		if a.lives[i].server == server {
			a.w.Cancel(a.lives[i].timer)
			a.lives = append(a.lives[:i], a.lives[i+1:]...)
			return
		}
	}
}

// poison is a bad result that is stored, from the first one on.
type poison struct {
	key   string
	timer sim.EventRef
}

// stored judges what is in the database: res, or nothing if it is nil.
func (a *facts) stored(key string, res *model.Result) {
	if !a.watch.poison {
		return
	}
	at := -1
	for i := range a.poisoned {
		if a.poisoned[i].key == key {
			at = i
		}
	}
	if res == nil || res.Shell.Artifact == res.Source {
		if at >= 0 {
			a.w.Cancel(a.poisoned[at].timer)
			a.poisoned = append(a.poisoned[:at], a.poisoned[at+1:]...)
		}
		return
	}
	a.failed(noPoison0, "", "the result of %s, source %v, of a page with shell %v is stored", key, res.Source, res.Shell)
	if at >= 0 {
		return
	}
	a.poisoned = append(a.poisoned, poison{key, a.within("poison", poisonLimit, func() {
		a.failed(noPoison, "", "%s has been wrong for %v: source %v was rendered on a page with shell %v", key, time.Duration(poisonLimit), res.Source, res.Shell)
	})})
}
