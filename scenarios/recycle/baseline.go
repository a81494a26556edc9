package recycle

import "github.com/seed-3519b94c/simrun/sim"

// Baseline: a server that adopts the first token it is told takes the new shell's for
// that of its old pages.
func Baseline() *sim.Scenario {
	return story{
		name:     "baseline",
		doc:      "the first token that a warm server hears is that of the next shell (#5205)",
		variants: signalled(),
		profiles: rolling(),
		judged:   []string{fresh, agree},
		expect: []sim.Expectation{
			{Variant: "v0", Fails: []string{fresh}},
			{Variant: "v1", Fails: []string{fresh, agree}},
			{Variant: "v3", Fails: []string{fresh}},
			{Variant: "v4", Fails: []string{fresh, agree}},
		},
		world: func(f *fleet, s *setup) {
			s.replace, s.flips = true, true
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

// SeedSplit: while both tasks are routable, a server loads its page from one and asks
// the other for the baseline.
func SeedSplit() *sim.Scenario {
	return story{
		name:     "seed-split",
		doc:      "a server boots while the balancer has an old and a new task (#5205)",
		variants: signalled(),
		profiles: rolling(),
		judged:   []string{fresh, agree},
		expect: []sim.Expectation{
			{Variant: "v0", Fails: []string{fresh}},
			{Variant: "v1", Fails: []string{fresh, agree}},
			{Variant: "v2", Fails: []string{fresh, agree}},
			{Variant: "v3", Fails: []string{fresh}},
			{Variant: "v4", Fails: []string{fresh, agree}},
		},
		world: func(f *fleet, s *setup) {
			s.lateServers, s.flips, s.token = true, true, 1
			s.script = func(d *deploy) {
				d.firstRoutable = f.startServers
				d.deployHooked()
			}
		},
	}.scenario()
}
