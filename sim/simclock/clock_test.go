package simclock_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
	"github.com/stretchr/testify/require"
)

func TestStopAndResetAnswerExactly(t *testing.T) {
	run(t, process(exact(), func(p *sim.Proc, c *simclock.Clock) {
		var lib clock.Clock = c
		tm := lib.Timer(10 * ms)
		require.True(t, tm.Stop(), "it runs")
		require.False(t, tm.Stop(), "it was stopped")
		require.False(t, tm.Reset(5*ms), "it was stopped")
		require.True(t, tm.Reset(20*ms), "it runs")
		p.Sleep("s", 15*ms)
		_, ok := c.TryRecv(tm.C)
		require.False(t, ok, "it was put off")
		require.Equal(t, 20*ms, c.Recv(tm.C).Sub(time.Unix(0, 0)))
		require.False(t, tm.Stop(), "it fired, and the value was read")
		require.False(t, tm.Reset(10*ms))
		p.Sleep("s", 15*ms)
		require.True(t, tm.Stop(), "it fired, but nobody has read the value: since Go 1.23 it is taken back")
		_, ok = c.TryRecv(tm.C)
		require.False(t, ok)
		require.False(t, tm.Reset(10*ms))
		p.Sleep("s", 15*ms)
		require.True(t, tm.Reset(10*ms), "the same for Reset")
		require.Equal(t, 60*ms, c.Recv(tm.C).Sub(time.Unix(0, 0)))

		f := lib.AfterFunc(10*ms, func() {})
		require.Nil(t, f.C)
		require.True(t, f.Stop())
		require.False(t, f.Reset(10*ms))
		p.Sleep("s", 15*ms)
		require.False(t, f.Stop(), "it fired")
		require.False(t, f.Reset(10*ms))
		require.True(t, f.Reset(20*ms))
	}))
}

func TestStory(t *testing.T) {
	r := run(t, process(exact(), func(p *sim.Proc, c *simclock.Clock) {
		tm := c.Timer(10 * ms)
		f := c.AfterFunc(5*ms, func() { c.Sleep(3 * ms); tm.Reset(ms) })
		c.Recv(tm.C)
		f.Stop()
		tick := c.Ticker(4 * ms)
		c.Recv(tick.C)
		c.Recv(tick.C)
		tick.Stop()
		ctx, cancel := c.WithTimeout(context.Background(), 5*ms)
		defer cancel()
		c.WaitDone(ctx)
	}))
	require.Equal(t, `0s     A:start#1                    writes clock.timer.1@A; writes clock.func.1@A
0s     A:clock.recv#1               reads clock.timer.1@A
5ms    clock:func.1@A#1             writes clock.func.1@A
5ms    clock:func.1@A#1/run:start#1
8ms    clock:func.1@A#1/run:clock.sleep#1 writes process clock:func.1@A#1/run; writes clock.timer.1@A
9ms    clock:timer.1.A@clock.func.1@A#1/run#1 writes clock.timer.1@A
9ms    A:clock.woken#1              reads clock.func.1@A; writes clock.ticker.1@A
9ms    A:clock.recv#2               reads clock.ticker.1@A
13ms   clock:ticker.1@A#1           writes clock.ticker.1@A
13ms   A:clock.woken#2
13ms   A:clock.recv#3               reads clock.ticker.1@A
17ms   clock:ticker.1.A#1           writes clock.ticker.1@A
17ms   A:clock.woken#3              writes clock.deadline.1@A; writes clock.ticker.1@A
17ms   A:clock.recv#4               reads clock.deadline.1@A
22ms   clock:deadline.1@A#1         writes clock.deadline.1@A
22ms   A:clock.woken#4              reads clock.deadline.1@A; writes process A
`, tell(r.Trace))
}

// Two timers within each other's slack fire in both orders, others in one.
func TestFireOrderIsExplored(t *testing.T) {
	orders := func(second time.Duration) (seen map[string]int) {
		seen = make(map[string]int)
		var got string
		s := world(late(3*ms), func(w *sim.World, c *simclock.Clock) {
			got = ""
			c.AfterFunc(10*ms, func() { got += "a" })
			c.AfterFunc(second, func() { got += "b" })
		})
		exhaust(t, s, func(*sim.Result) { seen[got]++ })
		return seen
	}
	require.Equal(t, map[string]int{"ab": 3, "ba": 3}, orders(12*ms))
	require.Equal(t, map[string]int{"ab": 1}, orders(14*ms))
}

