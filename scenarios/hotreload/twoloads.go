package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// TwoLoads is Bun #29393: a reload while the imports of the last one are still being
// transpiled makes two loads that share one module registry.
func TwoLoads() *sim.Scenario {
	judged := []string{propS5}
	return &sim.Scenario{
		Name:       "hotreload/two-loads",
		Doc:        "a save while the imports of the last one are loaded: do two loads share the registry? (Bun #29393)",
		Variants:   append(without(withProposal, "V0", "V0w"), "V2w-DeferPending"),
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Expect: expect(judged, found(propS5, "V2w-DeferPending"),
			open("V2w+A", "V2w+B", "V2w+C", "V2w+D", "V2w+E", "V2w+F")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion(), depPath, otherPath), judged: judged,
				imports: []file{
					{depPath, source(programOK, 0, false, h.disk.NewVersion())},
					{otherPath, source(programOK, 0, false, h.disk.NewVersion())},
				},
				write: func(p *sim.Proc) {
					h.saveMain(p, planTempRename, programOK, 1, false, depPath, otherPath)
					p.Step("react")
					h.saveMain(p, planTempRename, programOK, 2, false, depPath, otherPath)
				},
			})
		},
	}
}
