package depopt

import (
	"strconv"

	model "github.com/seed-3519b94c/simrun/model/depopt"
)

// name is a version as people read it: D1, D2 for discoveries, H1, H2 for commits, in
// the order in which they appeared.
func (f *facts) name(v model.Version) string {
	n := 0
	for _, known := range f.versions {
		if known.Discovered() == v.Discovered() {
			n++
		}
		if known == v {
			return kindOf(v) + strconv.Itoa(n)
		}
	}
	f.versions = append(f.versions, v)
	return kindOf(v) + strconv.Itoa(n+1)
}

func kindOf(v model.Version) string {
	if v.Discovered() {
		return "D"
	}
	return "H"
}

// url is a URL as people read it.
func (f *facts) url(u *model.URL) string {
	s := u.Name
	if u.Bridge {
		s = "ssr:" + s
	}
	if u.Version != 0 {
		s += "?v=" + f.name(u.Version)
	}
	return s
}

// Discovered opens L2 for the batch.
func (f *facts) Discovered(e *model.Environment, dep string, v model.Version, batch int) {
	f.discoveries++
	open(f.ready, readyKey(e, batch))
	if f.telling() {
		f.note("%s discovers %s, to be called %s", e.Name, dep, f.name(v))
	}
}

func readyKey(e *model.Environment, batch int) int64 {
	return int64(len(e.Name))<<16 | int64(batch)
}

// Settled closes L2.
func (f *facts) Settled(e *model.Environment, batch int) { shut(f.ready, readyKey(e, batch)) }

// BundleStart is worth a line.
func (f *facts) BundleStart(e *model.Environment, _ int) { f.note("%s starts to bundle", e.Name) }

// BundleEnd is too.
func (f *facts) BundleEnd(e *model.Environment, err error) {
	if err != nil {
		f.note("%s: bundling fails", e.Name)
		return
	}
	f.note("%s has bundled", e.Name)
}

// Dropped is a goal.
func (f *facts) Dropped(e *model.Environment) {
	f.goals.reached(goalDropped)
	f.note("%s drops the result: something was discovered meanwhile", e.Name)
}

// Committed opens L5.
func (f *facts) Committed(e *model.Environment, reload bool) {
	f.dirty = true
	if f.judged[pS6] {
		e.Files(func(u *model.URL, content uint64) { f.content(e, u, content) })
	}
	if f.inflight > 0 {
		f.goals.reached(goalAcross)
	}
	if !reload {
		f.note("%s commits; what was handed out stays valid", e.Name)
		return
	}
	f.note("%s commits; a reload is needed", e.Name)
	if f.stale != nil {
		f.stale.Supersede(f.commit)
	}
	f.commit++
}

// Invalidated is worth a line.
func (f *facts) Invalidated(e *model.Environment) { f.note("%s invalidates its graph", e.Name) }

// ReloadSent is too.
func (f *facts) ReloadSent(e *model.Environment) { f.note("%s sends a full reload", e.Name) }

// Waits is too.
func (f *facts) Waits(_ *model.Environment, u *model.URL) {
	if f.telling() {
		f.note("%s waits for its bundle", f.url(u))
	}
}

// Released is a goal.
func (f *facts) Released(_ *model.Environment, u *model.URL, committed bool) {
	if committed && u.Version.Discovered() {
		f.goals.reached(goalReleased)
	}
	if committed && f.telling() {
		f.note("%s goes on", f.url(u))
	}
}

// Stale is worth a line.
func (f *facts) Stale(_ *model.Environment, u *model.URL, rule int) {
	if f.out != nil {
		f.out.Stale = append(f.out.Stale, u.Name)
	}
	if !f.telling() {
		return
	}
	if rule == 0 {
		f.note("%s: not found", f.url(u))
		return
	}
	f.note("%s: outdated (rule %d)", f.url(u), rule)
}

// Loaded judges S6.
func (f *facts) Loaded(e *model.Environment, u *model.URL, content uint64) {
	if f.judged[pS6] && u.Version != 0 && f.content(e, u, content) {
		f.violated(pS6, "", "%s was read, and has another content than that version", f.url(u))
	}
}

// content notes what is in a URL: what the commit put there that gave the version, or what
// was read first. It reports whether something else was known to be.
func (f *facts) content(e *model.Environment, u *model.URL, content uint64) (other bool) {
	for _, l := range f.loads {
		if l.e == e && l.u == u {
			return l.content != content
		}
	}
	f.loads = append(f.loads, loadedFile{e, u, content})
	return false
}

// Lookup judges S1.
func (f *facts) Lookup(e *model.Environment, u, id *model.URL, how string) {
	if !f.judged[pS1] {
		return
	}
	if v := e.Version(id.Name); v != 0 && id.Version != v {
		f.violated(pS1, how, "%s: %s was taken for %s, when %s was %s", how, f.url(u), f.url(id), id.Name, f.name(v))
	}
}

// QuietStarted opens L3.
func (f *facts) QuietStarted(n int) {
	open(f.quiet, int64(n))
	f.note("retry: wait for quiet")
}

// QuietRestarted is a goal.
func (f *facts) QuietRestarted(int) { f.goals.reached(goalQuiet) }

// QuietEnded closes L3.
func (f *facts) QuietEnded(n int) {
	shut(f.quiet, int64(n))
	f.note("retry: it is quiet")
}

// RequestArrived opens the obligation to answer.
func (f *facts) RequestArrived(r *model.Request) {
	f.inflight++
	open(f.answered, int64(r.ID))
	if f.telling() {
		f.note("request %s (%d)", r.Page, r.ID&0xffff)
	}
}

// RequestAnswered closes it, ends an attempt, and judges L4.
func (f *facts) RequestAnswered(r *model.Request, status int, err error) {
	f.inflight--
	if f.answered != nil {
		f.answered.Close(int64(r.ID))
	}
	if f.telling() {
		why := ""
		if err != nil {
			why = f.sayError(err)
		}
		f.note("answer %d for %s (%d)%s", status, r.Page, r.ID&0xffff, why)
	}
	f.tried(r.Client, status == model.StatusOK)
	if status == model.StatusRedirect && r.Redirects == model.RedirectLimit {
		f.violated(pL4, "", "client %d was sent back %d times in a row", r.Client, r.Redirects+1)
	}
}

// sayError is an error with the names that people read.
func (f *facts) sayError(err error) string {
	if e, ok := err.(*model.Error); ok && e.At != nil {
		if e.Code == model.Outdated {
			return ": outdated " + f.url(e.At)
		}
		return ": " + f.url(e.At)
	}
	return ": " + err.Error()
}

// Effect judges S5.
func (f *facts) Effect(r *model.Request, name string) {
	if f.telling() {
		f.note("effect %s of request %d", name, r.ID&0xffff)
	}
	for _, e := range f.effects {
		if e.action == r.Action && e.name == name {
			f.violated(pS5, name, "effect %s happened twice for one click on %s", name, r.Page)
		}
	}
	f.effects = append(f.effects, effect{r.Action, name})
}

// ContextSet is worth a line.
func (f *facts) ContextSet(*model.Request, string) { f.note("the request sets its context") }

// ContextGot judges S4.
func (f *facts) ContextGot(r *model.Request, key string, found bool) {
	if found {
		f.note("the request finds its context")
		return
	}
	f.violated(pS4, key, "request %d set %s, and does not find it: its context is kept by another instance", r.ID&0xffff, key)
}
