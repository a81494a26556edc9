package startup

import (
	"time"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim"
)

const ms = time.Millisecond

// ConfigMutations change the configuration after construction, as a framework's adapter
// does once its own setup has returned: a snapshot that was taken before is silent.
func ConfigMutations() []*sim.Scenario {
	micro := []string{"r1-micro"}
	late := ts()
	return []*sim.Scenario{
		configMutation("same-tick", "in the same tick", nil),
		configMutation("await", "one await later", fails(micro, cfg)),
		configMutation("import", "after a dynamic import", append(fails(late, cfg), measured(fixes(), timerWhy, cfg)...)),
		configMutation("20ms", "20 ms later", append(fails(late, cfg), measured(fixes(), timerWhy, cfg)...)),
		configMutation("after-handler", "in the same tick, but after an early handler()", expect(
			fails(append(without(late, "r1-gap"), "r0", "r5"), cfg),
			measured(fixes(), "handler takes the snapshot in its first segment", cfg),
			[]sim.Expectation{{Variant: "r1-gap", Why: "the await between check and set puts the snapshot after the rest of the tick"}},
		)),
	}
}

const timerWhy = "the timer takes the snapshot, 1 ms after construction"

func configMutation(when, words string, expected []sim.Expectation) *sim.Scenario {
	return &sim.Scenario{
		Name:       "startup/config-mutation-" + when,
		Doc:        "managerPort is changed " + words + ": is it effective, or does anybody say that it is not?",
		Variants:   variants(),
		Profiles:   profiles(nil),
		Params:     params(),
		Properties: docs(cfg),
		Expect:     expected,
		Build: func(w *sim.World) {
			h := newWorld(w, cfg)
			h.pinPolicies(false)
			steps := []model.Step{{Op: model.Construct}, {Op: model.ServeOwnPort}}
			if when == "after-handler" {
				steps = append(steps, model.Step{Op: model.CallHandler})
			}
			steps = append(steps,
				at(when, model.Step{Op: model.Mutate, Field: "managerPort", Value: 6500}),
				model.Step{Op: model.CallHandler, After: model.FirstRequest},
			)
			h.app("explicit-manager", steps...).start()
		},
	}
}
