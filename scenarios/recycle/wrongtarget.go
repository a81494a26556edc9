package recycle

import "github.com/seed-3519b94c/simrun/sim"

// WrongTarget: a variable that only prerender tasks have, read elsewhere, names this
// very host. The report is refused, one line of log says so, and no heartbeat ever
// carries the new token.
func WrongTarget() *sim.Scenario {
	return story{
		name:     "wrong-target",
		doc:      "the report goes to the wrong address (#5205)",
		variants: signalled(),
		profiles: rolling(),
		judged:   []string{fresh},
		expect:   fails([]string{fresh}, "v0", "v3"),
		world: func(f *fleet, s *setup) {
			s.replace, s.flips, s.token = true, true, 1
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.h.Work("soon", func(error) {
						d.deployHooked()
					})
				})
			}
		},
	}.scenario()
}

// TokenMidway: the shell after the next is reported while a server recycles for the
// next. The heartbeat that says so is ignored; the one after it says it again.
func TokenMidway() *sim.Scenario {
	return story{
		name:     "token-midway",
		doc:      "two deploys, the second reported while servers recycle for the first",
		variants: []string{"v5", "v1", "v2", "v4", "v6", "gen", "verify"},
		profiles: rolling(),
		judged:   []string{fresh},
		world: func(f *fleet, s *setup) {
			s.replace, s.flips, s.token, s.third = true, true, 1, image{3, 3, 1}
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.publish(2, func() {
						d.roll(f.oldTasks(), f.newTasks(), func() {})
						d.h.Work("soon", func(error) {
							d.publish(3, func() { d.roll(f.newTasks(), f.thirdTasks(), d.callHook) })
						})
					})
				})
			}
		},
	}.scenario()
}
