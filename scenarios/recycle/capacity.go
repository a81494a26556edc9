package recycle

import "github.com/seed-3519b94c/simrun/sim"

// Capacity: three servers with renders in progress are told of a new shell, all at
// once; or they boot under a manager that knows a token.
func Capacity() *sim.Scenario {
	return story{
		name:     "capacity",
		doc:      "a whole fleet recycles at once",
		variants: trainVariants(),
		profiles: rolling(),
		judged:   []string{cap1, cap2},
		fixed:    fixed{servers: 3},
		params:   []sim.ParamDoc{{Label: "when", Doc: "what makes them recycle", Options: []string{"report", "boot"}}},
		world: func(f *fleet, s *setup) {
			s.flips, s.token = true, 1
			s.readers = []reader{{affinity: "one", module: "card-1", genuine: true}, {affinity: "two", module: "card-2", genuine: true}}
			boot := f.w.Draw().Pick("when", "report", "boot") == "boot"
			s.script = func(d *deploy) {
				if boot {
					d.watchOn(quietAfter)
					return
				}
				d.whenWarm(func() {
					f.startReaders()
					d.publish(2, d.rollThenJobs)
				})
			}
		},
	}.scenario()
}

// Rollback: B is deployed and then A again, while a server cannot hear the manager, or
// is at a long recycle.
func Rollback() *sim.Scenario {
	return story{
		name:     "rollback",
		doc:      "a deploy is taken back while servers are deaf or busy",
		variants: signalled(),
		profiles: rolling(),
		judged:   []string{fresh, agree},
		params:   []sim.ParamDoc{{Label: "perturbed", Doc: "what keeps a server from following", Options: []string{"no", "partition", "long-recycle"}}},
		world: func(f *fleet, s *setup) {
			s.flips, s.token, s.replace, s.third = true, 1, true, image{1, 1, 1}
			s.readers = card
			perturbed := f.w.Draw().Pick("perturbed", "no", "partition", "long-recycle")
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.publish(2, func() {
						d.roll(f.oldTasks(), f.newTasks(), func() {})
						d.h.Work("first-render", func(error) { f.startReaders() })
						if perturbed == "partition" {
							d.partition()
						}
						d.h.Work("later", func(error) {
							d.publish(1, func() { d.roll(f.newTasks(), f.thirdTasks(), d.callHook) })
						})
					})
				})
			}
			if perturbed == "long-recycle" {
				s.slowClose = true
			}
		},
	}.scenario()
}

// TokenBytes: anybody may report any string of up to 64 characters.
func TokenBytes() *sim.Scenario {
	kinds := []string{"line-break", "U+0130", "tab", "comma"}
	texts := map[string]string{"line-break": "dc6e\nf9c9", "U+0130": "dc6\u0130f9c9", "tab": "dc6e\tf9c9", "comma": "dc6e,f9c9"}
	return story{
		name:     "token-bytes",
		doc:      "a report of a token with a character that headers do not have",
		variants: signalled(),
		profiles: rolling(),
		judged:   []string{reg, fresh},
		params:   []sim.ParamDoc{{Label: "bytes", Doc: "which character", Options: kinds}},
		world: func(f *fleet, s *setup) {
			s.flips, s.token, s.replace = true, 1, true
			kind := f.w.Draw().Pick("bytes", kinds...)
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.report(texts[kind])
					d.h.Work("soon", func(error) { d.deployHooked() })
				})
			}
		},
	}.scenario()
}

// Clock: the manager's wall clock is set by 31 s, or a server does nothing for 30 s.
func Clock() *sim.Scenario {
	return story{
		name:     "clock",
		doc:      "the manager's clock is set, or a server stalls",
		variants: signalled(),
		profiles: steady(),
		judged:   []string{reg, cap1},
		params:   []sim.ParamDoc{{Label: "clock", Doc: "what happens", Options: []string{"forward", "backward", "crash-backward", "stall"}}},
		world: func(f *fleet, s *setup) {
			s.token, s.servers = 1, max(s.servers, 2) // of one server, its crash would be all there is to see
			kind := f.w.Draw().Pick("clock", "forward", "backward", "crash-backward", "stall")
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.h.Work("soon", func(error) {
						d.clock(kind)
						d.watchOn(4 * f.consts.RegistryTTL)
					})
				})
			}
		},
	}.scenario()
}
