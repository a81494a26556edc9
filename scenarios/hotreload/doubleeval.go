package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// DoubleEval is Bun #13511: one save comes as several batches of records, and each makes
// a reload. Nothing is lost by it. Coalescing for longer than the gaps within a save
// avoids it.
func DoubleEval() *sim.Scenario {
	judged := []string{propOnce}
	how := []string{planTwice, planTruncate1}
	seen := append(builds[:len(builds):len(builds)], "V2w+I0", "V2w+I1")
	return &sim.Scenario{
		Name:       "hotreload/double-eval",
		Doc:        "two writes 2 ms apart, or one behind a truncation: is one save evaluated twice? (Bun #13511)",
		Variants:   append(seen[:len(seen):len(seen)], "V2w+I20"),
		Profiles:   profiles(),
		Params:     params(sim.ParamDoc{Label: "how", Doc: "how the file is saved", Options: how}),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propOnce, seen...)),
		Build: func(w *sim.World) {
			h := newWorld(w)
			how := w.Draw().Pick("how", how...)
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion()), judged: judged,
				write: func(p *sim.Proc) { h.saveMain(p, how, programOK, 1, false) },
			})
		},
	}
}
