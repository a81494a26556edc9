package simclock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
	"github.com/stretchr/testify/require"
)

const (
	events  = 1000
	forever = 200 * 24 * 365 * time.Hour // too long to be armed: such a timer is only read back
)

// driver is an actor whose events, 1 ms apart, do something.
type driver struct {
	proc *sim.Proc
	l    sim.Label
	n    int
	left int // when to end
	do   func(n int)
}

func (d *driver) Fire(*sim.World, int64) {
	d.do(d.n)
	if d.n++; d.n < d.left {
		d.proc.After(d.l, sim.Exactly(ms), d, 0)
	}
}

// drive is a scenario in which do is called in each of the events. set makes it.
func drive(n int, set func(w *sim.World) (do func(n int))) *sim.Scenario {
	return &sim.Scenario{Name: "bench", Profiles: []*sim.Profile{exact()}, Build: func(w *sim.World) {
		d := sim.Pooled[driver](w, "driver")
		*d = driver{proc: w.Actor("driver"), l: w.Label("do"), left: n, do: set(w)}
		d.proc.After(d.l, sim.Exactly(ms), d, 0)
	}}
}

// timers makes n timers that do not fire by themselves.
func timers(c clock.Clock, n int) (all []*clock.Timer) {
	for range n {
		all = append(all, c.Timer(forever))
	}
	return all
}

func nothing(int) {}

// idle is a world whose events do nothing; firing is one in which each arms another.
func idle(*sim.World) func(int) { return nothing }

type nobody struct{}

func (nobody) Fire(*sim.World, int64) {}

func firing(w *sim.World) func(int) {
	p, l := w.Actor("other"), w.Label("fire")
	return func(int) { p.After(l, sim.Exactly(ms/2), nobody{}, 0) }
}

// cost is something that is done with a clock in every event of a world.
type cost struct {
	name string
	n    int // of events, 0 for 1000
	sim  func(w *sim.World) func(n int)
	base func(w *sim.World) func(n int)
	mock func(m *clock.Mock) func(n int) // the same on the library's
}

var costs = []cost{
	{"readback", 0, func(w *sim.World) func(int) {
		timers(simclock.New(w, "clock"), 10)
		return nothing
	}, idle, nil},
	// The engine's event is taken off: what is left is noticing the Reset, doing
	// the fire, and reading ten timers back after each of the two events.
	{"reset+fire", 0, func(w *sim.World) func(int) {
		return resetAndFire(timers(simclock.New(w, "clock"), 10)[0])
	}, firing, func(m *clock.Mock) func(int) {
		do := resetAndFire(timers(m, 10)[0])
		return func(n int) { do(n); m.Add(ms) }
	}},
	{"tick", 0, func(w *sim.World) func(int) { // of a ticker, which arms its next tick
		c := simclock.New(w, "clock")
		timers(c, 9)
		return readTick(c.Ticker(ms - 1).C)
	}, firing, func(m *clock.Mock) func(int) {
		timers(m, 9)
		do := readTick(m.Ticker(ms - 1).C)
		return func(n int) { do(n); m.Add(ms) }
	}},
	{"create", 10, func(w *sim.World) func(int) { return create(simclock.New(w, "clock")) }, idle,
		func(m *clock.Mock) func(int) { return create(m) }},
	{"stop", 0, func(w *sim.World) func(int) { return stop(timers(simclock.New(w, "clock"), events)) }, func(w *sim.World) func(int) {
		timers(simclock.New(w, "clock"), events) // a thousand are read back in either
		return nothing
	}, func(m *clock.Mock) func(int) { return stop(timers(m, events)) }},
	{"reset", 0, func(w *sim.World) func(int) { return reset(timers(simclock.New(w, "clock"), 10)[0]) }, func(w *sim.World) func(int) {
		timers(simclock.New(w, "clock"), 10)
		return nothing
	}, func(m *clock.Mock) func(int) { return reset(timers(m, 10)[0]) }},
}

func resetAndFire(tm *clock.Timer) func(int) {
	return func(int) {
		readTick(tm.C)(0)
		tm.Reset(ms / 2)
	}
}

func readTick(ch <-chan time.Time) func(int) {
	return func(int) {
		if len(ch) > 0 {
			<-ch
		}
	}
}

func create(c clock.Clock) func(int) {
	return func(int) {
		for range events / 10 {
			c.Timer(forever)
		}
	}
}

func stop(all []*clock.Timer) func(int) { return func(n int) { all[n].Stop() } }

func reset(tm *clock.Timer) func(int) { return func(int) { tm.Reset(time.Hour) } }

// BenchmarkClock says what the clock adds to the events of a world, per operation: a
// world that uses it, less one that does as many events without. The baseline is the
// same on a clock.Mock, in the same loop and in a bubble, where its sleeps cost
// little; each of those is 1 ms outside.
func BenchmarkClock(b *testing.B) {
	for _, mode := range []sim.Mode{sim.Sampled, sim.Timed} {
		for _, c := range costs {
			b.Run(mode.String()+"/"+c.name, func(b *testing.B) { c.measure(b, mode) })
		}
	}
}

func (c cost) measure(b *testing.B, mode sim.Mode) {
	n := events
	if c.n != 0 {
		n = c.n
	}
	cfg := sim.Config{Mode: mode}
	once := func(w *sim.World, s *sim.Scenario) float64 {
		start := time.Now()
		_, err := w.Run(s, cfg)
		require.NoError(b, err)
		return float64(time.Since(start))
	}
	with, without := newWorld(b), newWorld(b)
	s, s0 := drive(n, c.sim), drive(n, c.base)
	once(with, s)
	once(without, s0)
	var spent, base, mock float64
	loops := 0.0
	b.ReportAllocs()
	for b.Loop() {
		loops++
		spent += once(with, s)
		base += once(without, s0)
		if c.mock != nil {
			start := time.Now()
			synctest.Test(new(testing.T), func(*testing.T) {
				do := c.mock(clock.NewMock())
				for i := range n {
					do(i)
				}
			})
			mock += float64(time.Since(start))
		}
	}
	per := loops * events
	b.ReportMetric(spent/per, "ns-with")
	b.ReportMetric((spent-base)/per, "ns-added")
	b.ReportMetric(mock/per, "ns-mock")
	b.ReportMetric(0, "ns/op")
}
