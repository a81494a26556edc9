package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// Styles is every way to save a file, by a module that throws each time, so that it
// shows what was seen of it.
func Styles() *sim.Scenario {
	judged := []string{propS1, propS2, propS3, propL2, propL6}
	all := withProposal
	return &sim.Scenario{
		Name:       "hotreload/styles",
		Doc:        "every way to save a file: is each version seen, and printed at its own place?",
		Variants:   all,
		Profiles:   profiles(),
		Params:     params(planParam, largeParam, visibleParam, paceParam, savesParam, fullParam),
		Properties: docs(judged...),
		Expect: expect(judged,
			found(propS1, "V0", "V1", "V0w", "V1w", "V1w+M").because("As in drop."),
			found(propS1, "V2w+A", "V2w+C", "V2w+D").because(
				"A load that has only microtasks left counts as one that nothing can settle; the drain in front of its replacement lets it reject."),
			found(propS2, all...).because("The source is read again to print, and while a save has it removed there is no position either."),
			found(propS3, all...).because("The source is read again to print, and by then it is that of the next save."),
			found(propL2, "V0", "V1", "V2").because("As in stale-inode, unwatched-main and fd."),
			found(propL6, without(all, "V0w", "V2w+A", "V2w+C", "V2w+D", "V2w+E", "V2w+I")...).because(
				"report() performs a reload that was put off, and then the loop waits: the new load's microtasks run only at the next wake-up."),
			rarely(propL6, "V2w+A", "V2w+C", "V2w+D").because(
				"L6 fails as in V2w where a request comes between a rejection and its report: 1 of some 40,000 schedules on laptop, of 700 on ci-loaded.")),
		Build: func(w *sim.World) {
			h := newWorldMasking(w, true)
			plan, pace := w.Draw().Pick("plan", plans...), w.Draw().Pick("pace", paces...)
			saves := drawSaves(w, 3, 20)
			large := h.drawLarge()
			h.build(setup{
				first: source(programThrow, 0, large, h.disk.NewVersion()), judged: judged, goals: []string{goalHit},
				write: func(p *sim.Proc) { h.saveAll(p, saves, plan, programThrow, pace, large) },
			})
		},
	}
}
