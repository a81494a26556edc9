package recycle

import "github.com/seed-3519b94c/simrun/sim"

// TwoManagers: two managers answer to one name, for the time of a roll or always. A
// report reaches one of them, and each heartbeat one of them.
func TwoManagers() *sim.Scenario {
	return story{
		name:      "two-managers",
		keepAlive: true,
		doc:       "two managers answer to one name while a new shell is reported",
		variants:  signalled(),
		profiles:  rolling(),
		judged:    []string{conv, reg, fresh},
		params:    []sim.ParamDoc{{Label: "both", Doc: "how long both are there", Options: []string{"roll", "always"}}},
		world: func(f *fleet, s *setup) {
			s.flips, s.token, s.replace, s.managers = true, 1, true, 2
			s.oneManager = f.w.Draw().Pick("both", "roll", "always") == "roll"
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.deployHooked()
					if s.oneManager {
						d.h.Work("soon", func(error) { d.rollManager() })
					}
				})
			}
		},
	}.scenario()
}

// rollManager starts the second manager beside the first, and stops that a little
// later.
func (d *deploy) rollManager() {
	f := d.f
	f.managers[1].token = ""
	f.managers[1].host.StartAt(0)
	f.nameManagers(0, 1)
	d.h.Work("manager-both", func(error) {
		f.nameManagers(1)
		f.facts.retired(f.managers[0])
		f.managers[0].host.Stop(f.consts.StopTimeout)
	})
}

// LateReply: the answer to a heartbeat is late, by up to 300 s, around a report. It
// brings the token of before.
func LateReply() *sim.Scenario {
	return story{
		name:     "late-reply",
		doc:      "the answer to a heartbeat comes long after the next ones, around a report",
		variants: signalled(),
		profiles: rolling(),
		judged:   []string{conv, agree},
		params: []sim.ParamDoc{
			{Label: "late", Doc: "how late the answer is on a good day", Options: lateness},
			{Label: "which", Doc: "when the heartbeat is sent, after the deploy began", Options: []string{"later", "soon"}},
		},
		fixed: fixed{servers: 1, tasks: 1, policy: true},
		world: func(f *fleet, s *setup) {
			s.flips, s.token, s.replace, s.lateReplies = true, 1, true, true
			late, which := f.w.Draw().Pick("late", lateness...), f.w.Draw().Pick("which", "later", "soon")
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.deployHooked()
					d.h.Work(which, func(error) { d.lateReplies(late, 2*f.consts.Heartbeat) })
				})
			}
		},
	}.scenario()
}

// lateness are rows of the profile.
var lateness = []string{"late.150s", "late.60s", "late.20s", "late"}
