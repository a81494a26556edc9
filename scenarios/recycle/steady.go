package recycle

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// ManagerRestart: the manager forgets its token. Heartbeats without one must not make
// anybody do anything.
func ManagerRestart() *sim.Scenario {
	return story{
		name:     "manager-restart",
		doc:      "the manager restarts and knows no token any more",
		variants: signalled(),
		profiles: steady(),
		judged:   []string{conv, agree, fresh, reg},
		world: func(f *fleet, s *setup) {
			s.token = 1
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.h.Work("soon", func(error) {
						f.managers[0].host.Crash()
						d.h.Work("manager-down", func(error) {
							f.managers[0].host.StartAt(0)
							d.watchOn(2*quietAfter + 30*time.Second)
						})
					})
				})
			}
		},
	}.scenario()
}

// TokenTrim: the same token is reported again, with a blank behind it.
func TokenTrim() *sim.Scenario {
	return story{
		name:     "token-trim",
		doc:      "a token is reported again with a blank around it",
		variants: []string{"v5", "v1", "v2", "v3", "v4", "v6", "gen", "verify"},
		profiles: steady(),
		judged:   []string{conv},
		params:   []sim.ParamDoc{{Label: "blank", Doc: "where it is", Options: []string{"behind", "before"}}},
		expect:   fails([]string{conv}, "v1"),
		world: func(f *fleet, s *setup) {
			s.token = 1
			blank := f.w.Draw().Pick("blank", "behind", "before")
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.h.Work("soon", func(error) {
						token := f.artifacts[1].Token
						d.report(token)
						d.afterQuiet(func() {
							if blank == "behind" {
								d.report(token + " ")
							} else {
								d.report(" " + token)
							}
							d.watchOn(30 * time.Second)
						})
					})
				})
			}
		},
	}.scenario()
}
