package startup

import (
	"github.com/seed-3519b94c/simrun/model/coord"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// This file is r5, the rewrite: Switches.Core. There is no manager inside the process
// any more, and handler and startEnvoy each make a native registry.

// native is the state of a registry with the native core.
type native struct {
	memo       coord.Memo  // of handler's registry; kept, also when rejected
	life       env.Promise // of the envoy; nil before startEnvoy
	registered env.Promise // the envoy is known to the engine
	isUp       func(any)   // fulfils registered
	ready      coord.Memo  // of startAndWait
	listening  coord.Memo
}

// nativeBuild makes a native registry, and starts the engine if cfg says so.
func (r *Registry) nativeBuild(cfg Config) env.Promise {
	a := r.app
	return a.deps.Loop.Async(func(c env.Async) (any, error) {
		a.deps.Probe.Creating(r)
		rt := r.newRuntime(cfg)
		if cfg.SpawnEngine {
			rt.port = a.k.Port
			if f := r.ensureEngine(c); f != nil {
				a.deps.Probe.Created(r, f)
				return nil, f
			}
		}
		a.deps.Probe.Created(r, nil)
		return rt, nil
	})
}

// nativeMemo is the promise of handler's registry.
func (r *Registry) nativeMemo() (env.Promise, *Failure) {
	a := r.app
	cfg, f := r.parse()
	if f != nil {
		return nil, f
	}
	r.native.memo.ForgetFailure = a.sw.MemoOnFailure == Clear
	p := r.native.memo.Get(func() env.Promise {
		p := r.nativeBuild(cfg)
		a.deps.Touch.Writes(r.touched.memo)
		return p
	})
	a.deps.Touch.Reads(r.touched.memo)
	return p, nil
}

// nativeHandler serves one request.
func (r *Registry) nativeHandler(c env.Async, req Req) (any, error) {
	a := r.app
	memo, f := r.nativeMemo()
	if f != nil {
		return nil, f
	}
	v, err := c.Await(memo)
	if err != nil {
		return nil, err
	}
	rt, _ := v.(*Runtime)
	if !rt.router {
		if f := rt.buildRouter(); f != nil {
			return nil, f
		}
		rt.kind = KindServerless
		a.deps.Probe.Mode(r, KindServerless)
		if rt.cfg.Pool {
			a.deps.Probe.PoolWanted(r)
			if a.sw.Pool != PoolRetryGate {
				rt.configureOnce()
			}
		}
	}
	answer, f := rt.route(c, req)
	if f != nil {
		return nil, f
	}
	return answer, nil
}

// startEnvoy starts the long-lived worker, once.
func (r *Registry) startEnvoy() {
	a := r.app
	if r.native.life != nil {
		return
	}
	r.native.registered, r.native.isUp, _ = a.deps.Loop.NewPromise()
	conf := a.deps.Loop.Async(func(c env.Async) (any, error) {
		cfg, f := r.parse()
		if f != nil {
			return nil, f
		}
		return r.nativeBuild(cfg), nil
	})
	r.native.life = conf.Then(func(v any) (any, error) {
		rt, _ := v.(*Runtime)
		return r.serveEnvoy(rt), nil
	}, nil)
	a.loose("the registry ended", r.native.life)
	a.drainOnSignal(func(done func()) {
		a.deps.Loop.IO("drain").Then(func(any) (any, error) { done(); return nil, nil }, nil)
	})
}

// serveEnvoy makes the worker known to the engine, and then lives on.
func (r *Registry) serveEnvoy(rt *Runtime) env.Promise {
	a := r.app
	endpoint := rt.cfg.Endpoint
	if endpoint == (env.Addr{}) {
		endpoint = loopback(a.k.Port)
	}
	return a.deps.Loop.Async(func(c env.Async) (any, error) {
		a.deps.Loop.Ref() // the threads of the native core
		rt.kind = KindRunner
		for range a.k.RegisterTries {
			resp, err := a.get(c, env.Request{Label: "register", Method: "POST", Addr: endpoint, Path: "/envoys"})
			if err == nil && resp.OK() {
				a.deps.Probe.Mode(r, KindRunner)
				r.native.isUp(nil)
				break
			}
			if err := a.pause(c, a.k.RegisterPoll); err != nil {
				return nil, err
			}
		}
		never, _, _ := a.deps.Loop.NewPromise()
		return never, nil
	})
}

// StartAndWait is startRunner with a promise, bounded by RunnerReady (r5). The promise
// is kept, also when it is rejected.
func (r *Registry) StartAndWait() (env.Promise, error) {
	a := r.app
	if a.sw.Core != CoreNative {
		return nil, a.fail(SiteMissing, "startAndWait is not a function", nil)
	}
	return r.native.ready.Get(r.envoyReady), nil
}

// envoyReady starts the envoy and is fulfilled when the engine knows it.
func (r *Registry) envoyReady() env.Promise {
	a := r.app
	r.startEnvoy()
	p, resolve, reject := a.deps.Loop.NewPromise()
	bound := a.deps.Loop.SetTimeout(func() {
		if p.State() == env.Pending {
			reject(a.fail(SiteReady, "not registered with the engine within "+a.k.RunnerReady.String(), nil))
		}
	}, a.k.RunnerReady)
	r.native.registered.Then(func(any) (any, error) { bound.Clear(); resolve(nil); return nil, nil }, nil)
	r.native.life.Then(func(any) (any, error) {
		bound.Clear()
		reject(a.fail(SiteReady, "the registry ended", nil))
		return nil, nil
	}, func(reason error) (any, error) {
		bound.Clear()
		reject(reason)
		return nil, nil
	})
	return p
}

// Listen serves requests on a port of its own (r5, RIVETKIT_RUNTIME_MODE=serverless).
// If it cannot, it logs and exits.
func (r *Registry) Listen() env.Promise {
	a := r.app
	return r.native.listening.Get(func() env.Promise {
		return a.deps.Loop.Async(func(c env.Async) (any, error) {
			f := r.listen(c)
			if f == nil {
				return nil, nil
			}
			a.log(env.Error, "could not listen", f)
			a.deps.Host.Exit(1)
			return nil, nil
		})
	})
}

func (r *Registry) listen(c env.Async) *Failure {
	a := r.app
	if _, f := r.parse(); f != nil {
		return f
	}
	l, err := a.deps.Host.Bind(env.Addr{Host: "::", Port: a.k.ServePort})
	if f := a.nextEvent(c); f != nil {
		return f
	}
	if err != nil {
		return a.fail(SiteListen, "listen", err)
	}
	l.Serve(func(x env.Exchange) { r.overHTTP(x) })
	a.drainOnSignal(func(done func()) { l.Close(done) })
	return nil
}

// overHTTP answers a request that came over the network.
func (r *Registry) overHTTP(x env.Exchange) {
	p, err := r.Handler(Req{Path: x.Request().Path})
	if err != nil {
		x.Reply(500, nil)
		return
	}
	p.Then(func(v any) (any, error) {
		answer, _ := v.(Answer)
		x.Reply(answer.Status, Metadata{Endpoint: answer.Endpoint})
		return nil, nil
	}, func(error) (any, error) {
		x.Reply(500, nil)
		return nil, nil
	})
}
