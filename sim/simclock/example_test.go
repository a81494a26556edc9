package simclock_test

import (
	"context"
	"fmt"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
)

// Batch calls flush when nothing was added for a while.
type Batch struct {
	flush func()
	timer *clock.Timer
}

// NewBatch makes a Batch.
func NewBatch(c clock.Clock, d time.Duration, flush func()) *Batch {
	return &Batch{flush, c.AfterFunc(d, flush)}
}

// Add adds something.
func (b *Batch) Add() { b.timer.Reset(10 * time.Millisecond) }

// Is a batch to which something is added in time flushed once? Not if the process
// that adds is woken late: then it has been flushed already.
func Example() {
	flushes := 0
	s := &sim.Scenario{Name: "batch", Profiles: []*sim.Profile{sim.Laptop()}, Build: func(w *sim.World) {
		c := simclock.New(w, "clock")
		flushes = 0
		b := NewBatch(c, 10*time.Millisecond, func() { flushes++ })
		w.Process("A", func(p *sim.Proc) {
			p.Sleep("think", 9*time.Millisecond)
			b.Add()
		})
		w.Eventually("flushed once", 0, func() bool { return flushes == 1 })
	}}
	w := sim.NewWorld()
	defer w.Close()
	verdicts := make(map[sim.Verdict]int)
	e := strategy.NewExhaustive(nil)
	for more := true; more; more = e.Next() {
		r, err := w.Run(s, sim.Config{Chooser: e})
		if err != nil {
			fmt.Println(err)
			return
		}
		verdicts[r.Verdict]++
	}
	fmt.Println(verdicts)
	// Output: map[pass:1 violation:2]
}

func ExampleClock_Select() {
	s := &sim.Scenario{Name: "poll", Profiles: []*sim.Profile{{Name: "exact"}}, Build: func(w *sim.World) {
		c := simclock.New(w, "clock")
		w.Process("poller", func(*sim.Proc) {
			ctx, cancel := c.WithTimeout(context.Background(), 25*time.Millisecond)
			defer cancel()
			t := c.Ticker(10 * time.Millisecond)
			defer t.Stop()
			for {
				i, at := c.Select(simclock.Case{C: t.C}, simclock.Case{Done: ctx})
				if i == 1 {
					fmt.Println(ctx.Err())
					return
				}
				fmt.Println("tick", at.Format("05.000"))
			}
		})
	}}
	w := sim.NewWorld()
	defer w.Close()
	r, err := w.Run(s, sim.Config{})
	fmt.Println(r.Verdict, err)
	// Output:
	// tick 00.010
	// tick 00.020
	// context deadline exceeded
	// pass <nil>
}
