package startup

import (
	"time"

	"github.com/seed-3519b94c/simrun/model/coord"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Runtime is what a registry runs on, once it is created.
type Runtime struct {
	r      *Registry
	cfg    Config // the snapshot
	port   int    // of its server; 0: none
	kind   Kind
	router bool
	ready  env.Promise // of a runtime that is made at once: its server is there

	routerFailure *Failure // why there is no router
	pool          coord.Memo
	poolDone      bool
}

// startServerless gives rt the mode serverless.
func (rt *Runtime) startServerless() *Failure {
	isNew, f := rt.enter(KindServerless)
	if f != nil || !isNew {
		return f
	}
	if f := rt.buildRouter(); f != nil {
		return f
	}
	rt.wantPool()
	return nil
}

// startRunner gives rt the mode runner.
func (rt *Runtime) startRunner() *Failure {
	_, f := rt.enter(KindRunner)
	return f
}

// enter gives rt the mode k, unless it has another; isNew: it had none.
func (rt *Runtime) enter(k Kind) (isNew bool, f *Failure) {
	a := rt.r.app
	a.deps.Touch.Reads(rt.r.touched.kind)
	if rt.kind != KindNone && rt.kind != k {
		return false, rt.refuse(k)
	}
	if isNew = rt.kind == KindNone; isNew {
		a.deps.Touch.Writes(rt.r.touched.kind)
		rt.kind = k
	}
	a.deps.Probe.Mode(rt.r, k)
	return isNew, nil
}

func (rt *Runtime) refuse(k Kind) *Failure {
	a := rt.r.app
	f := a.fail(SiteMode, "the runtime is already started as "+rt.kind.String(), nil)
	a.deps.Probe.Refused(rt.r, k, f)
	return f
}

// buildRouter makes the routes.
func (rt *Runtime) buildRouter() *Failure {
	a := rt.r.app
	if err := a.deps.BuildRouter(); err != nil {
		rt.routerFailure = a.fail(SiteRouter, "could not build the router", err)
		return rt.routerFailure
	}
	a.deps.Touch.Writes(rt.r.touched.router)
	rt.router = true
	return nil
}

// route answers a request, after its assertions.
func (rt *Runtime) route(c env.Async, req Req) (Answer, *Failure) {
	if f := rt.assertRoute(); f != nil {
		return Answer{}, f
	}
	if c != nil && rt.r.app.sw.Pool == PoolRetryGate && rt.cfg.Pool && req.needsPool() {
		if _, err := c.Await(rt.poolReady()); err != nil {
			return Answer{Status: 503}, nil
		}
	}
	return rt.answer(), nil
}

func (rt *Runtime) assertRoute() *Failure {
	a := rt.r.app
	a.deps.Touch.Reads(rt.r.touched.router)
	if rt.kind != KindServerless {
		return a.fail(SiteRoute, "not started as serverless", nil)
	}
	if !rt.router {
		f := a.fail(SiteRoute, "the router is not set", nil)
		f.Behind = rt.routerFailure
		return f
	}
	return nil
}

func (rt *Runtime) answer() Answer { return Answer{Status: 200, Endpoint: rt.cfg.Public} }

// needsPool reports whether a request waits for the pool where it is gated (r5).
func (req Req) needsPool() bool {
	return req.Path == "/start" || req.Path == "/metadata" && !req.FromEngine
}

// wantPool begins to configure the pool, if it is not done when a request needs it.
func (rt *Runtime) wantPool() {
	a := rt.r.app
	if !rt.cfg.Pool {
		return
	}
	a.deps.Probe.PoolWanted(rt.r)
	if a.sw.Pool != PoolRetryGate {
		rt.configureOnce()
	}
}

// configureOnce configures the pool, and never again: a failure is one error line.
func (rt *Runtime) configureOnce() env.Promise {
	a := rt.r.app
	return a.deps.Loop.Async(func(c env.Async) (any, error) {
		if err := rt.tryConfigure(c); err != nil {
			a.log(env.Error, "could not configure the serverless pool; restart the process to try again",
				a.fail(SitePool, "could not configure the pool", err))
			return nil, nil
		}
		return nil, nil
	})
}

// PoolConfig is the body of the request that configures a pool.
type PoolConfig struct {
	RequestLife time.Duration
	MaxRunners  int
	Slots       int
}

// tryConfigure asks the engine for its datacenters and configures the pool in them.
func (rt *Runtime) tryConfigure(c env.Async) error {
	a := rt.r.app
	life := a.k.RequestLife
	if a.sw.Core == CoreNative {
		life = a.k.RequestLifeR5
	}
	body := PoolConfig{life, a.k.MaxRunners, a.k.SlotsPerRunner}
	for _, q := range [...]env.Request{
		{Label: "datacenters", Method: "GET", Addr: rt.cfg.Endpoint, Path: "/datacenters"},
		{Label: "runner-config", Method: "PUT", Addr: rt.cfg.Endpoint, Path: "/runner-configs", Body: body},
	} {
		resp, err := a.get(c, q)
		if err != nil {
			return err
		}
		if !resp.OK() {
			return &StatusError{resp.Status}
		}
	}
	rt.poolDone = true
	a.deps.Probe.PoolConfigured(rt.r)
	return nil
}

// poolReady is the shared promise that the pool is configured; a failed one is
// forgotten, so that the next request tries again (r5).
func (rt *Runtime) poolReady() env.Promise {
	a := rt.r.app
	rt.pool.ForgetFailure = true
	return rt.pool.Get(func() env.Promise {
		return a.deps.Loop.Async(func(c env.Async) (any, error) { return nil, rt.configureFor(c, a.k.ConfigureTotal) })
	})
}

// configureFor tries again and again until total has passed.
func (rt *Runtime) configureFor(c env.Async, total time.Duration) error {
	a := rt.r.app
	if rt.poolDone {
		return nil
	}
	began := a.deps.Clock.Mark()
	defer a.deps.Clock.Release(began)
	for {
		err := rt.tryConfigure(c)
		if err == nil {
			return nil
		}
		f := a.fail(SitePool, "could not configure the pool", err)
		if a.deps.Clock.Elapsed(began, total) {
			a.log(env.Error, "gave up configuring the serverless pool", f)
			return f
		}
		a.log(env.Warning, "could not configure the serverless pool, trying again", f)
		if err := a.pause(c, a.k.ConfigurePause); err != nil {
			return err
		}
	}
}
