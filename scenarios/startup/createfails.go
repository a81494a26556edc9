package startup

import (
	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// causes are why create fails: something else answers on the engine's port, or the
// configuration is wrong.
func causes() []string { return []string{"invalid", "squatter"} }

func causeDoc() sim.ParamDoc {
	return sim.ParamDoc{Label: "cause", Doc: "why create fails: a wrong configuration, or something else on the engine's port", Options: causes()}
}

// failing prepares a world in which create fails, and returns the application's shape.
func (h *world) failing(cause string) string {
	if cause == "invalid" {
		return "invalid"
	}
	h.engineHosts(2)
	h.squatter(netsim.SquatOther)
	return "explicit-engine"
}

const guardWhy = "the guard parses the configuration in the timer, outside of any promise: what parse throws there is uncaught, and no fix of the set looks at that"

// CreateFailsConstruct is a create that fails before anybody has called.
func CreateFailsConstruct() *sim.Scenario {
	return &sim.Scenario{
		Name:       "startup/create-fails-construct",
		Doc:        "create fails and nobody has called: who learns of it, and does the process live?",
		Variants:   variants(),
		Profiles:   profiles(nil),
		Params:     params(append(policyDocs(), causeDoc())...),
		Properties: docs(errA, errC),
		Expect: expect(fails(ts(), errC),
			measured([]string{"fix-all"}, guardWhy, errC),
			measured([]string{"fix-ledger"}, "the derived promise has a handler, which logs")),
		Build: func(w *sim.World) {
			h := newWorld(w, errA, errC)
			h.pinPolicies(false)
			shape := h.failing(w.Draw().Pick("cause", causes()...))
			h.app(shape, model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}).start()
		},
	}
}

// CreateFailsRunner is startRunner with a wrong configuration, in an application that
// listens to unhandled rejections.
func CreateFailsRunner() *sim.Scenario {
	return &sim.Scenario{
		Name:       "startup/create-fails-runner",
		Doc:        "startRunner() with a wrong configuration: is anybody told that the runner never starts?",
		Variants:   variants(),
		Profiles:   profiles(nil),
		Params:     params(policyDocs()...),
		Properties: docs(errA, errC),
		Expect:     expect(fails(ts(), errA), measured([]string{"fix-all"}, guardWhy, errC)),
		Build:      func(w *sim.World) { createFailsRunner(w, "invalid") },
	}
}

// CreateFailsRunnerEngine is CreateFailsRunner with something else on the engine's
// port.
func CreateFailsRunnerEngine() *sim.Scenario {
	s := CreateFailsRunner()
	s.Name = "startup/create-fails-runner-engine"
	s.Doc = "startRunner() with something else on the engine's port: is anybody told that the runner never starts?"
	s.Expect = expect(fails(ts(), errA), measured([]string{"r0"}, "the runtime of r0 starts no engine for a runner, and the assertion in afterReady is a rejection that nobody handles", errA))
	s.Build = func(w *sim.World) { createFailsRunner(w, "squatter") }
	return s
}

func createFailsRunner(w *sim.World, cause string) {
	h := newWorld(w, errA, errC)
	h.pinPolicies(true)
	shape := h.failing(cause)
	h.app(shape, model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}, model.Step{Op: model.CallRunner}).start()
}

// PartialStart is a runtime whose router could not be built.
func PartialStart() *sim.Scenario {
	return &sim.Scenario{
		Name:       "startup/partial-start",
		Doc:        "building the router fails, and handler() is called again: is the second error the cause?",
		Variants:   variants("r5"),
		Profiles:   profiles(nil),
		Params:     params(sim.ParamDoc{Label: "when", Doc: "when handler is called again", Options: again()}),
		Properties: docs(errB),
		Expect:     expect(fails(ts(), errB), measured(fixes(), "no fix of the set looks at the router: the mode is kept when building it fails", errB)),
		Build: func(w *sim.World) {
			h := newWorld(w, errB)
			h.pinPolicies(true)
			h.router = 1
			h.app("explicit-manager", model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort},
				model.Step{Op: model.CallHandler}, at(w.Draw().Pick("when", again()...), model.Step{Op: model.CallHandler}),
			).start()
		},
	}
}

func again() []string { return []string{"50ms", "same-tick", "request"} }
