package sim_test

import (
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// office is a small world with one of everything: a producer and a consumer with
// a queue, a mutex, a sleep, a timeout, a mark, a draw and a fault.
func office(w *sim.World) {
	letters := w.Draw().Int("letters", 2, 5)
	queue := sim.NewQueue[int](w, "tray")
	desk := w.NewMutex("desk")
	bell := w.NewWaker("bell")
	delivered := w.Obligation("delivered", 0).DescribePrefix("letter ")
	w.Process("writer", func(p *sim.Proc) {
		for i := range letters {
			p.Step("write")
			delivered.Open(int64(i))
			queue.Push(i)
		}
		desk.Lock()
		p.Sleep("nap", time.Millisecond)
		desk.Unlock()
		bell.Wake()
	})
	w.Process("postman", func(p *sim.Proc) {
		since := p.Mark()
		for range letters {
			i := queue.Pop()
			if w.Fault("wet") {
				p.Step("dry")
			}
			delivered.Close(int64(i))
		}
		desk.Lock()
		w.Note("late: %v", p.Elapsed(since, 500*time.Microsecond))
		desk.Unlock()
		p.Release(since)
		bell.Poll(time.Second)
	})
}

func TestNominalOrder(t *testing.T) {
	golden.Check(t, "nominal", story(t, build(office), sim.Config{}))
}

// Equal instants happen in the order of arming, whoever arms.
func TestTiesAreFirstInFirstOut(t *testing.T) {
	s := programme(each(4, "", "", "")...)
	var order []string
	tr := run(t, s, sim.Config{Record: true}).Trace
	for i := range tr.Events {
		order = append(order, tr.EventName(i))
	}
	require.Equal(t, []string{
		"P1:e0@world#1", "P2:e0@world#1", "P3:e0@world#1", "P4:e0@world#1",
		"P1:e1#1", "P2:e1#1", "P3:e1#1", "P4:e1#1",
		"P1:e2#1", "P2:e2#1", "P3:e2#1", "P4:e2#1",
	}, order)
}

// The nominal order needs no deviation, and whoever takes alternative 0
// everywhere takes it.
func TestNominalRunHasNoDeviations(t *testing.T) {
	r := run(t, build(office), sim.Config{})
	require.Empty(t, r.Deviations)
	require.Equal(t, r.Rolling, run(t, build(office), sim.Config{Chooser: choose(func(*sim.Point) int { return 0 })}).Rolling)
	require.Equal(t, r.Rolling, run(t, build(office), sim.Config{Record: true}).Rolling, "recording changes nothing")
}

// A recorded run tells what happened, whatever the order.
func TestStories(t *testing.T) {
	golden.Check(t, "story", story(t, build(office), sim.Config{Chooser: randomly(3), Profile: "ci-loaded"}))
}

// What was held, and until after what, is told at the event and in the schedule.
func TestHoldsAreTold(t *testing.T) {
	s := programme(ops("A", "+x", "+x"), ops("B", "+x", "+x"))
	o := inOrder(t, "B:e0@world#1", "B:e1#1", "A:e0@world#1", "A:e1#1")
	got := story(t, s, sim.Config{Chooser: o})
	require.False(t, o.wrong)
	golden.Check(t, "holds", got)
}
