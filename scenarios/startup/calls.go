package startup

import (
	"strconv"
	"time"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim"
)

// SameTick is what the review of #3834 feared: handler() in the same tick as the
// construction, around the timer, or from the first request. Is the runtime created
// twice?
func SameTick() *sim.Scenario {
	return &sim.Scenario{
		Name:     "startup/same-tick",
		Doc:      "handler() around the timer of the pre-emptive start: is the runtime created twice?",
		Variants: variants(),
		Profiles: profiles(nil),
		Params: params(append(policyDocs(),
			sim.ParamDoc{Label: "shape", Doc: "the configuration", Options: managers()},
			sim.ParamDoc{Label: "calls", Doc: "how many times handler is called"},
			sim.ParamDoc{Label: "when1", Doc: "when the first call is", Options: whens()},
			sim.ParamDoc{Label: "when2", Doc: "when the second call is, after the first", Options: whens()},
			sim.ParamDoc{Label: "when3", Doc: "when the third call is, after the second", Options: whens()},
		)...),
		Properties: docs(once, readyA),
		Expect:     expect(open10(without(variants(), "r1-gap")), fails([]string{"r1-gap"}, once)),
		Build: func(w *sim.World) {
			h := newWorld(w, once, readyA)
			h.explorePolicies()
			shape := w.Draw().Pick("shape", managers()...)
			steps := []model.Step{{Op: model.Construct}, {Op: model.ServeOwnPort}}
			for i := range w.Draw().Int("calls", 1, 3) {
				steps = append(steps, at(w.Draw().Pick("when"+strconv.Itoa(i+1), whens()...), model.Step{Op: model.CallHandler}))
			}
			h.app(h.served(shape), steps...).start()
		},
	}
}

// HandledFailure is a create that fails while every caller has a handler for it.
func HandledFailure() *sim.Scenario {
	return &sim.Scenario{
		Name:     "startup/handled-failure",
		Doc:      "create fails, and every promise of handler() has a rejection handler: does the process live?",
		Variants: variants(),
		Profiles: profiles(nil),
		Params: params(append(policyDocs(), causeDoc(),
			sim.ParamDoc{Label: "calls", Doc: "how many times handler is called"},
			sim.ParamDoc{Label: "when", Doc: "when the first call is", Options: whens()},
		)...),
		Properties: docs(errA, errB, errC),
		Expect:     open10(variants()),
		Build: func(w *sim.World) {
			h := newWorld(w, errA, errB, errC)
			h.explorePolicies()
			shape := h.failing(w.Draw().Pick("cause", causes()...))
			calls := w.Draw().Int("calls", 1, 2)
			steps := []model.Step{{Op: model.Construct}, {Op: model.ServeOwnPort}, at(w.Draw().Pick("when", whens()...), model.Step{Op: model.CallHandler})}
			if calls == 2 {
				steps = append(steps, model.Step{Op: model.CallHandler})
			}
			h.app(shape, steps...).start()
		},
	}
}

// FailureThenRepair is a create that fails, and then its cause goes away.
func FailureThenRepair() *sim.Scenario {
	waits := []string{"5s", "1h"}
	return &sim.Scenario{
		Name:     "startup/failure-then-repair",
		Doc:      "create fails, its cause goes away, handler() is called again: does it succeed?",
		Variants: variants(),
		Profiles: profiles(rows{"squatter-leaves": {seconds(1, 2, 4), seconds(1, 2, 4)}, "SIGKILL": {}}),
		Params: params(append(policyDocs(), binaryDoc(),
			sim.ParamDoc{Label: "wait", Doc: "when handler is called again", Options: waits})...),
		Properties: docs(progress, errA, errB, errC),
		Expect:     open10(variants()),
		Build: func(w *sim.World) {
			h := newWorld(w, progress, errA, errB, errC)
			h.explorePolicies()
			h.facts.bound = 40 * time.Second // an engine has to be downloaded and to boot
			shape := h.failing("squatter")
			wait, err := time.ParseDuration(w.Draw().Pick("wait", waits...))
			if err != nil {
				panic(err)
			}
			if wait == time.Hour {
				wait -= time.Minute // the limit of a run is one
			}
			h.app(shape, model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort}, model.Step{Op: model.CallHandler},
				model.Step{Op: model.CallHandler, After: model.Delay, Wait: wait}).start()
			h.binary(false)
			h.later("squatter-leaves", func() {
				h.squat.Crash()
				h.facts.afterFault = true
			})
		},
	}
}

