package startup

import (
	"slices"
	"strconv"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// asked is the version of the library, and so of the engine that it asks for.
const asked = "2.2.1"

// world is one machine with applications, clients, engines and what else has the port.
type world struct {
	w       *sim.World
	variant string
	base    model.Switches // of the variant
	sw      model.Switches // of the run
	policy  model.RejectionPolicy
	listen  bool // the application listens to rejections
	kind    model.RuntimeKind
	nodeEnv string

	net     *netsim.Net
	os      *netsim.Machine
	home    *netsim.Store // where engines are downloaded to
	actor   *sim.Proc
	facts   facts
	apps    []*app
	clients []*client
	engines []*engine
	squat   *netsim.Host
	cloud   *netsim.Host
	keep    []*app

	dieWithParent bool
	sick          bool
	apiFails      func() bool // whether the engine's API fails this once
	router        int         // how often building the router fails
}

// app is an application's process: app#1, app#2.
type app struct {
	h                  *world
	name               string
	index              int
	host               *netsim.Host
	env                env.Host
	model              *model.App
	shape              string
	steps              []model.Step
	change             func(*model.Raw)
	uncaught           bool           // its loop ended by an uncaught error
	unhandledConstruct bool           // a constructor threw, and the application did not expect it
	last               *model.Failure // the latest
	reports            int            // of the rejection listener
	onConstruct        func()         // a registry is made
	onSignal           func()         // it has taken a signal: a handler ran, or it ended
}

// newWorld takes the memory of the last run and draws what all scenarios have in
// common.
func newWorld(w *sim.World, judged ...string) *world {
	h := sim.Pooled[world](w, "startup")
	if h.variant != w.Variant() || h.w == nil {
		v, err := model.Find(w.Variant())
		if err != nil {
			panic(err)
		}
		h.variant, h.base = v.Name, v.Switches
	}
	h.w, h.sw = w, h.base
	for _, name := range model.SwitchNames() {
		if v := w.Draw().Option(name, switchOptions(name)...); v != asVariant {
			if err := h.sw.Set(name, v); err != nil {
				panic(err)
			}
		}
	}
	h.kind, h.policy, h.listen, h.nodeEnv = model.Node, model.PolicyThrow, false, "development"
	h.apps, h.clients, h.engines = h.apps[:0], h.clients[:0], h.engines[:0]
	h.squat, h.cloud, h.dieWithParent, h.sick, h.apiFails, h.router = nil, nil, false, false, nil, 0
	h.net = netsim.New(w, netsim.Config{KeepAlive: -1})
	h.os = h.net.Machine("os")
	h.home = h.net.Store("home")
	h.actor = w.Actor("script")
	h.net.Program(model.EngineProgram, h.spawn)
	h.facts.reset(h, judged)
	w.AtEnd("facts", h.facts.look)
	return h
}

// asVariant is the value of a switch that is not pinned.
const asVariant = "variant"

func switchOptions(name string) []string {
	return append([]string{asVariant}, model.SwitchValues(name)...)
}

// switchDocs documents the parameters that newWorld draws, and more.
func params(more ...sim.ParamDoc) []sim.ParamDoc {
	for _, name := range model.SwitchNames() {
		more = append(more, sim.ParamDoc{Label: name, Doc: "a switch of the logic; only pinned, never explored", Options: switchOptions(name)})
	}
	return more
}

// policyDocs documents the parameters of explorePolicies and pinPolicies.
func policyDocs() []sim.ParamDoc {
	return []sim.ParamDoc{
		{Label: "policy", Doc: "what the runtime does about a rejection that nobody handles", Options: policies()},
		{Label: "listener", Doc: "the application listens to unhandled rejections", Options: []string{"false", "true"}},
	}
}

func policies() []string { return []string{"throw", "warn", "ignore"} }

// explorePolicies draws the rejection policy, and whether there is a listener.
func (h *world) explorePolicies() {
	h.setPolicy(h.w.Draw().Pick("policy", policies()...))
	h.listen = h.w.Draw().Bool("listener")
}

// pinPolicies is explorePolicies for a scenario that is told under policy throw, with
// or without a listener: another one must be pinned.
func (h *world) pinPolicies(listener bool) {
	h.setPolicy(h.w.Draw().Option("policy", policies()...))
	options := []string{"false", "true"}
	if listener {
		options = []string{"true", "false"}
	}
	h.listen = h.w.Draw().Option("listener", options...) == "true"
}

func (h *world) setPolicy(name string) {
	h.policy = model.RejectionPolicy(slices.Index(policies(), name)) // in the same order
}

// app makes an application that runs a script. It starts with start.
func (h *world) app(shape string, steps ...model.Step) *app {
	index := len(h.apps) + 1
	name := "app#" + strconv.Itoa(index)
	if len(h.keep) < index {
		h.keep = append(h.keep, &app{})
	}
	a := h.keep[index-1]
	*a = app{h: h, name: name, index: index, shape: shape, steps: a.steps[:0]}
	if h.listen {
		a.steps = append(a.steps, model.Step{Op: model.OnRejection})
	}
	a.steps = append(a.steps, steps...)
	a.host = h.net.HostOnLoop(name, h.os, jsloop.Config{
		OnUnhandledRejection: func(reason error, _ *jsloop.Promise) { a.model.Unhandled(reason) },
		OnExit:               func(code int) { a.uncaught = code != 0 },
	}, a.main)
	a.host.OnEnd(func(code int) { h.facts.ended(a, code) })
	h.apps = append(h.apps, a)
	return a
}

// takeSignal notes that the application has taken a signal.
func (a *app) takeSignal() {
	if do := a.onSignal; do != nil {
		a.onSignal = nil
		do()
	}
}

// start starts the application, now or when the process of a scenario comes to it.
func (a *app) start() *app {
	a.host.Start()
	return a
}

// raw is the application's configuration and environment.
func (a *app) raw() (*model.Raw, model.Environ) {
	raw, environ, err := model.Shape(a.shape)
	if err != nil {
		panic(err)
	}
	if a.h.nodeEnv != "development" {
		environ.NodeEnv = a.h.nodeEnv
	}
	if a.change != nil {
		a.change(raw)
	}
	return raw, environ
}

// lawful reports whether the application's configuration is one that the library
// takes, and whether it asks for a server, on a runtime that can have one.
func (a *app) lawful() (lawful, server bool) {
	raw, environ := a.raw()
	for i := range a.steps {
		if s := &a.steps[i]; s.Op == model.Mutate {
			if err := raw.Set(s.Field, s.Value); err != nil {
				panic(err)
			}
		}
	}
	c, err := model.Parse(raw, environ)
	return err == nil, err == nil && (c.ServeManager || c.SpawnEngine) && a.h.kind == model.Node
}

// main is the main module of the application.
func (a *app) main(host env.Host, loop env.Loop) {
	h := a.h
	_, environ := a.raw()
	a.env = host
	a.model = model.NewApp(model.Settings{
		Switches: h.sw, Constants: model.DefaultConstants(), Environ: environ, Kind: h.kind, Policy: h.policy, Version: asked,
	}, model.Deps{
		Loop: loop, Host: host, Clock: a.host.Loop().Proc(), Binaries: h.home,
		Download:    func(_ string, done func(error)) { host.Work("download", done) },
		BuildRouter: h.buildRouter, Import: func() error { return nil },
		Probe: &appProbe{f: &h.facts, a: a}, Touch: touched{h.w},
	})
	var raws []*model.Raw
	for i := range a.steps {
		if a.steps[i].Op == model.Construct {
			raw, _ := a.raw()
			raws = append(raws, raw)
		}
	}
	a.model.Run(a.steps, raws)
}

// errRouter is why a router cannot be built.
type errRouter struct{}

func (errRouter) Error() string { return "a route is defined twice" }

func (h *world) buildRouter() error {
	if h.router > 0 {
		h.router--
		return errRouter{}
	}
	return nil
}

// touched passes footprints on to the world.
type touched struct{ w *sim.World }

// Reads notes a footprint.
func (t touched) Reads(resource string) { t.w.Read(t.w.Resource(resource)) }

// Writes notes a footprint.
func (t touched) Writes(resource string) { t.w.Write(t.w.Resource(resource)) }

// deed is something that happens once in a world, as an event of the process `script`.
type deed func()

// Fire does it.
func (d deed) Fire(*sim.World, int64) { d() }

// later lets do happen when the window called label has passed.
func (h *world) later(label string, do func()) {
	l := h.w.Label(label)
	h.actor.After(l, h.actor.Window(l), deed(do), 0)
}
