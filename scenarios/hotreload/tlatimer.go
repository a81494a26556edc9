package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// TLATimer: a module awaits a timer of a second at top level, and is saved meanwhile.
// Who replaces it at once lets its code go on behind that of the new generation; who
// waits lets the save wait.
func TLATimer() *sim.Scenario {
	judged := []string{propS6, propL1, propL6}
	atomic := []string{planTempRename, planInPlace}
	return &sim.Scenario{
		Name:       "hotreload/tla-timer",
		Doc:        "a module that awaits a timer is saved meanwhile: does its code run behind its successor's?",
		Variants:   withProposal,
		Profiles:   profiles(),
		Params:     params(sim.ParamDoc{Label: "plan", Doc: "how the file is saved", Options: atomic}),
		Properties: docs(judged...),
		Expect: expect(judged, found(propS6, "V0", "V0w"),
			found(propS6, "V2w+B", "V2w+F").because("What is parked on an await is replaced, and goes on when its timer fires."),
			found(propL6, without(withProposal, "V0", "V0w", "V2w+B", "V2w+F")...).because("The request is put off until the timer has fired."),
			found(propL6, "V0").because(lentNumber)),
		Build: func(w *sim.World) {
			h := newWorldMasking(w, true)
			plan := w.Draw().Pick("plan", atomic...)
			h.build(setup{
				first: source(programAwaitFor, 0, false, h.disk.NewVersion()), judged: judged,
				starts: afterEvaluation,
				write: func(p *sim.Proc) {
					p.Sleep("wait", 100*time.Millisecond)
					h.saveMain(p, plan, programOK, 1, false)
					// Calm before the timer fires, or nobody could tell that the save waits for it.
					p.Sleep("settle", 200*time.Millisecond)
					w.Calm()
				},
			})
		},
	}
}
