package recycle

import (
	"github.com/seed-3519b94c/simrun/sim"
)

// HookTarget: the edges of the CDN get the shell at different times, and the realm
// servers roll meanwhile; any of them may answer the hook.
func HookTarget() *sim.Scenario {
	return story{
		name:     "hook-target",
		doc:      "the shell reaches the CDN's edges while the realm servers roll",
		variants: trainVariants(),
		profiles: rolling(),
		judged:   []string{fresh, agree},
		fixed:    fixed{servers: 1, pages: 1, policy: true},
		params:   []sim.ParamDoc{{Label: "edges", Doc: "edges of the CDN"}},
		world: func(f *fleet, s *setup) {
			s.flips, s.token, s.edges = true, 1, f.w.Draw().Int("edges", 2, 3)
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.publish(2, nil)
					d.rollThenJobs()
				})
			}
		},
	}.scenario()
}

// ConfOnly: the new image changes the settings that a task writes into the shell it
// serves, and not the artifact: the token stays the same.
func ConfOnly() *sim.Scenario {
	return story{
		name:     "conf-only",
		doc:      "a deploy changes what tasks write into the shell, not the shell",
		variants: trainVariants(),
		profiles: rolling(),
		judged:   []string{fresh},
		world: func(f *fleet, s *setup) {
			s.flips, s.token, s.new = true, 1, image{2, 1, 2}
			s.script = func(d *deploy) { d.whenWarm(d.rollThenJobs) }
		},
	}.scenario()
}

// BaseIndex: source and shell change together, and a new task renders its own sources
// while it starts, on whatever pages there are.
func BaseIndex() *sim.Scenario {
	return story{
		name:     "base-index",
		doc:      "a new task indexes its sources while the fleet still has the old shell",
		variants: trainVariants(),
		profiles: rolling(),
		judged:   []string{noPoison0, noPoison},
		world: func(f *fleet, s *setup) {
			s.flips, s.token, s.pinned = true, 1, []string{"base"}
			s.script = func(d *deploy) {
				d.whenWarm(func() { d.publish(2, d.rollThenJobs) })
			}
		},
	}.scenario()
}
