package depopt

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// window is an extra duration; 0 is none.
type window = time.Duration

// source is a module before its transform: what it is, and its imports as they are
// written.
type source struct {
	at     *URL
	module *Module
	bundle *Bundle
	static []*URL
	lazy   []*URL
}

// virtualState is the module that holds framework state under Virtual: not known to
// the optimizer, and without a version.
const virtualState = "/virtual-state"

// sourceOfModule is what the author wrote.
func (e *Environment) sourceOfModule(at *URL, m *Module) *source {
	s := &source{at: at, module: m}
	if len(m.Static) > 0 {
		s.static = make([]*URL, len(m.Static))
		for i, spec := range m.Static {
			s.static[i] = e.sys.url(spec)
		}
	}
	for i, step := range m.Handler {
		if (step.Op == OpLazy || step.Op == OpCall) && !step.Spec.Page {
			if s.lazy == nil {
				s.lazy = make([]*URL, len(m.Handler))
			}
			s.lazy[i] = e.sys.url(step.Spec)
		}
	}
	return s
}

// sourceOfBundle is a file that the bundler wrote. It names its chunks without a
// version.
func (e *Environment) sourceOfBundle(at *URL, b *Bundle) *source {
	s := &source{at: at, bundle: b}
	for _, c := range b.Chunks {
		s.static = append(s.static, e.sys.urls.file(c, 0))
	}
	if b.dep != nil {
		for _, spec := range b.dep.Imports {
			s.static = append(s.static, e.sys.url(spec))
		}
		if b.dep.Defines && e.sys.cfg.State == Virtual {
			s.static = append(s.static, e.sys.urls.source(virtualState))
		}
	}
	return s
}

// url is what an import says, as a URL.
func (s *System) url(spec Spec) *URL {
	kind := Dep
	if spec.Name[0] == '/' {
		kind = Source
	}
	return s.urls.of(kind, spec.Name, 0, spec.Bridge)
}

// analyse resolves all static imports, and lazy ones that name a dependency, at the
// same time, makes their nodes, and rewrites each
// to the URL that it had when it was resolved; the slowest decides when the result is
// there (6.6).
func (e *Environment) analyse(a env.Async, s *source) (*Code, error) {
	code := &Code{At: s.at, Module: s.module, Bundle: s.bundle, Imports: s.static, Lazy: s.lazy}
	n := len(s.static)
	for _, u := range s.lazy {
		if u != nil && u.Unversioned() {
			n++
		}
	}
	var err error
	switch {
	case n == 0:
	case n == 1 && len(s.static) == 1:
		err = e.analyseImport(a, &s.static[0])
	default:
		err = e.analyseAll(a, s)
	}
	if err != nil {
		return nil, err
	}
	if e.preTransform {
		for _, u := range code.Imports {
			e.warmUp(u)
		}
	}
	return code, nil
}

// analyseAll resolves several imports at the same time.
func (e *Environment) analyseAll(a env.Async, s *source) error {
	done, settle, fail := e.loop.NewPromise()
	left := 0
	begin := func(u **URL) {
		left++
		e.loop.Async(func(b env.Async) (any, error) {
			if err := e.analyseImport(b, u); err != nil {
				fail(err)
				return nil, nil
			}
			if left--; left == 0 {
				settle(nil)
			}
			return nil, nil
		})
	}
	for i := range s.static {
		begin(&s.static[i])
	}
	for i := range s.lazy {
		if s.lazy[i] != nil && s.lazy[i].Unversioned() {
			begin(&s.lazy[i])
		}
	}
	return await(a, done)
}

// analyseImport resolves one import and makes its node.
func (e *Environment) analyseImport(a env.Async, u **URL) error {
	if err := await(a, e.loop.IO((*u).label(ioResolve))); err != nil {
		return err
	}
	id, err := e.resolve(a, *u)
	if err != nil {
		return err
	}
	if (*u).Unversioned() {
		e.obs.Lookup(e, *u, id, "import analysis")
	}
	*u = id
	_, err = e.graph.ensure(a, id, id)
	return err
}

// warmUp starts to transform an import, and does not wait for it.
func (e *Environment) warmUp(u *URL) {
	e.loop.Async(func(a env.Async) (any, error) {
		_, _ = e.transformRequest(a, u)
		return nil, nil
	})
}

// resolve is the id of a URL (6.4).
func (e *Environment) resolve(a env.Async, u *URL) (*URL, error) {
	if u.Kind == Source && !u.Bridge {
		if m := e.sys.app.Module(u.Name); m != nil {
			if d := e.slow(u, m.Slow.Resolve, m.Slow.Once); d > 0 {
				if err := e.sleep(a, d); err != nil {
					return nil, err
				}
			}
		}
	}
	if u.Bridge || !u.Unversioned() {
		return u, nil
	}
	if e.opt == nil {
		return nil, &Error{Code: NotFound, At: u}
	}
	if u.Kind == File {
		e.touchRead(e.opt.res.meta)
		return e.sys.urls.file(u.Name, e.opt.meta.hash), nil
	}
	if scan := e.opt.scan; scan != nil && scan.State() == env.Pending {
		if err := await(a, scan); err != nil {
			return nil, err
		}
	}
	name := u.Name
	if to, ok := e.sys.app.Alias[name]; ok {
		name = to
	}
	dep, ok := e.sys.app.dep(name)
	if !ok {
		return nil, &Error{Code: NotFound, At: u}
	}
	return e.sys.urls.file(name, e.opt.discover(dep).hash), nil
}
