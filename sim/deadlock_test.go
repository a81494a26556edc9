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

// Mutexes that are waited for in a circle are a deadlock although nothing is owed: nobody
// will ever let go. Waiting for a process that waits for something else is none.
func TestCircleOfLocks(t *testing.T) {
	both := func(w *sim.World, name string, first, second *sim.Mutex) {
		w.Process(name, func(*sim.Proc) {
			first.Lock()
			defer first.Unlock()
			second.Lock()
			defer second.Unlock()
		})
	}
	opposite := build(func(w *sim.World) {
		a, b := w.NewMutex("a"), w.NewMutex("b")
		both(w, "A", a, b)
		both(w, "B", b, a)
	})
	r := run(t, opposite, sim.Config{})
	require.Equal(t, "deadlock lock order: a, b", r.Signature())
	require.Equal(t, "A and B wait for each other, and the world is at rest", r.Failure.Message)
	require.Equal(t, "A waits for b, held by B\nB waits for a, held by A\n", r.Failure.WaitFor)
	require.Equal(t, sim.Pass, run(t, opposite, sim.Config{Judge: []string{"another"}}).Verdict)

	itself := build(func(w *sim.World) {
		a := w.NewMutex("a")
		w.Process("A", func(*sim.Proc) { a.Lock(); a.Lock() })
	})
	require.Equal(t, "A waits for itself, and the world is at rest", run(t, itself, sim.Config{}).Failure.Message)

	served := build(func(w *sim.World) {
		a, q := w.NewMutex("a"), sim.NewQueue[int](w, "requests")
		w.Process("server", func(*sim.Proc) { a.Lock(); q.Pop() })
		w.Process("other", func(*sim.Proc) { a.Lock() })
	})
	require.Equal(t, sim.Pass, run(t, served, sim.Config{}).Verdict)
}

// Whoever still waits when a mutex changes hands waits for its new holder.
func TestWaitsForTheNewHolder(t *testing.T) {
	s := build(func(w *sim.World) {
		a, q := w.NewMutex("a"), sim.NewQueue[int](w, "requests")
		w.Process("A", func(*sim.Proc) { a.Lock(); defer a.Unlock() })
		w.Process("B", func(*sim.Proc) { a.Lock(); q.Pop() })
		w.Process("C", func(*sim.Proc) { a.Lock() })
		w.Obligation("answered", 0).Open(1)
	})
	require.Equal(t, "B waits for requests\nC waits for a, held by B\n", run(t, s, sim.Config{}).Failure.WaitFor)
}
