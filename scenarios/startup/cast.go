package startup

import (
	"strconv"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// manager is where the server of a registry is expected.
func manager() env.Addr { return env.Addr{Host: "127.0.0.1", Port: 6420} }

// client is a client of a registry: client#1, client#2.
type client struct {
	h         *world
	index     int
	name      string
	of        *app // whose registry it belongs to
	registry  int  // which one, from 1
	host      *netsim.Host
	model     *model.Client
	endpoint  env.Addr
	connected bool
	failed    bool
	onConnect func()
}

// clientTries are the lookups of a client for which the world waits: a minute or so.
const clientTries = 9

// client makes a client that dials endpoint. It starts with start. Where its connection
// is owed, it tries for ever in the background; elsewhere the world waits for it, for
// so many tries.
func (h *world) client(of *app, registry int, endpoint env.Addr) *client {
	c := &client{h: h, index: len(h.clients) + 1, of: of, registry: registry, endpoint: endpoint}
	c.name = "client#" + strconv.Itoa(c.index)
	make, tries := h.net.Host, clientTries
	if h.facts.judges(progress) {
		make, tries = h.net.BackgroundHost, 0
	}
	c.host = make(c.name, h.os, func(host env.Host) {
		c.model = &model.Client{
			Host: host, Constants: model.DefaultConstants(), Endpoint: endpoint, Watcher: (*clientProbe)(c),
			Tries:     tries,
			LogsFirst: h.sw.Memo == model.MemoPerCall,
		}
		c.model.Connect()
	})
	h.clients = append(h.clients, c)
	return c
}

// start starts the client within the window client-start. Its connection is owed from
// now on.
func (c *client) start() *client {
	c.h.facts.owesConnection(c)
	c.h.later("client-start", c.host.Start)
	return c
}

// engine is a real server: engine#1, engine#2.
type engine struct {
	h            *world
	name         string
	parent       string
	version      string
	host         *netsim.Host
	model        *model.Engine
	bound, ready bool
	onBound      func()
	mute         bool // boots for ever
	booted       bool // has been up for long
}

// maxEngines is how many engines there can be in a run.
const maxEngines = 3

// engineHosts makes the engines that can be spawned, before the world begins.
func (h *world) engineHosts(n int) {
	for range min(n, maxEngines) {
		e := &engine{h: h, name: "engine#" + strconv.Itoa(len(h.engines)+1)}
		e.host = h.net.Host(e.name, h.os, e.main)
		e.host.OnEnd(func(code int) { h.facts.engineEnded(e, code) })
		h.engines = append(h.engines, e)
	}
}

// spawn is what the program `engine` starts.
func (h *world) spawn(arg any) *netsim.Host {
	a, _ := arg.(model.EngineArg)
	for _, e := range h.engines {
		if e.host.Life() == 0 {
			e.parent, e.version = a.Parent, a.Version
			return e.host
		}
	}
	return nil
}

// left starts an engine that an earlier application has left behind.
func (h *world) left(version string) *engine {
	e := h.engines[0]
	e.parent, e.version, e.booted = "", version, true
	e.host.Start()
	return e
}

func (e *engine) main(host env.Host) {
	if e.mute {
		return
	}
	e.model = &model.Engine{
		Host: host, Port: manager().Port, Arg: model.EngineArg{Version: e.version, Parent: e.parent}, Sick: e.h.sick, Booted: e.booted, Watcher: (*engineProbe)(e),
	}
	if e.h.apiFails != nil {
		e.model.Fails = e.h.apiFails
	}
	e.model.Run()
}

// squatter puts something else on the port.
func (h *world) squatter(kind netsim.Squat) {
	h.squat = h.net.Squatter("squatter", h.os, env.Addr{Host: "0.0.0.0", Port: manager().Port}, kind, model.Health{Runtime: "other"})
	h.squat.Start()
}

// cloudEndpoint is where the shape remote finds its engine.
func cloudEndpoint() env.Addr { return env.Addr{Host: "api.rivet.example", Port: 443} }

// cloudEngine is the name of the engine there.
const cloudEngine = "cloud engine"

// theCloud runs an engine elsewhere.
func (h *world) theCloud() {
	m := h.net.Machine("cloud")
	h.net.Name(cloudEndpoint().Host, m)
	e := &engine{h: h, name: cloudEngine, version: asked}
	h.cloud = h.net.Host(e.name, m, func(host env.Host) {
		e.model = &model.Engine{Host: host, Port: cloudEndpoint().Port, Arg: model.EngineArg{Version: asked}, Watcher: (*engineProbe)(e), Booted: true, Fails: h.apiFails}
		e.model.Run()
	})
	h.cloud.Start()
}

// needsCloud and needsEngine say what a shape needs.
func needsCloud(shape string) bool { return shape == "remote" }

func needsEngine(shape string) bool { return shape == "env-engine" || shape == "explicit-engine" }

// served is shape, if a server of that kind is still there: the native core has no
// manager, and an engine takes its place.
func (h *world) served(shape string) string {
	if h.sw.Core == model.CoreNative && !needsEngine(shape) {
		shape = "explicit-engine"
	}
	h.surroundings(shape)
	if needsEngine(shape) {
		h.home.Save("engine-"+asked, true)
	}
	return shape
}

// endpointOf is where the client of an application of this shape dials.
func endpointOf(shape string) env.Addr {
	if needsCloud(shape) {
		return cloudEndpoint()
	}
	return manager()
}

// surroundings makes what a shape needs around it.
func (h *world) surroundings(shape string) {
	if needsCloud(shape) {
		h.theCloud()
	}
	if needsEngine(shape) {
		h.engineHosts(2)
	}
}
