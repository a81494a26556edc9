package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// Styles is every way to save a file, by a module that throws each time, so that it
// shows what was seen of it.
func Styles() *sim.Scenario {
	judged := []string{propS1, propS2, propS3, propL2, propL6}
	all := append(builds[:len(builds):len(builds)], "V2w+F", "V2w+I")
	return &sim.Scenario{
		Name:       "hotreload/styles",
		Doc:        "every way to save a file: is each version seen, and printed at its own place?",
		Variants:   all,
		Profiles:   profiles(),
		Params:     params(planParam, largeParam, visibleParam, paceParam, savesParam, fullParam),
		Properties: docs(judged...),
		Expect:     expect(judged, open(all...)),
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
