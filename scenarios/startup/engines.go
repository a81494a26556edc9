package startup

import (
	"time"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

func binaryDoc() sim.ParamDoc {
	return sim.ParamDoc{Label: "binary", Doc: "the engine of this version was downloaded before", Options: binaries()}
}

func binaries() []string { return []string{"there", "missing"} }

// binary draws whether the engine's binary has to be downloaded, and lets that fail if
// the scenario asks.
func (h *world) binary(canFail bool) {
	there := h.w.Draw().Pick("binary", binaries()...) == "there"
	if there {
		h.home.Save("engine-"+asked, true)
	}
	for _, a := range h.apps {
		a.host.Faulty("download", netsim.WorkFaults{CanFail: canFail})
	}
}

// Blackhole is a listener on the engine's port that accepts and never answers.
func Blackhole() *sim.Scenario {
	return &sim.Scenario{
		Name:     "startup/blackhole",
		Doc:      "something accepts on the engine's port and never answers: does handler() settle, and with the cause?",
		Variants: variants(),
		Profiles: profiles(nil),
		Params: params(binaryDoc(),
			sim.ParamDoc{Label: "call", Doc: "what is called; startAndWait is only in r5", Options: blackholeCalls()}),
		Properties: docs(errB, progress, readyA),
		Expect: expect(fails(ts(), errB, progress), []sim.Expectation{
			{Variant: "r0", Fails: []string{readyA}},
		},
			measured([]string{"r5"}, "startAndWait is bounded by 30 s, but handler waits as before, and gets the health check in the place of the engine's exit; nobody takes the port back", errB, progress),
			measured(fixes(), "a bound on the first look comes to the same end sooner: nothing there, an engine that cannot bind, and the health check's error in the place of its exit", errB, progress),
		),
		Build: func(w *sim.World) {
			h := newWorld(w, errB, progress, readyA)
			h.pinPolicies(true)
			call := model.CallHandler
			if w.Draw().Pick("call", blackholeCalls()...) == "startAndWait" && h.sw.Core == model.CoreNative {
				call = model.CallWait
			}
			h.engineHosts(2)
			h.squatter(netsim.SquatSilent)
			a := h.app("explicit-engine", model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}, model.Step{Op: call}).start()
			h.binary(false)
			h.client(a, 1, manager()).start()
		},
	}
}

func blackholeCalls() []string { return []string{"handler", "startAndWait"} }

// Pool is an engine that is healthy before its API is ready, or fails once.
func Pool() *sim.Scenario {
	shapes := []string{"explicit-engine", "remote"}
	return &sim.Scenario{
		Name:     "startup/pool",
		Doc:      "the engine's API fails once while the pool is configured: is it ever configured?",
		Variants: variants(),
		Profiles: profiles(rows{"first-request": {span(0, 500, 5000), span(0, 2000, 10_000)}}),
		Params: params(binaryDoc(),
			sim.ParamDoc{Label: "shape", Doc: "the configuration", Options: shapes}),
		Properties: docs(progress),
		Expect:     expect(fails(append(ts(), "r0"), progress), measured([]string{"fix-ledger"}, "the pool is configured once", progress)),
		Build: func(w *sim.World) {
			h := newWorld(w, progress)
			h.facts.bound = 60 * time.Second
			h.pinPolicies(true)
			h.apiFails = func() bool { return w.Fault("api 500") }
			shape := w.Draw().Pick("shape", shapes...)
			h.surroundings(shape)
			a := h.app(shape, model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort},
				model.Step{Op: model.CallHandler, After: model.FirstRequest, Req: model.Req{Path: "/start"}})
			a.change = func(raw *model.Raw) { raw.Pool = true }
			a.start()
			h.binary(false)
		},
	}
}

