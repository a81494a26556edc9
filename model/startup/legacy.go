package startup

import (
	"github.com/seed-3519b94c/simrun/sim/env"
)

// This file is the runtime of r0, which is there at once and gets its server in the
// background: Switches.Readiness.

// legacyRuntime is the runtime for a call that wants mode k. What is wrong is thrown
// to the caller.
func (r *Registry) legacyRuntime(k Kind) (*Runtime, error) {
	keep := r.app.sw.Memo == MemoPromise || k != KindRunner
	if keep && r.cached != nil {
		return r.cached, nil
	}
	rt, f := r.newLegacy(k)
	if f != nil {
		return nil, f
	}
	if keep {
		r.cached = rt
	}
	return rt, nil
}

// newLegacy is new Runtime(k).
func (r *Registry) newLegacy(k Kind) (*Runtime, *Failure) {
	a := r.app
	a.deps.Probe.Creating(r)
	cfg, f := r.parse()
	if f != nil {
		a.deps.Probe.Created(r, f)
		return nil, f
	}
	rt := r.newRuntime(cfg)
	rt.kind = k
	var ready []any
	if k != KindRunner && cfg.SpawnEngine {
		rt.port = a.k.Port
		ready = append(ready, a.background(func(c env.Async) *Failure { return r.ensureEngine(c) }))
	}
	if cfg.ServeManager {
		ready = append(ready, a.background(rt.serveManager))
	}
	if k == KindServerless {
		if f := rt.buildRouter(); f != nil {
			a.deps.Probe.Created(r, f)
			return nil, f
		}
		a.deps.Probe.Mode(r, k)
		if cfg.Pool {
			a.deps.Probe.PoolWanted(r)
		}
	}
	all := a.deps.Loop.All(ready...)
	rt.ready = all.Then(func(any) (any, error) { return rt.afterReady() }, nil)
	r.sideCatch(rt.ready, "could not start the runtime")
	return rt, nil
}

// background runs a part of the start that the runtime does not wait for.
func (a *App) background(part func(c env.Async) *Failure) env.Promise {
	return a.deps.Loop.Async(func(c env.Async) (any, error) {
		if f := part(c); f != nil {
			return nil, f
		}
		return nil, nil
	})
}

// afterReady runs when the server is there.
func (rt *Runtime) afterReady() (any, error) {
	a := rt.r.app
	if rt.kind == KindRunner {
		a.deps.Probe.Mode(rt.r, KindRunner)
	}
	if rt.port == 0 {
		f := a.fail(SitePort, "the port is not set", nil)
		a.deps.Probe.Created(rt.r, f)
		return nil, f
	}
	a.deps.Probe.Created(rt.r, nil)
	if rt.kind == KindServerless && rt.cfg.Pool && a.sw.Pool != PoolRetryGate {
		return rt.configureOnce(), nil
	}
	return nil, nil
}

// legacyHandler answers at once.
func (r *Registry) legacyHandler(req Req) (env.Promise, error) {
	a := r.app
	a.requests++
	defer func() { a.requests-- }()
	rt, err := r.legacyRuntime(KindServerless)
	if err != nil {
		return nil, err
	}
	if rt.kind != KindServerless { // one runtime for all, made early or for a runner
		if f := rt.startServerless(); f != nil {
			return nil, f
		}
	}
	if f := rt.assertRoute(); f != nil {
		return nil, f
	}
	if a.sw.Pool == PoolRetryGate && rt.cfg.Pool && req.needsPool() {
		return a.deps.Loop.Async(func(c env.Async) (any, error) {
			answer, f := rt.route(c, req)
			if f != nil {
				return nil, f
			}
			return answer, nil
		}), nil
	}
	return a.deps.Loop.Resolve(rt.answer()), nil
}
