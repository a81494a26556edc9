package recycle

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// trainVariants run the end of a train with no job after it, and with the one that
// waits for the realm servers only.
func trainVariants() []string { return withJobs("+jb", signalled()...) }

// Train is the end of a train: the new task reports while the balancer still sends
// everybody to the old one, so the fleet pays for a recycle and gets the old shell.
func Train() *sim.Scenario {
	return story{
		name:     "train",
		doc:      "the report comes before the flip: the fleet recycles against the old shell (#5205)",
		variants: trainVariants(),
		profiles: rolling(),
		judged:   []string{fresh, agree},
		expect: slices.Concat(
			fails([]string{fresh}, "v0", "v3"),
			fails([]string{fresh, agree}, "v1", "v2", "v4"),
			healed("v1+jb", "v2+jb", "v3+jb", "v4+jb"),
		),
		world: trainWorld,
	}.scenario()
}

// trainWorld is a warm fleet whose shell is published, and rolled out.
func trainWorld(_ *fleet, s *setup) {
	s.flips, s.token = true, 1
	s.script = func(d *deploy) {
		d.whenWarm(func() {
			d.publish(2, d.rollThenJobs)
		})
	}
}

// healed are variants whose fleet is wrong until the job replaces it.
func healed(variants ...string) (out []sim.Expectation) {
	for _, v := range variants {
		out = append(out, sim.Expectation{Variant: v, Fails: []string{agree}, Holds: []string{fresh}, Why: "the job heals what the recycle before the flip has done"})
	}
	return out
}

// TrainLateStart pins `start` to 120..240 s: a report after it follows the flip. It is
// the order that v5 was made for.
func TrainLateStart() *sim.Scenario {
	late := profile(rollingDeploy)
	late.Windows["started"] = sec(120, 150, 240)
	return story{
		name:     "train-late-start",
		doc:      "new tasks take so long to start that they report after the flip",
		variants: []string{"v5", "v0", "v3", "v6", "gen", "verify"},
		profiles: []*sim.Profile{late},
		judged:   []string{fresh},
		fixed:    fixed{tasks: 1}, // two are rolled one after the other, and the first would report before the second flip
		expect:   fails([]string{fresh}, "v0", "v3"),
		world:    trainWorld,
	}.scenario()
}

// JobGate: the edge of the network answers the hook itself, and the job that would
// have replaced the fleet is skipped because it waits for the hook.
func JobGate() *sim.Scenario {
	base := []string{"v0", "v1", "v2", "v3", "v4", "v5", "v6", "gen", "verify"}
	var variants []string
	for _, v := range base {
		variants = append(variants, v+"+ja", v+"+jb")
	}
	return story{
		name:     "job-gate",
		doc:      "the hook is answered 403, and what needs it is skipped (#5205)",
		variants: variants,
		profiles: rolling(),
		judged:   []string{fresh},
		expect:   fails([]string{fresh}, "v0+ja", "v1+ja", "v2+ja", "v3+ja", "v4+ja"),
		world: func(f *fleet, s *setup) {
			s.flips, s.token = true, 1
			s.script = func(d *deploy) {
				d.mayForbid = true
				d.whenWarm(func() {
					d.publish(2, d.rollThenJobs)
				})
			}
		},
	}.scenario()
}