// EngineAdoptOld is an engine of an older version that was left on the port.
func EngineAdoptOld() *sim.Scenario {
	return &sim.Scenario{
		Name:     "startup/engine-adopt-old",
		Doc:      "an engine of an older version is on the port: is it used unseen?",
		Variants: variants("r5"),
		Profiles: profiles(nil),
		Params: params(binaryDoc(), sim.ParamDoc{
			Label: "client", Doc: "a client dials the port too, and so gets the old engine whatever the registry thinks of it; only pinned, never explored", Options: []string{"none", "one"},
		}),
		Properties: docs(own),
		Expect: expect(fails(append(ts(), "r0"), own), measured([]string{"fix-ledger"}, "it has no engineVersionCheck", own),
			measured([]string{"fix-all"}, "the registry looks at the version and refuses the engine")),
		Build: func(w *sim.World) {
			h := newWorld(w, own)
			h.pinPolicies(true)
			h.engineHosts(2)
			h.left("2.1.3")
			a := h.app("explicit-engine", model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}, at("request", model.Step{Op: model.CallHandler})).start()
			h.binary(false)
			if w.Draw().Option("client", "none", "one") == "one" {
				h.client(a, 1, manager()).start()
			}
		},
	}
}

// EngineAdoptTwo is two applications that start an engine each, of which one gets the
// port, and then ends together with its owner.
func EngineAdoptTwo() *sim.Scenario {
	return &sim.Scenario{
		Name:     "startup/engine-adopt-two",
		Doc:      "two applications start an engine each, one engine gets the port, and its owner ends: does the other one notice?",
		Variants: variants("r5"),
		Profiles: profiles(rows{"client-start": {seconds(0, 1, 20), seconds(0, 1, 30)}, "owner-ends": {seconds(0, 1, 5), seconds(0, 1, 5)}}),
		Params: params(binaryDoc(),
			sim.ParamDoc{Label: "engineDiesWithParent", Doc: "an engine gets the signal that its parent gets, as from a terminal", Options: []string{"false", "true"}}),
		Properties: docs(own, progress),
		Expect: expect(fails(ts(), own, progress), measured(append(fixes(), "r0"),
			"waitHealth takes whoever answers for its own engine, and the exit of its own one is a line in the log", own, progress)),
		Build: engineAdoptTwo,
	}
}

func engineAdoptTwo(w *sim.World) {
	h := newWorld(w, own, progress)
	h.pinPolicies(true)
	h.dieWithParent = w.Draw().Bool("engineDiesWithParent")
	h.engineHosts(2)
	for range 2 {
		a := h.app("explicit-engine", model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}, model.Step{Op: model.CallHandler}).start()
		h.client(a, 1, manager())
	}
	h.binary(false)
	// When an engine listens, its owner is interrupted, and after that the client of
	// the other application comes.
	for _, e := range h.engines {
		e.onBound = func() {
			h.later("owner-ends", func() {
				for i, a := range h.apps {
					if a.name == e.parent {
						a.host.Signal(env.SIGINT)
					} else {
						h.clients[i].start()
					}
				}
			})
		}
	}
}

// SlowEngine is an engine that takes long to boot, or dies once it was healthy.
func SlowEngine() *sim.Scenario {
	deaths := []string{"never", "after-health"}
	return &sim.Scenario{
		Name:     "startup/slow-engine",
		Doc:      "the engine takes up to 120 s to boot, or dies between its health and its first use",
		Variants: variants(),
		Profiles: profiles(rows{
			"engine-boot":  {seconds(0.3, 1.2, 120), seconds(1, 6, 120)},
			"engine-dies":  {seconds(0, 0.5, 2), seconds(0, 0.5, 2)},
			"client-start": {seconds(0, 0, 5), seconds(0, 0, 5)},
		}),
		Params:     params(append(policyDocs(), binaryDoc(), sim.ParamDoc{Label: "dies", Doc: "whether the engine dies", Options: deaths})...),
		Properties: docs(readyA, progress),
		Expect:     measured(variants(), "100 tries end after 9.9 s, so that an engine that boots for longer is given up; and an engine that dies after its health is never started again", readyA, progress),
		Build: func(w *sim.World) {
			h := newWorld(w, readyA, progress)
			h.explorePolicies()
			h.engineHosts(3)
			a := h.app("explicit-engine", model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}, model.Step{Op: model.CallHandler}).start()
			h.binary(true)
			h.client(a, 1, manager()).start()
			if w.Draw().Pick("dies", deaths...) == "after-health" {
				e := h.engines[0]
				e.onBound = func() { h.later("engine-dies", e.host.Crash) }
			}
		},
	}
}
