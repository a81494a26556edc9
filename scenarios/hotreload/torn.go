package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// Torn: a save that is not atomic is read half-written. No variant can help it.
func Torn() *sim.Scenario {
	s := torn(planTruncate1, planTruncateN, planInPlace)
	s.Name, s.Doc = "hotreload/torn", "a save of 2 MB is read while it is written"
	s.Expect = expect([]string{propS7}, found(propS7, builds...))
	return s
}

// TornRename is Torn with the plan that is atomic.
func TornRename() *sim.Scenario {
	s := torn(planTempRename)
	s.Name, s.Doc = "hotreload/torn-rename", "a save of 2 MB by rename is read whole, old or new"
	s.Expect = expect([]string{propS7}, holds("V0", "V1", "V2").because("The old inode, if that is read, is whole too."))
	return s
}

func torn(how ...string) *sim.Scenario {
	judged := []string{propS7}
	return &sim.Scenario{
		Variants: builds,
		Profiles: profiles(),
		Params: params(visibleParam,
			sim.ParamDoc{Label: "plan", Doc: "how the file is saved", Options: how},
			savesParam, fullParam),
		Properties: docs(judged...),
		Build: func(w *sim.World) {
			h := newWorld(w)
			h.drawVisible()
			plan := w.Draw().Pick("plan", how...)
			saves := drawSaves(w, 3, 20)
			h.build(setup{
				first: source(programOK, 0, true, h.disk.NewVersion()), judged: judged,
				write: func(p *sim.Proc) {
					for n := 1; n <= saves; n++ {
						h.saveMain(p, plan, programOK, n, true)
						h.pause(p, paceBlind, n)
					}
				},
			})
		},
	}
}
