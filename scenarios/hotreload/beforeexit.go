package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// BeforeExit is Bun #38638: a program that keeps itself alive from its beforeExit
// listener, saved with an error in it and then without.
func BeforeExit() *sim.Scenario {
	judged := []string{propS1, propL1, propL2, propL3}
	deferring := without(withProposal, "V0", "V0w", "V2w+H")
	return &sim.Scenario{
		Name:     "hotreload/before-exit",
		Doc:      "a program that lives on in its beforeExit listener: is its error printed, its next save loaded? (Bun #38638)",
		Variants: withProposal,
		Profiles: profiles(),
		Params: params(sim.ParamDoc{Label: "pause", Doc: "between the two saves", Options: beforeExitPauses},
			planParam),
		Properties: docs(judged...),
		Expect: expect(judged,
			found(propS1, without(withProposal, "V2w+H")...).because(
				"Nothing reports while the listener's timers keep the loop of beforeExit going, and these never end."),
			found(propL1, deferring...), found(propL2, deferring...),
			found(propL3, deferring...).because("What is put off until the report is put off with it."),
			found(propL2, "V0").because(lentNumber),
			holds("V2w+H").because("It reports in that loop.")),
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
