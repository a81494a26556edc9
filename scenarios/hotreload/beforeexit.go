package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// BeforeExit is Bun #38638: a program that keeps itself alive from its beforeExit
// listener, saved with an error in it and then without.
func BeforeExit() *sim.Scenario {
	judged := []string{propS1, propL1, propL2, propL3}
	return &sim.Scenario{
		Name:     "hotreload/before-exit",
		Doc:      "a program that lives on in its beforeExit listener: is its error printed, its next save loaded? (Bun #38638)",
		Variants: withProposal,
		Profiles: profiles(),
		Params: params(sim.ParamDoc{Label: "pause", Doc: "between the two saves", Options: beforeExitPauses},
			planParam),
		Properties: docs(judged...),
		Expect:     expect(judged, open(withProposal...)),
		Build: func(w *sim.World) {
			h := newWorld(w)
			plan := w.Draw().Pick("plan", planTempRename, planInPlace)
			pause, _ := time.ParseDuration(w.Draw().Pick("pause", beforeExitPauses...))
			h.build(setup{
				first: source(programBeforeExit, 0, false, h.disk.NewVersion()), judged: judged, endless: true,
				write: func(p *sim.Proc) {
					h.saveMain(p, plan, programBeforeExitThrows, 1, false)
					p.Sleep("wait", pause)
					h.saveMain(p, plan, programBeforeExit, 2, false)
				},
			})
		},
	}
}

var beforeExitPauses = []string{"100ms", "3ms"}
