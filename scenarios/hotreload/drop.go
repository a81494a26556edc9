package hotreload

import (
	model "github.com/seed-3519b94c/simrun/model/hotreload"
	"github.com/seed-3519b94c/simrun/sim"
)

// Drop is the race that Bun #29740 closed. A module writes a stub over its own
// file and throws. The watcher's reload request must not replace the promise
// before the error has been printed.
func Drop() *sim.Scenario {
	judged := []string{propS1}
	return &sim.Scenario{
		Name:       "hotreload/drop",
		Doc:        "a module rewrites itself and throws: is its error printed? (Bun #29740)",
		Variants:   withProposal,
		Profiles:   profiles(),
		Params:     params(largeParam),
		Properties: docs(judged...),
		Expect:     expect(judged, found(propS1, "V0", "V1", "V0w", "V1w", "V1w+M")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.build(setup{
				first:  source(programSelfTruncate, 0, w.Draw().Bool("large"), h.disk.NewVersion()),
				judged: judged, overtaken: h.cfg.Coalesce == model.OneExtra,
			})
		},
	}
}
