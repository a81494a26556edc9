package depopt

import "github.com/seed-3519b94c/simrun/sim"

// goal is something that some run must reach.
type goal uint8

const (
	goalAcross   goal = iota // a request was in flight across a commit
	goalCleared              // a clear happened during an evaluation
	goalReplayed             // a rejected promise was replayed
	goalDropped              // a result was dropped because of what was discovered meanwhile
	goalQuiet                // a quiet timer was restarted
	goalShared               // two imports shared a fetch in flight
	goalReleased             // who waited with a discovery hash was released by a commit
	goalCount
)

var goalNames = [goalCount]string{
	"a request in flight across a commit", "a clear during an evaluation", "a failure replayed", "a result dropped",
	"quiet restarted", "a fetch in flight shared", "a discovery hash released by a commit",
}

// goals are those that a scenario states.
type goals struct {
	stated [goalCount]bool
	of     [goalCount]sim.Goal
}

func (g *goals) reset(f *facts, stated []goal) {
	*g = goals{}
	for _, s := range stated {
		if s == goalReleased && f.h.cfg.BridgeDelay > 0 {
			continue // the commit has come before anybody asks
		}
		g.stated[s], g.of[s] = true, f.w.Sometimes(goalNames[s])
	}
}

func (g *goals) reached(which goal) {
	if g.stated[which] {
		g.of[which].Reached()
	}
}
