package recycle

import "github.com/seed-3519b94c/simrun/sim"

// StalePage is the incident of June 2026: a page that holds the old shell renders the
// new source, and the error is stored, for ever, because the same page renders it
// again each time it expires.
func StalePage() *sim.Scenario {
	return story{
		name:     "stale-page",
		doc:      "a page outlives a deploy and poisons what it renders (the incident before #5094)",
		variants: []string{"v0", "v0a", "v0c"},
		profiles: rolling(),
		judged:   []string{noPoison, fresh},
		fixed:    fixed{pages: 1},
		expect: []sim.Expectation{
			{Variant: "v0", Fails: []string{noPoison, fresh}},
			{Variant: "v0a", Fails: []string{fresh}, Holds: []string{noPoison}, Why: "the retry makes a new page for the one realm whose module failed; pages that nobody renders on stay as they are"},
			{
				Variant: "v0c", Fails: []string{fresh}, Rarely: []string{noPoison},
				Why: "as v0a: only what is revalidated gets a new page; once in some 100,000 schedules two tasks in a row ask the CDN so late that the retry's page fails to load twice, after 30 s each",
			},
		},
		world: func(f *fleet, s *setup) {
			s.replace = true
			s.readers = []reader{{affinity: "realm", module: "card"}}
			s.flips = true
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.h.Work("soon", func(error) {
						d.deployB(f.startReaders)
					})
				})
			}
		},
	}.scenario()
}

// FreshHint: the hint counts a page that is being made as one that is there, does not
// wait for it, and gets the stale page it was meant to get away from.
func FreshHint() *sim.Scenario {
	return story{
		name:     "fresh-hint",
		doc:      "a revalidation asks for a fresh page while one is being made (#5094, second try)",
		variants: []string{"v0b", "v0c"},
		profiles: rolling(),
		judged:   []string{hint},
		fixed:    fixed{pages: 2, servers: 1, tasks: 1, policy: true},
		params: []sim.ParamDoc{{
			Label: "both", Options: []string{"one", "two"},
			Doc: "how many of the two realms revalidate; two is only pinned, never explored",
		}},
		expect: fails([]string{hint}, "v0b"),
		world: func(f *fleet, s *setup) {
			s.replace = true
			again := 1
			if f.w.Draw().Option("both", "one", "two") == "two" {
				again = 0
			}
			s.readers = []reader{{affinity: "realm", module: "card"}, {affinity: "other", module: "other-card", renders: again}}
			s.flips = true
			s.script = func(d *deploy) {
				d.whenWarm(func() {
					d.deployB(func() {
						f.startReader(0)
						d.h.Work("later", func(error) { f.startReader(1) })
					})
				})
			}
		},
	}.scenario()
}
