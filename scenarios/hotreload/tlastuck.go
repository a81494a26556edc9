package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// TLAStuck is Bun #38613: a module parked on a top-level await that nothing
// settles keeps every later save from being loaded, once reloads are deferred
// while the promise is pending.
func TLAStuck() *sim.Scenario {
	return &sim.Scenario{
		Name:     "hotreload/tla-stuck",
		Doc:      "a top-level await that nothing settles: is the next save still loaded? (Bun #38613)",
		Variants: hotVariants(),
		Profiles: hotProfiles(),
		Params: hotParams(
			sim.ParamDoc{Label: "plan", Doc: "how the file is saved", Options: plans()},
			sim.ParamDoc{Label: "foreverTimerVisible", Doc: "the idle loop's own timer counts as a handle", Options: []string{"false", "true"}},
		),
		Properties: hotDocs(hotL1, hotL3),
		Expect:     expect(hotL1, "V1", "V2", "V1w", "V1w+U", "V1w+M", "V2w"),
		Build: func(w *sim.World) {
			h := newHotWorld(w)
			plan := w.Draw().Pick("plan", plans()...)
			h.cfg.ForeverTimerVisible = w.Draw().Option("foreverTimerVisible", "false", "true") == "true"
			h.build(hotSetup{
				first: source(programAwaitForever, 0, false, h.disk.NewVersion()), judged: []string{hotL1, hotL3},
				starts: afterEvaluation,
				write: func(p *sim.Proc) {
					v := h.disk.NewVersion()
					h.save(p, plan, source(programOK, 1, false, v), v)
				},
			})
		},
	}
}
