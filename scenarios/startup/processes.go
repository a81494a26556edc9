package startup

import (
	"time"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// TwoProcesses is two applications that start at the same time.
func TwoProcesses() *sim.Scenario {
	return &sim.Scenario{
		Name:       "startup/two-processes",
		Doc:        "two applications start together, each with a manager: who gets the port, and who dies?",
		Variants:   variants(),
		Profiles:   profiles(nil),
		Params:     params(),
		Properties: docs(own, errC),
		Expect: expect(fails(append(ts(), "r0"), own, errC), []sim.Expectation{
			{Variant: "fix-ledger", Fails: []string{own}, Holds: []string{errC}, Why: retryWhy},
			{Variant: "fix-all", Fails: []string{own}, Holds: []string{errC}, Why: failWhy},
		}),
		Build: func(w *sim.World) {
			h := newWorld(w, own, errC)
			h.pinPolicies(false)
			for range 2 {
				h.app("explicit-manager", model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}, model.Step{Op: model.CallHandler}).start()
			}
			for _, a := range h.apps {
				h.client(a, 1, manager()).start()
			}
		},
	}
}

// HotReloads are a dev tool that replaces the application: it signals the old one and
// starts the new one, in either order.
func HotReloads() []*sim.Scenario {
	return []*sim.Scenario{
		hotReload("spawn-first", "the new application starts while the old one lives", expect(
			fails(append(ts(), "r0"), own), measured([]string{"fix-ledger"}, retryWhy, own),
			measured([]string{"fix-all"}, failWhy, own),
		)),
		hotReload("signal-first-drain", "the old application is told to end, and takes its time", expect(
			fails(append(without(ts(), "r3b", "r4"), "r0"), own), measured([]string{"fix-ledger"}, retryWhy, own),
			measured([]string{"fix-all"}, failWhy, own),
		)),
		hotReload("signal-first", "the old application is told to end, and does", nil),
	}
}

func hotReload(name, words string, expected []sim.Expectation) *sim.Scenario {
	return &sim.Scenario{
		Name:     "startup/hot-reload-" + name,
		Doc:      words + ": whose manager answers the client of the new one?",
		Variants: variants(),
		Profiles: profiles(rows{
			"client-start": {seconds(0, 0, 5), seconds(0, 0, 5)},
			"reload":       {span(500, 1000, 2000), span(5000, 10_000, 20_000)},
			// The gap between the two, whichever comes first.
			"gap-spawn-first":  {span(0, 50, 200), span(0, 200, 2000)},
			"gap-signal-first": {span(0, 50, 500), span(0, 200, 5000)},
			"app#2:start":      {span(2, 8, 40), span(5, 40, 500)}, // spawn
		}),
		Params: params(sim.ParamDoc{
			Label: "spawn", Doc: "signal first: the new one is started after the old one has taken the signal, or at once; only pinned, never explored", Options: spawns(),
		}),
		Properties: docs(own),
		Expect:     expected,
		Build: func(w *sim.World) {
			h := newWorld(w, own)
			h.pinPolicies(false)
			atOnce := w.Draw().Option("spawn", spawns()...) == "at-once"
			steps := []model.Step{{Op: model.Construct}, {Op: model.ServeOwnPort}, {Op: model.CallHandler}}
			if name == "signal-first-drain" {
				steps = append(steps, model.Step{Op: model.OnSignal})
			}
			old := h.app("explicit-manager", steps...).start()
			young := h.app("explicit-manager", steps...)
			signal := func() { old.host.Signal(env.SIGTERM) }
			spawn := func() { young.start() }
			c := h.client(young, 1, manager())
			young.onConstruct = func() { c.start() }
			h.later("reload", func() {
				switch {
				case name == "spawn-first":
					spawn()
					h.later("gap-spawn-first", signal)
				case atOnce:
					signal()
					h.later("gap-signal-first", spawn)
				default:
					old.onSignal = func() { h.later("gap-signal-first", spawn) }
					signal()
				}
			})
		},
	}
}