// A function and the Stop that should prevent it: either comes first, and Stop
// knows which.
func TestStopRacesWithFire(t *testing.T) {
	seen := make(map[[2]bool]int)
	var stopped, ran bool
	s := process(late(3*ms), func(p *sim.Proc, c *simclock.Clock) {
		stopped, ran = false, false
		f := c.AfterFunc(10*ms, func() { ran = true })
		c.Sleep(10 * ms)
		stopped = f.Stop()
	})
	exhaust(t, s, func(*sim.Result) { seen[[2]bool{stopped, ran}]++ })
	require.Equal(t, map[[2]bool]int{{true, false}: 1, {false, true}: 2}, seen)
}

// A ticker keeps to its grid however late it is, drops what nobody reads, and does
// not keep the world from coming to rest.
func TestTicker(t *testing.T) {
	s := process(late(3*ms), func(p *sim.Proc, c *simclock.Clock) {
		tick := c.Ticker(10 * ms)
		for i := range 3 {
			require.Equal(t, time.Duration(i+1)*10*ms, c.Recv(tick.C).Sub(time.Unix(0, 0)))
		}
		c.Ticker(ms)
		p.Sleep("s", 25*ms)
		require.Equal(t, 40*ms, c.Recv(tick.C).Sub(time.Unix(0, 0)))
	})
	r := run(t, s)
	require.Less(t, r.Steps, 100)
}

// What is later than a whole period skips ticks.
func TestTickerSkipsWhenLate(t *testing.T) {
	seen := make(map[string]int)
	var got string
	s := world(&sim.Profile{Timer: sim.Window{Latest: 15 * ms}}, func(w *sim.World, c *simclock.Clock) {
		got = ""
		tick := c.Tick(10 * ms)
		w.Process("A", func(p *sim.Proc) {
			for range 2 {
				got += c.Recv(tick).Sub(time.Unix(0, 0)).String() + " "
			}
		})
	})
	exhaust(t, s, func(*sim.Result) { seen[got]++ })
	require.Contains(t, seen, "10ms 20ms ")
	require.Contains(t, seen, "10ms 30ms ", "the first tick came after 20 ms")
	require.Len(t, seen, 2)
}

func TestContexts(t *testing.T) {
	type key struct{}
	cause := errors.New("cause")
	run(t, process(exact(), func(p *sim.Proc, c *simclock.Clock) {
		std, cancelStd := context.WithCancelCause(context.WithValue(context.Background(), key{}, "v"))
		ours, cancelOurs := c.WithTimeout(std, 10*ms)
		defer cancelOurs()
		child, cancelChild := context.WithCancel(context.WithValue(ours, key{}, "w"))
		defer cancelChild()
		later, cancelLater := c.WithTimeout(child, 20*ms)
		defer cancelLater()
		sooner, cancelSooner := c.WithTimeout(child, 5*ms)
		defer cancelSooner()

		at, ok := later.Deadline()
		require.True(t, ok)
		require.Equal(t, 10*ms, at.Sub(c.Now()), "the parent's is sooner")
		require.Equal(t, "v", ours.Value(key{}))
		require.Equal(t, "w", later.Value(key{}))
		require.NoError(t, ours.Err())
		c.WaitDone(sooner)
		require.Equal(t, 5*ms, c.Since(time.Unix(0, 0)))
		require.Equal(t, context.DeadlineExceeded, sooner.Err())
		require.NoError(t, child.Err())
		c.WaitDone(later)
		require.Equal(t, 10*ms, c.Since(time.Unix(0, 0)))
		for _, ctx := range []context.Context{ours, child, later} {
			require.Equal(t, context.DeadlineExceeded, ctx.Err())
			require.Equal(t, context.DeadlineExceeded, context.Cause(ctx))
		}

		again, cancel := c.WithTimeout(std, 10*ms)
		cancelStd(cause)
		require.Equal(t, context.Canceled, again.Err(), "at once")
		require.Equal(t, cause, context.Cause(again))
		cancel()
		past, cancel := c.WithDeadline(context.Background(), c.Now())
		require.Equal(t, context.DeadlineExceeded, past.Err())
		cancel()
	}))
}

