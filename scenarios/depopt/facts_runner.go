package depopt

import (
	"slices"

	model "github.com/seed-3519b94c/simrun/model/depopt"
)

// SharedFetch is a goal.
func (f *facts) SharedFetch(*model.URL) { f.goals.reached(goalShared) }

// Replayed is a goal.
func (f *facts) Replayed(id *model.URL) {
	f.goals.reached(goalReplayed)
	if f.telling() {
		f.note("the failure of %s is replayed", f.url(id))
	}
}

// Evaluated judges S3.
func (f *facts) Evaluated(x *model.Exports) {
	if f.out != nil {
		f.out.Ran = append(f.out.Ran, ranModule{x.ID.Inner().Name, x.ID.String(), x.Gen})
		f.out.Gen = f.h.sys.Runner.Gen()
	}
	if f.telling() {
		f.note("evaluate %s, generation %d", f.url(x.ID), x.Gen)
	}
	if !f.judged[pS3] || x.ID.Version == 0 {
		return
	}
	file := x.ID.Bare()
	for _, r := range f.ran {
		if r.gen == x.Gen && r.file == file && r.id != x.ID {
			f.violated(pS3, file.Inner().Name, "generation %d has evaluated %s and %s", x.Gen, f.url(r.id), f.url(x.ID))
			return
		}
	}
	f.ran = append(f.ran, ranFile{x.Gen, file, x.ID})
}

// ReloadReceived opens the obligation to handle.
func (f *facts) ReloadReceived(roots int) {
	f.accepted++
	if f.handled != nil {
		f.handled.Open(f.accepted)
	}
	f.note("the runner is told of a full reload, and has %d roots", roots)
}

// ReloadHandled closes it.
func (f *facts) ReloadHandled() {
	f.finished++
	if f.handled != nil {
		f.handled.Close(f.finished)
	}
}

// Cleared is a goal.
func (f *facts) Cleared(gen int, during bool) {
	if during {
		f.goals.reached(goalCleared)
	}
	f.note("the runner forgets its modules: generation %d", gen)
	if f.h.cleared != nil {
		f.h.cleared()
	}
}

// Reimported judges A1.
func (f *facts) Reimported(root *model.URL, err error) {
	if err == nil {
		if f.telling() {
			f.note("%s is imported again", f.url(root))
		}
		return
	}
	if f.telling() {
		f.note("%s cannot be imported again%s", f.url(root), f.sayError(err))
	}
	f.violated(pA1, "", "%s could not be imported again%s", f.url(root), f.sayError(err))
}

// Responded judges S2.
func (f *facts) Responded(r *model.Request, from []*model.Exports) {
	if !f.judged[pS2] {
		return
	}
	var seen []*model.Exports
	var walk func(x *model.Exports)
	walk = func(x *model.Exports) {
		if slices.Contains(seen, x) {
			return
		}
		for _, y := range seen {
			if source := common(x.Sources, y.Sources); source != "" && (x.Gen != y.Gen || x.ID != y.ID) {
				f.violated(pS2, source, "the response to request %d is made of two instances of %s: %s of generation %d and %s of generation %d",
					r.ID&0xffff, source, f.url(y.ID), y.Gen, f.url(x.ID), x.Gen)
			}
		}
		seen = append(seen, x)
		for _, y := range x.Imports {
			walk(y)
		}
	}
	for _, x := range from {
		walk(x)
	}
}

func common(a, b []string) string {
	for _, s := range a {
		if slices.Contains(b, s) {
			return s
		}
	}
	return ""
}

// CachesChanged makes L5 look again.
func (f *facts) CachesChanged() { f.dirty = true }

// lookAtCaches judges L5: an obligation is open as long as some cache would serve an
// older version.
func (f *facts) lookAtCaches() {
	if !f.dirty || f.commit == 0 {
		return
	}
	f.dirty = false
	what := f.staleCache()
	isOpen := f.stale.IsOpen(f.commit)
	switch {
	case what == "" && isOpen:
		f.stale.Supersede(f.commit)
	case what != "" && !isOpen:
		f.stale.Open(f.commit)
	}
}

// staleCache names a cache that would serve an older version; "" if none would.
func (f *facts) staleCache() string {
	s := f.h.sys
	if what := f.staleResult(s.SSR); what != "" {
		return what
	}
	if what := f.staleResult(s.Worker); what != "" {
		return what
	}
	if what := f.staleResult(s.Client); what != "" {
		return what
	}
	if s.SSR == nil {
		return ""
	}
	out := ""
	s.SSR.CachedURLs(func(raw, id *model.URL) {
		if out == "" && raw.Kind == model.Dep && s.BridgeUses(raw) && f.older(s.SSR, id) {
			out = "the bridge would take " + raw.Name + " for an older one"
		}
	})
	return out
}

// older reports whether id names an older version of a file than e has now.
func (f *facts) older(e *model.Environment, id *model.URL) bool {
	if id.Version == 0 {
		return false
	}
	if id.Bridge {
		e = f.h.sys.SSR
	}
	v := e.Version(id.Name)
	return v != 0 && v != id.Version
}

// staleResult looks for a result that is reachable from a module without a version and
// has an older version baked in.
func (f *facts) staleResult(e *model.Environment) string {
	if e == nil {
		return ""
	}
	out := ""
	e.Results(func(id *model.URL, code *model.Code) {
		if out == "" && id.Version == 0 {
			out = f.staleImport(e, code, 0)
		}
	})
	return out
}

// maxDepth bounds how far imports are followed: no app is deeper.
const maxDepth = 16

func (f *facts) staleImport(e *model.Environment, code *model.Code, depth int) string {
	if depth > maxDepth {
		return ""
	}
	for _, list := range [2][]*model.URL{code.Imports, code.Lazy} {
		for _, u := range list {
			if u == nil {
				continue
			}
			if f.older(e, u) {
				return e.Name + " would serve " + code.At.Name + " with an older " + u.Name
			}
			if u.Version == 0 {
				continue // looked at by itself
			}
			if next := e.Result(u); next != nil {
				if what := f.staleImport(e, next, depth+1); what != "" {
					return what
				}
			}
		}
	}
	return ""
}

// BrowserReload is worth a line.
func (f *facts) BrowserReload(*model.Browser) { f.note("the page is told of a full reload") }

// PageLoads is too.
func (f *facts) PageLoads(_ *model.Browser, n int) { f.note("load the page, time %d", n) }

// PageFetched is too.
func (f *facts) PageFetched(_ *model.Browser, u *model.URL, status int, cached, dropped bool) {
	if !f.telling() {
		return
	}
	how := ""
	if cached {
		how = " from its cache"
	}
	if dropped {
		how += ", and ignores it"
	}
	f.note("the page gets %d for %s%s", status, f.url(u), how)
}
