package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// MapOwed is the other half of Bun #29740: the reload that a module's own
// write asks for puts a new source map into the only slot of the path while the
// error of the old one is still to be printed.
func MapOwed() *sim.Scenario {
	judged := []string{propS2h}
	return &sim.Scenario{
		Name:       "hotreload/map-owed",
		Doc:        "a module rewrites itself and throws: is its map still there when the error is printed? (Bun #29740)",
		Variants:   builds,
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propS2h, "V0", "V1", "V0w", "V1w", "V1w+M")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first:  source(programSelfRewrite, 0, false, h.disk.NewVersion()),
				judged: judged, overtaken: true,
			})
		},
	}
}