// A parent of the standard library ends a context of ours without a goroutine, and
// those that wait for it go on.
func TestParentWakesWaiters(t *testing.T) {
	var woken time.Duration
	run(t, world(exact(), func(w *sim.World, c *simclock.Clock) {
		std, cancel := context.WithCancel(context.Background())
		w.Process("A", func(p *sim.Proc) {
			ctx, stop := c.WithTimeout(std, time.Minute)
			defer stop()
			c.WaitDone(ctx)
			woken = p.Now()
			require.Equal(t, context.Canceled, ctx.Err())
		})
		w.Process("B", func(p *sim.Proc) {
			p.Sleep("s", 7*ms)
			cancel()
		})
	}))
	require.Equal(t, 7*ms, woken)
}

func TestSelect(t *testing.T) {
	var got []int
	s := process(late(2*ms), func(p *sim.Proc, c *simclock.Clock) {
		got = got[:0]
		ctx, cancel := c.WithTimeout(context.Background(), 11*ms)
		defer cancel()
		i, _ := c.Select(simclock.Case{C: c.After(10 * ms)}, simclock.Case{Done: ctx}, simclock.Case{})
		got = append(got, i)
	})
	seen := make(map[int]bool)
	exhaust(t, s, func(*sim.Result) { seen[got[0]] = true })
	require.Equal(t, map[int]bool{0: true, 1: true}, seen)
}

// The functions of a chain of AfterFuncs share one process.
func TestChainRunsInOneProcess(t *testing.T) {
	n := 0
	r := run(t, world(exact(), func(w *sim.World, c *simclock.Clock) {
		n = 0
		var again func()
		again = func() {
			if n++; n < 50 {
				c.AfterFunc(ms, again)
			}
		}
		c.AfterFunc(ms, again)
	}))
	require.Equal(t, 50, n)
	require.LessOrEqual(t, len(r.Trace.Processes), 4)
}

func TestOverlappingCallbacksHaveProcessesOfTheirOwn(t *testing.T) {
	var at []time.Duration
	run(t, world(exact(), func(w *sim.World, c *simclock.Clock) {
		at = nil
		var f *clock.Timer
		f = c.AfterFunc(ms, func() {
			if len(at) == 0 {
				at = append(at, 0)
				f.Reset(ms)
			}
			c.Sleep(10 * ms)
			at = append(at, c.Since(time.Unix(0, 0)))
		})
	}))
	require.Equal(t, []time.Duration{0, 11 * ms, 12 * ms}, at)
}

func TestMistakesAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		body func(p *sim.Proc, c *simclock.Clock)
		err  string
	}{
		"channel": {func(_ *sim.Proc, c *simclock.Clock) { c.Recv(make(chan time.Time)) },
			`scenario "test": "A" waits for a channel that is not one of clock "clock"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newWorld(t).Run(process(exact(), c.body), sim.Config{})
			require.EqualError(t, err, c.err)
		})
	}
	_, err := newWorld(t).Run(world(exact(), func(_ *sim.World, c *simclock.Clock) { c.Sleep(ms) }), sim.Config{})
	require.EqualError(t, err, `scenario "test": clock.sleep: called by "world", which is not a process with a body and so cannot block`)

	r, err := newWorld(t).Run(process(exact(), func(p *sim.Proc, c *simclock.Clock) {
		c.Ticker(ms).Reset(0)
		p.Step("s")
	}), sim.Config{})
	require.NoError(t, err)
	require.Equal(t, "A reset a ticker to 0s", r.Failure.Message)
	r, err = newWorld(t).Run(process(exact(), func(_ *sim.Proc, c *simclock.Clock) { c.Ticker(0) }), sim.Config{})
	require.NoError(t, err)
	require.Equal(t, sim.Panic, r.Verdict)
	require.Contains(t, r.Failure.Message, "non-positive interval")
}

// With Commit a timer's value is a reading of the clock, which later ones respect.
func TestCommit(t *testing.T) {
	profile := &sim.Profile{Timer: sim.Window{Latest: 3}, Windows: map[string]sim.Window{"s": {Latest: 3}}}
	differ := func(commit bool) (n int) {
		s := process(profile, func(p *sim.Proc, c *simclock.Clock) {
			c.Commit = commit
			p.Step("s")
			tm := c.Timer(10)
			armed := c.Now()
			if got := c.Recv(tm.C); got.Sub(armed) != 10 {
				n++
			}
		})
		exhaust(t, s, nil)
		return n
	}
	require.NotZero(t, differ(false), "the clock is read after arming: the value is the nominal one")
	require.Zero(t, differ(true))
}
