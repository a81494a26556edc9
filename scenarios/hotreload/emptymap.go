package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// EmptyMap is the second half of what Bun #29740 closed: a file that is being
// written is read while it holds comments only, or nothing, and its empty map
// replaces the one that the last error is printed with.
func EmptyMap() *sim.Scenario {
	return &sim.Scenario{
		Name:     "hotreload/empty-map",
		Doc:      "a save in chunks is read half-written: does the source map survive? (Bun #29740)",
		Variants: hotVariants(),
		Profiles: hotProfiles(),
		Params: hotParams(
			sim.ParamDoc{Label: "large", Doc: "the file has 2 MB", Options: []string{"false", "true"}},
			sim.ParamDoc{Label: "zeroByteBlob", Doc: "what the map of an empty file looks like", Options: []string{"header", "headerless"}},
		),
		Properties: hotDocs(hotS4),
		Expect:     expect(hotS4, "V0", "V1", "V0w", "V1w", "V1w+U"),
		Build: func(w *sim.World) {
			h := newHotWorld(w)
			large := w.Draw().Bool("large")
			h.headless(w.Draw().Option("zeroByteBlob", "header", "headerless") == "headerless")
			h.build(hotSetup{
				first: source(programThrow, 0, large, h.disk.NewVersion()), judged: []string{hotS4},
				write: func(p *sim.Proc) {
					v := h.disk.NewVersion()
					h.save(p, planTruncateN, source(programThrow, 1, large, v), v)
				},
			})
		},
	}
}
