package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// StaleInode is Bun #30449, which #30453 was to mend: the file is replaced by a rename,
// and the reload that this asks for reads the old inode through the descriptor that the
// watch list still lends. Nothing will tell of the new inode any more.
func StaleInode() *sim.Scenario {
	judged := []string{propL2}
	return &sim.Scenario{
		Name:       "hotreload/stale-inode",
		Doc:        "a file replaced by rename: are its new bytes evaluated? (Bun #30449, #30453)",
		Variants:   append(builds[:len(builds):len(builds)], "V2+EvictFirst", "V2-LendFd"),
		Profiles:   profiles(),
		Params:     params(),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propL2, "V0", "V1", "V2")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first: source(programOK, 0, false, h.disk.NewVersion()), judged: judged,
				write: func(p *sim.Proc) { h.saveMain(p, planTempRename, programOK, 1, false) },
			})
		},
	}
}
