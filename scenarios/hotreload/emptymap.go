package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// EmptyMap is the second half of what Bun #29740 closed: a file that is being
// written is read while it holds comments only, or nothing, and its empty map
// replaces the one that the last error is printed with.
func EmptyMap() *sim.Scenario {
	s := emptyMap(false)
	s.Name, s.Doc = "hotreload/empty-map", "a save in chunks is read half-written: does the source map survive? (Bun #29740)"
	s.Expect = expect([]string{propS4}, found(propS4, "V0", "V1", "V0w", "V1w", "V1w+U"))
	return s
}

// EmptyMapHeaderless is EmptyMap with a transpiler whose map of an empty file has no
// header: a map is not recognised as empty by its header, and #29740 does not help.
func EmptyMapHeaderless() *sim.Scenario {
	s := emptyMap(true)
	s.Name, s.Doc = "hotreload/empty-map-headerless", "empty-map, if the map of an empty file is shorter than a map's header"
	s.Expect = expect([]string{propS4}, found(propS4, builds...))
	return s
}

func emptyMap(headerless bool) *sim.Scenario {
	blobs := []string{"header", "headerless"}
	if headerless {
		blobs = []string{"headerless", "header"}
	}
	judged := []string{propS4}
	return &sim.Scenario{
		Variants: builds,
		Profiles: profiles(),
		Params: params(largeParam, visibleParam,
			sim.ParamDoc{Label: "zeroByteBlob", Doc: "what the map of an empty file looks like", Options: blobs}),
		Properties: docs(judged...),
		Build: func(w *sim.World) {
			h := newWorld(w)
			large := h.drawLarge()
			h.headless(w.Draw().Option("zeroByteBlob", blobs...) == "headerless")
			h.build(setup{
				first: source(programThrow, 0, large, h.disk.NewVersion()), judged: judged, goals: []string{goalTorn},
				write: func(p *sim.Proc) { h.saveMain(p, planTruncateN, programThrow, 1, large) },
			})
		},
	}
}
