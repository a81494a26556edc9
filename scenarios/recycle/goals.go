package recycle

import (
	"slices"

	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim"
)

// The goals: what some run must come to, or its scenario shows nothing.
const (
	goalEcho    = "a heartbeat's answer brings a token"
	goalLease   = "a recycle finds a lease held"
	goalOldLoad = "a page loads through an old task"
	goalNewLoad = "a page loads through a new task"
	goalOldHook = "an old task answers the hook"
	goalNewHook = "a new task answers the hook"
	goalCut     = "a train is cut between two jobs"
)

// goals are the goals that a scenario states.
type goals struct {
	names []string
	goals []sim.Goal
}

func (g *goals) state(a *facts) {
	g.names = a.f.setup.goals
	for _, n := range g.names {
		g.goals = append(g.goals, a.w.Sometimes(n))
	}
}

func (g *goals) reach(name string) {
	if i := slices.Index(g.names, name); i >= 0 {
		g.goals[i].Reached()
	}
}

func (g *goals) saw(a *facts, x *model.Fact) {
	switch x.Kind {
	case model.Echoed:
		g.reach(goalEcho)
	case model.PageClosed:
		if x.N == 1 && a.f.serverOf(x.Who).logic.Recycling() {
			g.reach(goalLease)
		}
	case model.PageLoaded:
		if x.Page.Shell == a.f.setup.old.shellOf() {
			g.reach(goalOldLoad)
		} else {
			g.reach(goalNewLoad)
		}
	case model.HookAnswered:
		if a.f.taskOf(x.Who).settled {
			g.reach(goalOldHook)
		} else {
			g.reach(goalNewHook)
		}
	}
}
