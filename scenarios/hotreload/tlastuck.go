package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// TLAStuck is Bun #38613: a module parked on a top-level await that nothing
// settles keeps every later save from being loaded, once reloads are deferred
// while the promise is pending.
func TLAStuck() *sim.Scenario {
	s := tlaStuck(false)
	s.Name, s.Doc = "hotreload/tla-stuck", "a top-level await that nothing settles: is the next save still loaded? (Bun #38613)"
	return s
}

// TLAStuckVisible is TLAStuck where the idle loop's own timer counts as a handle, as on
// Windows.
func TLAStuckVisible() *sim.Scenario {
	s := tlaStuck(true)
	s.Name, s.Doc = "hotreload/tla-stuck-visible", "tla-stuck, where the idle loop's own timer counts as a handle, as on Windows"
	return s
}

func tlaStuck(visible bool) *sim.Scenario {
	counts := []string{"false", "true"}
	if visible {
		counts = []string{"true", "false"}
	}
	judged := []string{propL1, propL3}
	deferring := append(without(builds, "V0", "V0w"), "V2w+G", "V2w+H", "V2w+I")
	return &sim.Scenario{
		Variants: withProposal,
		Profiles: profiles(),
		Params: params(planParam,
			sim.ParamDoc{Label: "foreverTimerVisible", Doc: "the idle loop's own timer counts as a handle", Options: counts}),
		Properties: docs(judged...),
		Expect: expect(judged, found(propL1, deferring...), found(propL3, deferring...),
			found(propL1, "V2w+A", "V2w+C"), found(propL3, "V2w+A", "V2w+C").because(queuedCounts),
			holds("V2w+B").because("What is still pending after a drain is replaced."),
			holds("V2w+D", "V2w+E").because("report() asks again, when the queue is empty.")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			plan := w.Draw().Pick("plan", plans...)
			h.cfg.ForeverTimerVisible = w.Draw().Option("foreverTimerVisible", counts...) == "true"
			h.build(setup{
				first: source(programAwaitForever, 0, false, h.disk.NewVersion()), judged: judged,
				starts: afterEvaluation,
				write:  func(p *sim.Proc) { h.saveMain(p, plan, programOK, 1, false) },
			})
		},
	}
}

// queuedCounts is why rules A and C do not mend tla-stuck.
const queuedCounts = "A queued task counts as something that may settle the promise, and if it is another reload request, both are put off and nothing asks again."