func spawns() []string { return []string{"after-taken", "at-once"} }

// Worker is construction at the global scope of a worker.
func Worker() *sim.Scenario {
	return &sim.Scenario{
		Name:       "startup/worker",
		Doc:        "construction at the global scope of a worker, where timers are illegal: does the module load?",
		Variants:   variants(),
		Profiles:   profiles(nil),
		Params:     params(),
		Properties: docs(readyB),
		Expect:     expect(fails([]string{"r1", "r1b", "r3", "r3b", "r1-gap"}, readyB), measured([]string{"fix-ledger"}, "its guard is that of r1", readyB)),
		Build: func(w *sim.World) {
			h := newWorld(w, readyB)
			h.pinPolicies(true)
			h.kind = model.Worker
			h.app("default-dev", model.Step{Op: model.Construct, Handling: model.Ignored}, model.Step{Op: model.ServeOwnPort}).start()
		},
	}
}

// ImportOnly is a build script that imports a module in which a registry is made.
func ImportOnly() *sim.Scenario {
	return &sim.Scenario{
		Name:       "startup/import-only",
		Doc:        "a script constructs a registry, never calls it, and is done: does its process end?",
		Variants:   variants(),
		Profiles:   profiles(nil),
		Params:     params(),
		Properties: docs(exitB),
		Expect:     expect(fails(ts(), exitB), measured(fixes(), "a manager that was started early keeps the process alive", exitB)),
		Build: func(w *sim.World) {
			h := newWorld(w, exitB)
			h.pinPolicies(true)
			h.app("explicit-manager", model.Step{Op: model.Construct}, at("50ms", model.Step{Op: model.Done})).start()
		},
	}
}

// Sigterm is an application with work of its own that is told to end.
func Sigterm() *sim.Scenario {
	return &sim.Scenario{
		Name:       "startup/sigterm",
		Doc:        "an application with work of its own, and a manager, gets SIGTERM: does it end?",
		Variants:   variants(),
		Profiles:   profiles(rows{"sigterm": {seconds(0, 1, 10), seconds(0, 1, 20)}, "client-start": {seconds(0, 0, 12), seconds(0, 0, 30)}}),
		Params:     params(append(policyDocs(), sim.ParamDoc{Label: "call", Doc: "what was called", Options: sigtermCalls()})...),
		Properties: docs(exitA, own),
		Expect: findings(
			finding{[]string{"r3b", "r4"}, []string{exitA}, []string{own}, "a listener of SIGTERM replaces the default, which ends the process: the library closes its server and nothing ends the rest"},
			finding{without(variants(), "r3b", "r4", "r5"), nil, nil, "without a listener the signal ends the process"},
			finding{[]string{"r5"}, nil, nil, "it drains and raises the signal again"},
		),
		Build: func(w *sim.World) {
			h := newWorld(w, exitA, own)
			h.explorePolicies()
			steps := []model.Step{{Op: model.Construct}, {Op: model.ServeOwnPort}}
			switch w.Draw().Pick("call", sigtermCalls()...) {
			case "handler":
				steps = append(steps, model.Step{Op: model.CallHandler})
			case "startRunner":
				steps = append(steps, model.Step{Op: model.CallRunner})
			}
			a := h.app(h.served("explicit-manager"), steps...).start()
			h.client(a, 1, manager()).start()
			h.later("sigterm", func() { h.terminate(a) })
		},
	}
}

func sigtermCalls() []string { return []string{"handler", "startRunner", "nothing"} }

// terminate sends SIGTERM to an application, which must then end.
func (h *world) terminate(a *app) {
	if a.host.Up() {
		open(h.facts.exitA, int64(a.index))
		a.host.Signal(env.SIGTERM)
	}
}

