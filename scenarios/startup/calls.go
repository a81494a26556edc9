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
		Expect: expect(fails([]string{"r1-gap"}, once), findings(
			finding{without(ts(), "r1-gap"), nil, nil, "the look at the memo and its setting are one segment, so that whoever comes second finds it set: two runtimes are not possible"},
			finding{[]string{"r0"}, []string{readyA}, []string{once}, "handler answers before anything is bound; its runtime is kept in the same segment"},
			finding{[]string{"r5"}, nil, nil, "the memo of the native registry is set in the segment that looks at it, and awaited"},
			finding{fixes(), nil, nil, "as r1"},
		)),
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
		Expect: findings(
			finding{ts(), []string{errC}, []string{errA, errB}, "what was derived from the memo inside the library rejects too, and no caller can handle that; with the parsing guards an invalid configuration is uncaught in the timer besides"},
			finding{[]string{"r0"}, []string{errA, errC}, []string{errB}, "handler has answered when its engine fails, and afterReady has no handler"},
			finding{[]string{"r5", "fix-ledger"}, nil, nil, "every derived promise has a handler"},
			finding{[]string{"fix-all"}, []string{errC}, []string{errA, errB}, guardWhy},
		),
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
		Expect: findings(
			finding{ts(), []string{progress, errC}, []string{errA, errB}, "a rejected memo is kept for the life of the registry: the failure of the first second is the answer of every later hour"},
			finding{[]string{"r0"}, []string{errA, errC}, []string{progress, errB}, "handler answers from the runtime that it has kept, although its engine was never started; the failure itself is told to nobody"},
			finding{[]string{"r5"}, []string{progress}, []string{errA, errB, errC}, "the rejected memo of the native registry is kept, on purpose"},
			finding{fixes(), nil, nil, "memoOnFailure=clear"},
		),
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
		Expect: findings(
			finding{ts(), []string{mode, errC}, nil, "startRunner and start return nothing: the promise that says that the mode is taken is one that nobody can hold, and under policy throw it ends the process"},
			finding{[]string{"r0"}, []string{errC}, []string{mode}, "each call has a runtime of its own mode; the second one's look for a free port meets the first one's bind, and the error event has no listener"},
			finding{[]string{"r5"}, nil, nil, "handler and startEnvoy have a native registry each"},
			finding{fixes(), nil, nil, "the call claims the mode and throws the conflict"},
		),
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
		Expect: findings(
			finding{[]string{"r1", "r1b", "r2", "r3", "r1-micro", "fix-ledger", "fix-all"}, nil, nil, "one memo for both, and no listener of the signal"},
			finding{[]string{"r3b", "r4"}, []string{exitA}, []string{once}, "the library's listener of the signal closes its server and nothing else"},
			finding{[]string{"r0", "r1-gap"}, []string{once}, []string{exitA}, "a runtime for each"},
			finding{[]string{"r5"}, []string{once}, []string{exitA}, "handler and startEnvoy build a native registry each, although there is one registry"},
		),
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
		Expect: findings(
			finding{[]string{"r1", "r3", "r3b", "r1-gap", "fix-ledger"}, []string{readyB}, []string{progress, cfg}, "the constructor sets a timer, which a worker forbids"},
			finding{[]string{"r1b"}, []string{progress, readyB}, []string{cfg}, "as r1; and with NODE_ENV=test nothing is started early"},
			finding{[]string{"r2", "r4", "fix-all"}, []string{progress, readyB}, []string{cfg}, "the guard looks at the raw configuration: what asks for a server by default, by the environment or in the same tick is left out, and on a worker what asks in so many words still sets the timer"},
			finding{[]string{"r0", "r5"}, []string{progress}, []string{readyB, cfg}, "nothing is started before the first call"},
			finding{[]string{"r1-micro"}, nil, nil, "a microtask is legal everywhere, and comes after the rest of the tick"},
		),
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
