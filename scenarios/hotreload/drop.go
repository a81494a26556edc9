package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// Drop is the race that Bun #29740 closed. A module writes a stub over its own
// file and throws. The watcher's reload request must not replace the promise
// before the error has been printed.
func Drop() *sim.Scenario {
	return &sim.Scenario{
		Name:       "hotreload/drop",
		Doc:        "a module rewrites itself and throws: is its error printed? (Bun #29740)",
		Variants:   hotVariants(),
		Profiles:   hotProfiles(),
		Params:     hotParams(sim.ParamDoc{Label: "large", Doc: "the file has 2 MB", Options: []string{"false", "true"}}),
		Properties: hotDocs(hotS1),
		Expect:     expect(hotS1, "V0", "V1", "V0w", "V1w", "V1w+M"),
		Build: func(w *sim.World) {
			h := newHotWorld(w)
			large := w.Draw().Bool("large")
			h.build(hotSetup{first: source(programSelfTruncate, 0, large, h.disk.NewVersion()), judged: []string{hotS1}, overtaken: true})
		},
	}
}
