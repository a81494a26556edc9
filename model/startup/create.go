package startup

import (
	"github.com/seed-3519b94c/simrun/sim/env"
)

// create makes a runtime, and the server that its configuration asks for. Its first
// segment runs in the call.
func (r *Registry) create() env.Promise {
	a := r.app
	return a.deps.Loop.Async(func(c env.Async) (any, error) {
		a.deps.Probe.Creating(r)
		rt, f := r.build(c)
		a.deps.Probe.Created(r, f)
		if f != nil {
			return nil, f
		}
		return rt, nil
	})
}

func (r *Registry) build(c env.Async) (*Runtime, *Failure) {
	a := r.app
	cfg, f := r.parse()
	if f != nil {
		return nil, f
	}
	if cfg.SpawnEngine && cfg.ServeManager {
		return nil, a.fail(SiteConfig, "serveManager and spawnEngine exclude each other", nil)
	}
	rt := r.newRuntime(cfg)
	switch {
	case cfg.SpawnEngine:
		rt.port = a.k.Port
		f = r.ensureEngine(c)
	case cfg.ServeManager:
		f = rt.serveManager(c)
	}
	if f != nil {
		return nil, f
	}
	return rt, nil
}

// newRuntime puts a snapshot to use.
func (r *Registry) newRuntime(cfg Config) *Runtime {
	r.app.deps.Probe.Snapshot(r, cfg)
	rt := &Runtime{r: r, cfg: cfg}
	r.latest = rt
	return rt
}

// serveManager finds a port, loads the server and binds it.
func (rt *Runtime) serveManager(c env.Async) *Failure {
	a := rt.r.app
	port := rt.cfg.ManagerPort
	if a.sw.PortPolicy == ProbeThenBind {
		var f *Failure
		if port, f = a.findFreePort(c, port); f != nil {
			return f
		}
		rt.choosePort(port)
	}
	return rt.serve(c, port)
}

// serve loads the server library and binds port.
func (rt *Runtime) serve(c env.Async, port int) *Failure {
	a := rt.r.app
	if f := a.loadServer(c); f != nil {
		return f
	}
	if a.sw.PortPolicy == BindAndRetry {
		return rt.bindSome(c, port)
	}
	l, err := a.deps.Host.Bind(env.Addr{Host: "::", Port: port})
	switch {
	case err == nil:
		rt.bound(l)
		if a.sw.BindErrorHandled {
			return a.nextEvent(c)
		}
	case a.sw.BindErrorHandled, a.sw.PortPolicy == BindOrFail:
		if f := a.nextEvent(c); f != nil {
			return f
		}
		return a.fail(SiteBind, "listen "+env.Addr{Host: "::", Port: port}.String(), err)
	default: // an `error` event to which nobody listens
		f := a.fail(SiteBind, "listen "+env.Addr{Host: "::", Port: port}.String(), err)
		a.deps.Loop.NextTick(func() { a.throw(f) })
		rt.choosePort(port)
		return nil
	}
	if a.sw.PortPolicy == BindOrFail {
		rt.choosePort(port)
	}
	return nil
}

// bindSome binds the first port that is free, from port.
func (rt *Runtime) bindSome(c env.Async, port int) *Failure {
	a := rt.r.app
	for i := 0; ; i++ {
		p := port + i
		if i == a.k.PortRange || p > 65535 {
			p = 0
		}
		l, err := a.deps.Host.Bind(env.Addr{Host: "::", Port: p})
		if err == nil {
			rt.choosePort(l.Addr().Port)
			rt.bound(l)
			return a.nextEvent(c)
		}
		if f := a.nextEvent(c); f != nil {
			return f
		}
		if p == 0 {
			return a.fail(SiteBind, "listen", err)
		}
	}
}

// nextEvent waits for the listening or error event of a server, which comes after the
// microtasks of now.
func (a *App) nextEvent(c env.Async) *Failure {
	p, resolve, _ := a.deps.Loop.NewPromise()
	a.deps.Loop.NextTick(func() { resolve(nil) })
	if _, err := c.Await(p); err != nil {
		return a.fail(SiteBind, "listen", err)
	}
	return nil
}

// loadServer loads the server library: two dynamic imports.
func (a *App) loadServer(c env.Async) *Failure {
	for range 2 {
		err := a.io(c, "import-server")
		if err == nil {
			err = a.deps.Import()
		}
		if f := failureOf(err); f != nil {
			return f
		}
		if err != nil {
			f := a.fail(SiteImport, "could not load the server", err)
			a.log(env.Error, "install the server library", f)
			a.deps.Host.Exit(1)
			return f
		}
	}
	return nil
}

// choosePort takes the port that the server has, or is about to.
func (rt *Runtime) choosePort(port int) {
	a := rt.r.app
	rt.port = port
	if port == rt.cfg.ManagerPort {
		return
	}
	if a.sw.PortWarn {
		a.log(env.Warning, "the port is taken, using another one", nil)
	}
	if a.sw.AdvertiseFollows {
		if rt.cfg.Public == loopback(rt.cfg.ManagerPort) {
			rt.cfg.Public = loopback(port)
		}
		rt.cfg.ManagerPort = port
	}
}

// Health is the body of the answer to GET /health.
type Health struct {
	Runtime string // "engine", "rivetkit", or something else
	Version string // of an engine
	Server  ServerID
}

// Metadata is the body of the answer to GET /metadata.
type Metadata struct {
	Endpoint env.Addr // where to go from now on; zero: stay
	Server   ServerID
}

// bound serves the manager on l.
func (rt *Runtime) bound(l env.Listener) {
	a, r := rt.r.app, rt.r
	id := ServerID{Process: a.deps.Host.Name(), Registry: r.Index}
	a.deps.Probe.Bound(r, l.Addr().Port)
	l.Serve(env.Routes{
		"GET /health":   func(x env.Exchange) { x.Reply(200, Health{Runtime: "rivetkit", Server: id}) },
		"GET /metadata": func(x env.Exchange) { x.Reply(200, Metadata{rt.cfg.Public, id}) },
		"GET /actors":   func(x env.Exchange) { x.Reply(200, Metadata{Server: id}) },
	}.Serve)
	if a.sw.Signals != SignalsNone && !rt.cfg.Production && a.sw.Core == CoreTS {
		stop := func() {
			l.Close(nil)
			a.deps.Probe.Closed(r, l.Addr().Port)
		}
		if a.sw.Signals == SignalsDrainReraise {
			a.drainOnSignal(func(done func()) {
				l.Close(done)
				a.deps.Probe.Closed(r, l.Addr().Port)
			})
			return
		}
		a.deps.Host.OnSignal(env.SIGTERM, stop)
		a.deps.Host.OnSignal(env.SIGINT, stop)
	}
}