// ModeConflict is two calls that ask for two modes.
func ModeConflict() *sim.Scenario {
	ops := []string{"startRunner", "handler", "start"}
	whens := []string{"same-tick", "await", "50ms"}
	return &sim.Scenario{
		Name:     "startup/mode-conflict",
		Doc:      "two of handler, startRunner, start and its fetch: does each get its mode, or the error?",
		Variants: variants(),
		Profiles: profiles(nil),
		Params: params(append(policyDocs(),
			sim.ParamDoc{Label: "first", Doc: "the first call", Options: ops},
			sim.ParamDoc{Label: "second", Doc: "the second call; fetch is what start returned", Options: append(ops, "fetch")},
			sim.ParamDoc{Label: "when", Doc: "when the second call is", Options: whens},
		)...),
		Properties: docs(mode, errC),
		Expect:     open10(variants()),
		Build: func(w *sim.World) {
			h := newWorld(w, mode, errC)
			h.explorePolicies()
			first := opOf(w.Draw().Pick("first", ops...))
			second := opOf(w.Draw().Pick("second", append(ops, "fetch")...))
			when := w.Draw().Pick("when", whens...)
			h.app(h.served("explicit-manager"), model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort},
				model.Step{Op: first}, at(when, model.Step{Op: second})).start()
		},
	}
}

func opOf(name string) model.Op {
	switch name {
	case "startRunner":
		return model.CallRunner
	case "start":
		return model.CallStart
	case "fetch":
		return model.CallFetch
	case "startAndWait":
		return model.CallWait
	}
	return model.CallHandler
}

// StartAndHandler is both uses in one process, and then its end.
func StartAndHandler() *sim.Scenario {
	whens := []string{"same-tick", "await", "50ms", "request"}
	return &sim.Scenario{
		Name:     "startup/start-and-handler",
		Doc:      "start() or startAndWait(), and handler(), in one process: how many runtimes, and does it end?",
		Variants: variants(),
		Profiles: profiles(rows{"sigterm": {seconds(0, 3, 10), seconds(0, 3, 20)}, "first-request": {seconds(0, 0.5, 5), seconds(0, 0.5, 5)}}),
		Params: params(append(policyDocs(),
			sim.ParamDoc{Label: "start", Doc: "the first call; startAndWait is only in r5", Options: []string{"start", "startAndWait"}},
			sim.ParamDoc{Label: "when", Doc: "when handler is called", Options: whens},
		)...),
		Properties: docs(once, exitA),
		Expect:     open10(variants()),
		Build: func(w *sim.World) {
			h := newWorld(w, once, exitA)
			h.explorePolicies()
			start := opOf(w.Draw().Pick("start", "start", "startAndWait"))
			when := w.Draw().Pick("when", whens...)
			if h.sw.Core != model.CoreNative {
				start = model.CallStart
			}
			a := h.app(h.served("explicit-manager"), model.Step{Op: model.Construct}, model.Step{Op: model.ServeOwnPort},
				model.Step{Op: start}, at(when, model.Step{Op: model.CallHandler})).start()
			h.later("sigterm", func() { h.terminate(a) })
		},
	}
}

// Shapes is Prestart with every configuration, runtime and environment.
func Shapes() *sim.Scenario {
	environments := []string{"development", "test", "production"}
	runtimes := []string{"node", "worker"}
	return &sim.Scenario{
		Name:     "startup/shapes",
		Doc:      "nobody calls the registry, with every configuration, runtime and NODE_ENV: is there a server?",
		Variants: variants(),
		Profiles: profiles(rows{"client-start": {seconds(0, 0, 10), seconds(0, 0, 10)}}),
		Params: params(append(policyDocs(), binaryDoc(),
			sim.ParamDoc{Label: "shape", Doc: "the configuration", Options: model.ShapeNames()},
			sim.ParamDoc{Label: "runtime", Doc: "the kind of runtime", Options: runtimes},
			sim.ParamDoc{Label: "nodeEnv", Doc: "NODE_ENV", Options: environments},
		)...),
		Properties: docs(progress, readyB, cfg),
		Expect:     open10(variants()),
		Build: func(w *sim.World) {
			h := newWorld(w, progress, readyB, cfg)
			h.explorePolicies()
			h.facts.bound = 40 * time.Second // an engine has to be downloaded and to boot
			shape := w.Draw().Pick("shape", model.ShapeNames()...)
			if w.Draw().Pick("runtime", runtimes...) == "worker" {
				h.kind = model.Worker
			}
			h.nodeEnv = w.Draw().Pick("nodeEnv", environments...)
			h.surroundings(shape)
			steps := []model.Step{{Op: model.Construct}}
			if shape == "late-flag" {
				steps = append(steps, model.Step{Op: model.Mutate, Field: "serveManager", Value: true})
			}
			a := h.app(shape, append(steps, model.Step{Op: model.ServeOwnPort})...).start()
			h.binary(false)
			h.client(a, 1, endpointOf(shape)).start()
		},
	}
}
