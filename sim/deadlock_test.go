package sim_test

import (
	"fmt"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// philosophers is a table of n, who each take the left fork and then the right one.
func philosophers(n int) *sim.Scenario {
	return untimedly(func(w *sim.World) {
		var forks []*sim.Mutex
		for i := range n {
			forks = append(forks, w.NewMutex(fmt.Sprint("fork", i+1)))
		}
		eaten := 0
		for i := range n {
			w.Process(fmt.Sprint("P", i+1), func(p *sim.Proc) {
				left, right := forks[i], forks[(i+1)%n]
				left.Lock()
				right.Lock()
				eaten++
				right.Unlock()
				left.Unlock()
			})
		}
		w.Eventually("everyone ate", 0, func() bool { return eaten == n })
	})
}

// A deadlock says who waits for whom.
func TestDeadlock(t *testing.T) {
	s := philosophers(3)
	o := inOrder(t, "P1:start#1", "P2:start#1", "P3:start#1", "P1:fork1.lock#1", "P2:fork2.lock#1", "P3:fork3.lock#1")
	golden.Check(t, "deadlock", story(t, s, sim.Config{Chooser: o}))
	require.Equal(t, sim.Pass, run(t, s, sim.Config{Chooser: inOrder(t, "P1:start#1", "P1:fork1.lock#1", "P1:fork2.lock#1")}).Verdict)
}

// A process that waits for something that nobody will do is a deadlock if
// something is owed, and otherwise at rest: servers wait for requests.
func TestWaitingIsNoDeadlockIfNothingIsOwed(t *testing.T) {
	waiting := func(owed bool) *sim.Scenario {
		return build(func(w *sim.World) {
			q := sim.NewQueue[int](w, "requests")
			w.Process("server", func(*sim.Proc) { q.Pop() })
			if owed {
				w.Obligation("answered", 0).Open(1)
			}
		})
	}
	require.Equal(t, sim.Pass, run(t, waiting(false), sim.Config{}).Verdict)
	r := run(t, waiting(true), sim.Config{})
	require.Equal(t, sim.Deadlock, r.Verdict)
	require.Equal(t, "server waits for requests\n", r.Failure.WaitFor)
	require.Equal(t, "1 was not closed, and the world is at rest", r.Failure.Message)
}

// Something owed with nobody blocked is a violation.
func TestOwedAtRestIsAViolation(t *testing.T) {
	s := build(func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) { p.Step("s") })
		w.Obligation("answered", 0).Open(1)
	})
	require.Equal(t, "violation answered: not closed", run(t, s, sim.Config{}).Signature())
}
