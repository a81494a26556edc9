package hotreload

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// FD is about descriptor numbers. The watch list lends them to who reads a file again,
// the watcher closes them after it has published, and the kernel gives a number away
// again before close returns.
func FD() *sim.Scenario {
	judged := []string{propS8, propS1, propS2, propL2}
	lending := []string{"V0", "V1", "V2", "V2+EvictFirst"}
	all := append(builds[:len(builds):len(builds)], "V2+EvictFirst", "V2-LendFd")
	return &sim.Scenario{
		Name:     "hotreload/fd",
		Doc:      "descriptor numbers that the watch list lends: do they still stand for the file when they are used?",
		Variants: all,
		Profiles: profiles(),
		Params: params(planParam, largeParam, visibleParam, paceParam, savesParam, fullParam,
			sim.ParamDoc{Label: "program", Doc: "what the module does", Options: failing}),
		Properties: docs(judged...),
		Expect: expect(judged,
			found(propS8, lending...).because("The watcher closes numbers that are lent, and evicts their entries only afterwards: who has looked one up, or looks it up in between, uses it when it is free or another's."),
			found(propS2, lending...).because("To print, the source is read again through such a number; without it there is no position."),
			found(propS1, "V0", "V1", "V0w", "V1w", "V1w+M").because("As in drop."),
			found(propL2, lending...),
			found(propL2, "V2-LendFd").because("The entry is away when it is to be watched again, as in unwatched-main.")),
		Build: func(w *sim.World) {
			h := newWorld(w)
			plan, program := w.Draw().Pick("plan", plans...), w.Draw().Pick("program", failing...)
			pace := w.Draw().Pick("pace", paceReactive, paceSlow)
			saves := drawSaves(w, 3, 20)
			large := h.drawLarge()
			s := setup{
				first: source(program, 0, large, h.disk.NewVersion()), judged: judged,
				write: func(p *sim.Proc) { h.saveAll(p, saves, plan, program, pace, large) },
			}
			if slices.Contains(away, plan) {
				s.judged = []string{propS8, propS1, propL2} // no number is to blame there: see styles
			}
			if h.cfg.LendFd {
				s.goals = []string{goalCloses}
			}
			h.build(s)
		},
	}
}

// failing are the programs of which every version is seen: each prints its error.
var failing = []string{programThrow, programSelfTruncate}

// saveAll saves versions 1 to saves of a program that throws, one after another.
func (h *hotWorld) saveAll(p *sim.Proc, saves int, plan, program, pace string, large bool) {
	if pace == paceReactive {
		h.awaitError(p, 0)
	}
	for n := 1; n <= saves; n++ {
		h.saveMain(p, plan, program, n, large)
		if n < saves {
			h.pause(p, pace, n)
		}
	}
}

// Why builds that lend numbers fail where nothing else is wrong.
const (
	lentNumber = "The number that the watch list lends is closed, or another's, when it is used."
	lentOld    = "the number that the watch list lends is that of the old inode, as in stale-inode."
)
