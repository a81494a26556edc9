package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// TimersDead is Bun #34657: one error, and the event loop counts as not alive for good.
// From then on it only parks, and timers never fire any more.
func TimersDead() *sim.Scenario {
	judged := []string{propL4}
	return &sim.Scenario{
		Name:       "hotreload/timers-dead",
		Doc:        "a save that throws, then one that mends it: do its timers fire? (Bun #34657)",
		Variants:   withProposal,
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propL4, without(withProposal, "V2rG", "V2w+G")...)),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first: source(programInterval, 0, false, h.disk.NewVersion()), judged: judged, endless: true,
				write: func(p *sim.Proc) {
					h.saveMain(p, planTempRename, programThrow, 1, false)
					p.Sleep("wait", 100*time.Millisecond)
					h.saveMain(p, planTempRename, programInterval, 2, false)
				},
			})
		},
	}
}
