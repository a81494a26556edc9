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
			found(propS5, "V2w+A", "V2w+C", "V2w+D").because(
				"Microtasks do not count: a load that has only just been started is replaced, and the drain in front of that sends for its imports."),
			found(propS5, "V2w+B").because("A load that waits for its imports is still pending after a drain, and is replaced."),
			holds("V2w+E").because("The drain behind the start of a load sends for its imports at once, and a module under way counts."),
			holds("V2w+F").because("It asks the loader, and a load that waits for its imports is loading.")),
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
