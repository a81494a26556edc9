package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// Bounds of upstream's tests.
const (
	staleMapLimit   = 30 * time.Second
	generationLimit = 10 * time.Second
)

// SeedStaleMap is the regression test that came with Bun #29740, driven as
// upstream drives it: a program that writes a stub over itself and throws, and a
// driver that reads standard error, checks each error and its position, and
// saves the next version by a temporary file and a rename. Upstream saw it hang
// now and then with the fix in, for a cause that was called separate and unknown.
func SeedStaleMap() *sim.Scenario {
	s := seedStaleMap(builds)
	s.Name, s.Doc = "hotreload/seed-stale-map", "upstream's regression test of Bun #29740, with its driver"
	s.Expect = expect(seedJudged, found(propS1, "V0", "V1", "V0w", "V1w", "V1w+M"), lendingFails(propS2), lendingFails(propTest),
		lendingFails(propL2).because(lentNumber))
	return s
}

// SelfCoalesce is SeedStaleMap with a watcher that waits until files are quiet, for
// longer or shorter (Bun #30617).
func SelfCoalesce() *sim.Scenario {
	waits := []string{"V2w+I0", "V2w+I1", "V2w+I", "V2w+I20"}
	s := seedStaleMap(waits)
	s.Name, s.Doc = "hotreload/self-coalesce", "seed-stale-map with a watcher that waits until files are quiet (Bun #30617)"
	s.Expect = expect(seedJudged, holds(waits...).because("However long it waits, nothing is lost: what was seen is handled, and the rest comes in the next batch."))
	return s
}

// lendingFails says that the builds that lend numbers fail.
func lendingFails(property string) cell { return found(property, "V0", "V1", "V2") }

var seedJudged = []string{propS1, propS2, propL2, propTest, propLimit}

func seedStaleMap(variants []string) *sim.Scenario {
	return &sim.Scenario{
		Variants:   variants,
		Profiles:   profiles(),
		Params:     params(savesParam, fullParam, cacheParam),
		Properties: docs(seedJudged...),
		Build: func(w *sim.World) {
			h := newWorld(w)
			saves := drawSaves(w, 5, 20)
			h.drawCache()
			d := &driver{h: h, saves: saves, plans: []string{planTempRename}, program: programSelfTruncate, limit: staleMapLimit}
			h.build(setup{
				first: source(programSelfTruncate, 0, true, h.disk.NewVersion()), judged: seedJudged, write: d.run,
			})
		},
	}
}

// SeedGeneration is upstream's older test: the program only throws, and is saved by
// truncation (before Bun #29735) or by rename.
func SeedGeneration() *sim.Scenario {
	ways := []string{planTruncate1, planTempRename}
	return &sim.Scenario{
		Name:     "hotreload/seed-generation",
		Doc:      "upstream's older test of positions after a reload, with its driver",
		Variants: builds,
		Profiles: profiles(),
		Params: params(savesParam, fullParam,
			sim.ParamDoc{Label: "plan", Doc: "how the file is saved", Options: ways}, cacheParam),
		Properties: docs(seedJudged...),
		Expect: expect(seedJudged, found(propS1, "V0", "V1", "V0w", "V1w", "V1w+M").because("As in drop, if one save makes two requests."),
			lendingFails(propS2), lendingFails(propTest), lendingFails(propL2).because(lentNumber)),
		Build: func(w *sim.World) {
			h := newWorld(w)
			saves := drawSaves(w, 5, 50)
			plan := w.Draw().Pick("plan", ways...)
			h.drawCache()
			d := &driver{h: h, saves: saves, plans: []string{plan}, program: programThrow, limit: generationLimit}
			h.build(setup{
				first: source(programThrow, 0, true, h.disk.NewVersion()), judged: seedJudged, write: d.run,
			})
		},
	}
}
