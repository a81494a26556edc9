package startup

import (
	"errors"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// EngineHost is the operating system as an engine sees it.
type EngineHost interface {
	env.Lifecycle
	env.Timers
	env.Net
}

// Engine is the real server, a program of its own. It boots, binds its port, and
// answers /health at once and the rest when its API is ready. The lock on its data
// directory is taken and given back together with the port, so that the port stands
// for both.
type Engine struct {
	Host   EngineHost
	Arg    EngineArg
	Port   int
	Sick   bool // answers /health with 503, for good
	Booted bool // serves at once: it has been up for long
	Pools  int  // configured pools
	// Fails reports whether a request of the API fails this once, with 500; nil: none
	// does.
	Fails   func() bool
	Watcher EngineWatcher

	ready bool
}

// EngineWatcher is told what an engine does, for properties.
type EngineWatcher interface {
	EngineBound(name string)
	EngineReady(name string)
}

// errAPI is what the engine's API answers before it is ready.
var errAPI = errors.New("the API is not ready")

// Run boots the engine.
func (e *Engine) Run() {
	if e.Booted {
		e.ready = true
		e.bind()
		return
	}
	e.Host.Work("engine-boot", func(error) {
		if !e.bind() {
			return
		}
		e.Host.Work("api-ready", func(error) {
			e.ready = true
			e.Watcher.EngineReady(e.Host.Name())
		})
	})
}

// bind binds the engine's port, or ends the engine.
func (e *Engine) bind() bool {
	l, err := e.Host.Bind(env.Addr{Host: "0.0.0.0", Port: e.Port})
	if err != nil {
		e.Host.Log(env.Error, "engine: listen: "+err.Error())
		e.Host.Exit(1)
		return false
	}
	l.Serve(e.routes().Serve)
	e.Watcher.EngineBound(e.Host.Name())
	return true
}

func (e *Engine) id() ServerID { return ServerID{Process: e.Host.Name(), Version: e.Arg.Version} }

func (e *Engine) routes() env.Routes {
	return env.Routes{
		"GET /health": func(x env.Exchange) {
			if e.Sick {
				x.Reply(503, nil)
				return
			}
			x.Reply(200, Health{Runtime: "engine", Version: e.Arg.Version, Server: e.id()})
		},
		"GET /metadata": func(x env.Exchange) { x.Reply(200, Metadata{Server: e.id()}) },
		"GET /actors":   func(x env.Exchange) { x.Reply(200, Metadata{Server: e.id()}) },
		"POST /envoys":  func(x env.Exchange) { x.Reply(200, nil) },
		"GET /datacenters": func(x env.Exchange) {
			e.api(x, nil)
		},
		"PUT /runner-configs": func(x env.Exchange) {
			e.api(x, func() { e.Pools++ })
		},
	}
}

// api answers a request of the API.
func (e *Engine) api(x env.Exchange, effect func()) {
	if !e.ready || e.Fails != nil && e.Fails() {
		x.Reply(500, errAPI.Error())
		return
	}
	if effect != nil {
		effect()
	}
	x.Reply(200, nil)
}
