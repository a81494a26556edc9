package startup

import (
	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim"
)

// Prestart is what #3834 is for: an application that has only mounted its route, and a
// client that dials the port before anybody has called the registry.
func Prestart() *sim.Scenario {
	return &sim.Scenario{
		Name:       "startup/prestart",
		Doc:        "a client dials before anybody has called the registry: is there ever a server? (RivetKit #3834)",
		Variants:   variants("r5"),
		Profiles:   profiles(rows{"app#1:start": {span(0, 0, 5000), span(0, 0, 30_000)}}),
		Params:     params(),
		Properties: docs(progress),
		Expect:     fails([]string{"r0"}, progress),
		Build:      func(w *sim.World) { prestart(w, "explicit-manager") },
	}
}

// PrestartDefaultDev is Prestart with a registry that is configured by nothing: in
// development it is to have a manager all the same.
func PrestartDefaultDev() *sim.Scenario {
	s := Prestart()
	s.Name = "startup/prestart-default-dev"
	s.Doc = "the same with an empty configuration, which in development means a manager"
	s.Variants = variants()
	s.Expect = expect(s.Expect,
		measured([]string{"r2", "r4", "fix-all"}, "an empty raw configuration asks for nothing, so the guard leaves the start out: #4042 undid #3834 for this case, #4468 repaired it and #4527 undid it again", progress),
		measured([]string{"r5"}, "there is no early start, and no manager that could be started", progress),
	)
	s.Build = func(w *sim.World) { prestart(w, "default-dev") }
	return s
}

func prestart(w *sim.World, shape string) {
	h := newWorld(w, progress)
	h.pinPolicies(false)
	a := h.app(shape, model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}).start()
	h.client(a, 1, manager()).start()
}

// AnswerBeforeReady is the first request in r0: it is answered, with an endpoint, before
// there is a server there.
func AnswerBeforeReady() *sim.Scenario {
	return &sim.Scenario{
		Name:     "startup/answer-before-ready",
		Doc:      "the first request is answered: does the endpoint in the answer accept?",
		Variants: variants("r5"),
		Profiles: profiles(nil),
		Params: params(
			sim.ParamDoc{Label: "shape", Doc: "the configuration", Options: managers()},
			sim.ParamDoc{Label: "when", Doc: "when the first request comes", Options: whens()},
		),
		Properties: docs(readyA),
		Expect:     fails([]string{"r0"}, readyA),
		Build: func(w *sim.World) {
			h := newWorld(w, readyA)
			h.pinPolicies(false)
			shape := w.Draw().Pick("shape", managers()...)
			first := at(w.Draw().Pick("when", whens()...), model.Step{Op: model.CallHandler})
			h.app(shape, model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}, first).start()
		},
	}
}

// managers are the shapes that have a manager.
func managers() []string { return []string{"explicit-manager", "default-dev"} }

// whens are positions of a call.
func whens() []string { return []string{"request", "same-tick", "await", "import", "1ms"} }

// at is step at a position.
func at(when string, step model.Step) model.Step {
	switch when {
	case "request":
		step.After = model.FirstRequest
	case "await":
		step.After, step.N = model.Microtasks, 1
	case "import":
		step.After = model.AnImport
	case "1ms":
		step.After, step.Wait = model.Delay, ms
	case "20ms":
		step.After, step.Wait = model.Delay, 20*ms
	case "50ms":
		step.After, step.Wait = model.Delay, 50*ms
	}
	return step
}

// DoubleRuntime calls startRunner twice.
func DoubleRuntime() *sim.Scenario {
	return &sim.Scenario{
		Name:       "startup/double-runtime",
		Doc:        "startRunner() twice, 50 ms apart: are there two runtimes?",
		Variants:   variants("r5"),
		Profiles:   profiles(nil),
		Params:     params(sim.ParamDoc{Label: "shape", Doc: "the configuration", Options: managers()}),
		Properties: docs(once),
		Expect:     fails([]string{"r0"}, once),
		Build: func(w *sim.World) {
			h := newWorld(w, once)
			h.pinPolicies(false)
			h.app(w.Draw().Pick("shape", managers()...),
				model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort},
				model.Step{Op: model.CallRunner}, at("50ms", model.Step{Op: model.CallRunner}),
			).start()
		},
	}
}

// TwoRegistries is one process with two copies of a module, as after a hot replacement.
func TwoRegistries() *sim.Scenario {
	return &sim.Scenario{
		Name:       "startup/two-registries",
		Doc:        "two registries in one process: whose manager answers the second one's client?",
		Variants:   variants("r5"),
		Profiles:   profiles(nil),
		Params:     params(),
		Properties: docs(own),
		Expect: expect(fails(append(ts(), "r0"), own), measured([]string{"fix-ledger"}, retryWhy, own),
			measured([]string{"fix-all"}, failWhy, own)),
		Build: func(w *sim.World) {
			h := newWorld(w, own)
			h.pinPolicies(false)
			a := h.app("explicit-manager",
				model.Step{Op: model.Construct}, model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort},
				model.Step{Op: model.CallHandler}, model.Step{Op: model.CallHandler, Registry: 1},
			).start()
			h.client(a, 2, manager()).start()
		},
	}
}

const failWhy = "the second manager is told that its port is taken, but its clients dial it all the same and find the first"

const retryWhy = "a second manager takes the next port, and clients go on to dial 6420"
