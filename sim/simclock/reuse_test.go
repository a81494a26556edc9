package simclock_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// walk takes any alternative, at random.
type walk struct{ *sim.Rand }

func (c walk) Choose(p *sim.Point) int { return c.IntN(p.N) }

// A world that has run other things gives the same run as a new one, in every mode,
// and no goroutine is left.
func TestReuse(t *testing.T) {
	before := runtime.NumGoroutine()
	used := sim.NewWorld()
	start := time.Now()
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScript(rt, 20, false)
		seed := rapid.Uint64().Draw(rt, "seed")
		mode := sim.Mode(rapid.IntRange(0, 1).Draw(rt, "mode"))
		profile := late(5 * ms)
		sc, log := simulatedUnder(s, true, profile)
		once := func(w *sim.World) (*sim.Result, []string) {
			r, err := w.Run(sc, sim.Config{Record: true, Mode: mode, Seed: seed, Chooser: walk{sim.NewRand(seed)}})
			require.NoError(rt, err)
			return r, log()
		}
		fresh := sim.NewWorld()
		want, wantLog := once(fresh)
		fresh.Close()
		for range 3 {
			got, gotLog := once(used)
			require.Equal(rt, wantLog, gotLog)
			require.Equal(rt, want.Fingerprint, got.Fingerprint)
			require.Equal(rt, tell(want.Trace), tell(got.Trace))
		}
	})
	require.Less(t, time.Since(start), time.Minute)
	used.Close()
	for range 100 { // coroutines end a little after they were told to
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// What the minimiser and replay stand on: a run is what its schedule says.
func TestScheduleGivesTheRunAgain(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScript(rt, 12, false)
		sc, log := simulatedUnder(s, true, late(5*ms))
		seed := rapid.Uint64().Draw(rt, "seed")
		want, err := w.Run(sc, sim.Config{Record: true, Chooser: walk{sim.NewRand(seed)}})
		require.NoError(rt, err)
		wantLog := log()
		replay := strategy.NewReplay(want.Trace.Schedule, true)
		got, err := w.Run(sc, sim.Config{Chooser: replay})
		require.NoError(rt, err)
		require.Nil(rt, replay.Divergence())
		require.Equal(rt, wantLog, log())
		require.Equal(rt, want.Fingerprint, got.Fingerprint)
	})
}

// The pool: a world that has run once makes no timers any more.
func TestPooledTimersCostNothing(t *testing.T) {
	w := newWorld(t)
	var made []*clock.Timer
	s := world(exact(), func(_ *sim.World, c *simclock.Clock) {
		made = append(made[:0], c.Timer(ms), c.AfterFunc(ms, func() {}))
		c.Ticker(ms)
		c.After(ms)
	})
	cfg := sim.Config{}
	_, err := w.Run(s, cfg)
	require.NoError(t, err)
	first := [2]*clock.Timer{made[0], made[1]}
	allocs := testing.AllocsPerRun(100, func() { _, err = w.Run(s, cfg) })
	require.NoError(t, err)
	require.Same(t, first[0], made[0])
	require.Same(t, first[1], made[1])
	require.Less(t, allocs, 30.0)
	t.Log(allocs, "allocations a run")
}

// A timer that was left in any state is as good as new in the next run.
func TestLeftOverStateIsGone(t *testing.T) {
	w := newWorld(t)
	run := 0
	s := process(exact(), func(p *sim.Proc, c *simclock.Clock) {
		run++
		a, b, f, k := c.Timer(ms), c.Timer(ms), c.AfterFunc(ms, func() {}), c.Ticker(ms)
		require.True(t, a.Stop())
		a.Reset(2 * ms)
		p.Sleep("s", 5*ms)
		require.Len(t, b.C, 1)
		require.False(t, f.Stop())
		k.Stop()
		if run%2 == 0 {
			c.WaitDone(t.Context())
		}
	})
	for range 5 {
		r, err := w.Run(s, sim.Config{})
		require.NoError(t, err)
		require.Equal(t, sim.Pass, r.Verdict, r.Failure.Message)
	}
}

// A process that is killed while it waits is forgotten, and its next life waits anew.
func TestKilledWhileWaiting(t *testing.T) {
	var lives []time.Duration
	r := run(t, world(exact(), func(w *sim.World, c *simclock.Clock) {
		lives = nil
		tick := c.Tick(10 * ms)
		a := w.Process("A", func(*sim.Proc) {
			defer c.Timer(ms).Stop()
			lives = append(lives, c.Recv(tick).Sub(time.Unix(0, 0)))
		})
		w.Process("B", func(p *sim.Proc) {
			p.Sleep("s", 5*ms)
			a.Kill()
			p.Sleep("s", 10*ms)
			a.Restart()
		})
	}))
	require.Equal(t, []time.Duration{10 * ms}, lives, "the tick that nobody took is still there")
	require.Equal(t, sim.Pass, r.Verdict)
}