// LateServer is a client that comes before the server does.
func LateServer() *sim.Scenario {
	bounds := []string{"20s", "18s", "16s", "15s", "10s", "5s"}
	return &sim.Scenario{
		Name:     "startup/late-server",
		Doc:      "the client comes first, the server up to 120 s later: how long until it is connected?",
		Variants: variants(),
		Profiles: profiles(rows{"app#1:start": {seconds(0, 2, 120), seconds(0, 2, 120)}, "client-start": {}, "first-request": {seconds(0, 0.5, 5), seconds(0, 0.5, 5)}}),
		Params: params(append(policyDocs(),
			sim.ParamDoc{Label: "B", Doc: "how soon after the server the client must be connected; only pinned, never explored", Options: bounds})...),
		Properties: docs(progress),
		Expect:     findings(finding{variants(), nil, nil, "the pauses double up to 15 s, so that the next try is never more than that away; 16 s is enough, 15 s is not"}),
		Build: func(w *sim.World) {
			h := newWorld(w, progress)
			h.explorePolicies()
			b, err := time.ParseDuration(w.Draw().Option("B", bounds...))
			if err != nil {
				panic(err)
			}
			h.facts.bound, h.facts.fromServer = b, true
			a := h.app(h.served("explicit-manager"), model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}, at("request", model.Step{Op: model.CallHandler}))
			h.client(a, 1, manager()).start()
			a.start()
		},
	}
}

// StaleMetadata is a client that has been told where to go, and then the server moves.
func StaleMetadata() *sim.Scenario {
	orders := []string{"spawn-first", "signal-first"}
	return &sim.Scenario{
		Name:     "startup/stale-metadata",
		Doc:      "a client is connected, the application reloads, and its server may move: where does the client go?",
		Variants: variants(),
		Profiles: profiles(rows{
			"reload": {span(0, 100, 2000), span(0, 1000, 20_000)}, "gap": {span(0, 50, 500), span(0, 200, 5000)},
			"app#2:start": {span(2, 8, 40), span(5, 40, 500)}, "use": {seconds(1, 2, 10), seconds(10, 15, 60)}, "client-start": {seconds(0, 0, 2), seconds(0, 0, 2)},
		}),
		Params: params(append(policyDocs(), sim.ParamDoc{Label: "order", Doc: "whether the new application starts before the old one is told to end", Options: orders},
			sim.ParamDoc{Label: "taken", Doc: "something else takes the port between the two", Options: []string{"false", "true"}})...),
		Properties: docs(progress, own),
		Expect: findings(
			finding{without(variants(), "r5"), []string{progress}, []string{own}, "a client keeps for the life of its process where it was sent, and nothing makes it ask again when nobody answers there"},
			finding{[]string{"r5"}, nil, nil, "the server is an engine, which outlives the application that started it and is adopted by the next"},
		),
		Build: func(w *sim.World) {
			h := newWorld(w, progress, own)
			h.explorePolicies()
			staleMetadata(h, w.Draw().Pick("order", orders...) == "spawn-first", w.Draw().Bool("taken"))
		},
	}
}

func staleMetadata(h *world, spawnFirst, taken bool) {
	steps := []model.Step{{Op: model.Construct}, {Op: model.ServeOwnPort}, {Op: model.CallHandler}}
	shape := h.served("explicit-manager")
	old := h.app(shape, steps...).start()
	young := h.app(shape, steps...)
	h.squat = h.net.Squatter("squatter", h.os, manager(), netsim.SquatOther, model.Health{Runtime: "other"})
	c := h.client(old, 1, manager()).start()
	signal := func() { old.host.Signal(env.SIGTERM) }
	spawn := func() {
		if taken {
			h.squat.Start()
		}
		young.start()
		c.of = young // the same application, as far as a client can tell
	}
	c.onConnect = func() {
		h.later("reload", func() {
			if spawnFirst {
				spawn()
				h.later("gap", signal)
			} else {
				signal()
				h.later("gap", spawn)
			}
			h.later("use", func() { c.model.Use() })
		})
	}
}
