package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// WatchGap is Bun #42749: a module is watched after it was read. What is saved between
// the two is neither in what was read nor told of by the watch.
func WatchGap() *sim.Scenario {
	judged := []string{propL2}
	there := []string{planTempRename, planInPlace, planTruncate1} // not away: that is unwatched-import
	first := []string{"V0+WatchBeforeRead", "V2+WatchBeforeRead", "V2w+WatchBeforeRead", "V2r+WatchBeforeRead"}
	return &sim.Scenario{
		Name:       "hotreload/watch-gap",
		Doc:        "a newly imported module is saved between being read and being watched (Bun #42749)",
		Variants:   append(builds[:len(builds):len(builds)], first...),
		Profiles:   profiles(),
		Params:     params(sim.ParamDoc{Label: "plan", Doc: "how the import is saved", Options: there}),
		Properties: docs(judged...),
		Expect: expect(judged, found(propL2, builds...),
			found(propL2, "V0+WatchBeforeRead", "V2+WatchBeforeRead").because(lentNumber),
			holds("V2r+WatchBeforeRead", "V2w+WatchBeforeRead").because("What is saved after the watch was added is told of.")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			plan := w.Draw().Pick("plan", there...)
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion()), judged: judged,
				imports: []file{{depPath, source(programOK, 0, false, h.disk.NewVersion())}},
				write: func(p *sim.Proc) {
					h.saveMain(p, planTempRename, programOK, 1, false, depPath)
					p.Step("react")
					h.save(p, plan, depPath, source(programOK, 1, false, h.disk.NewVersion()))
				},
			})
		},
	}
}
