package recycle

import (
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// story is a scenario in the terms of this package.
type story struct {
	name     string
	doc      string
	variants []string
	profiles []*sim.Profile
	judged   []string
	params   []sim.ParamDoc // beside those of the fleet
	expect   []sim.Expectation
	// fixed are draws of the fleet that the story fixes.
	fixed fixed
	// keepAlive: clients keep idle connections.
	keepAlive bool
	// world says what the world is, given what was drawn.
	world func(f *fleet, s *setup)
}

// fixed are draws that a story fixes; zero ones are drawn.
type fixed struct {
	servers, pages, tasks int
	policy                bool // random
}

// maxRun is the end of runs that no script ends before.
const maxRun = 30 * time.Minute

var fleetParams = []sim.ParamDoc{
	{Label: "servers", Doc: "prerender servers"},
	{Label: "pages", Doc: "pages of a server's pool"},
	{Label: "tasks", Doc: "realm tasks of each image"},
	{Label: "policy", Doc: "how the balancer picks", Options: policies},
}

var policies = []string{"random", "round-robin", "sticky"}

// scenario makes the scenario of a story.
func (s story) scenario() *sim.Scenario {
	return &sim.Scenario{
		Name: "recycle/" + s.name, Doc: s.doc, Variants: s.variants, Profiles: s.profiles,
		Params: params(append(append([]sim.ParamDoc(nil), fleetParams...), s.params...)...), Properties: docs(s.judged...), Expect: slices.Concat(s.expect, found(s.name, s.judged...)),
		Build: func(w *sim.World) {
			f := newFleet(w, s.keepAlive)
			f.build(s.draw(w, f))
		},
	}
}

// draw draws what all stories have in common, then the story's own. What a story
// fixes can still be pinned.
func (s story) draw(w *sim.World, f *fleet) setup {
	d := w.Draw()
	number := func(label string, fix, hi int) int {
		if fix == 0 {
			return d.Int(label, 1, hi)
		}
		options := make([]string, hi)
		for i := range options {
			options[i] = string(rune('1' + (fix-1+i)%hi))
		}
		return int(d.Option(label, options...)[0] - '0')
	}
	out := setup{
		judged: s.judged, end: maxRun,
		servers: number("servers", s.fixed.servers, 3), pages: number("pages", s.fixed.pages, 3), tasks: number("tasks", s.fixed.tasks, 2),
	}
	pick := d.Pick
	if s.fixed.policy {
		pick = d.Option
	}
	switch pick("policy", policies...) {
	case policies[1]:
		out.policy = netsim.RoundRobin
	case policies[2]:
		out.policy = netsim.Sticky
	}
	s.world(f, &out)
	return out
}
