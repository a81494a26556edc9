package simclock_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// inBubble runs s on the library's real clock and the time of testing/synctest.
func inBubble(t *testing.T, s script, fine bool) []string {
	m := &machine{s: s, fine: fine}
	synctest.Test(t, func(*testing.T) {
		m.api = api{
			Clock: clock.New(),
			recv: func(ch <-chan time.Time, bound time.Duration) (time.Time, bool) {
				select {
				case v := <-ch:
					return v, true
				case <-time.After(bound):
					return time.Time{}, false
				}
			},
			try: func(ch <-chan time.Time) (time.Time, bool) {
				select {
				case v := <-ch:
					return v, true
				default:
					return time.Time{}, false
				}
			},
			done: func(ctx context.Context, bound time.Duration) bool {
				select {
				case <-ctx.Done():
					return true
				case <-time.After(bound):
					return false
				}
			},
			sync: func() {},
		}
		m.main()
	})
	return m.log
}

// simulated is a scenario that runs s; log is what it sees.
func simulated(s script, fine bool) (sc *sim.Scenario, log func() []string) {
	return simulatedUnder(s, fine, exact())
}

func simulatedUnder(s script, fine bool, profile *sim.Profile) (sc *sim.Scenario, log func() []string) {
	var m *machine
	return world(profile, func(w *sim.World, c *simclock.Clock) {
		m = &machine{s: s, fine: fine, api: api{
			Clock: c,
			recv: func(ch <-chan time.Time, bound time.Duration) (time.Time, bool) {
				i, v := c.Select(simclock.Case{C: ch}, simclock.Case{C: c.After(bound)})
				return v, i == 0
			},
			try: c.TryRecv,
			done: func(ctx context.Context, bound time.Duration) bool {
				i, _ := c.Select(simclock.Case{Done: ctx}, simclock.Case{C: c.After(bound)})
				return i == 0
			},
			sync: func() { w.Caller().Step("sync") },
		}}
		w.Process("main", func(*sim.Proc) { m.main() })
	}), func() []string { return m.log }
}

// tied reports whether two things in a run were due at one instant, or two processes
// ran at one: then their order is anybody's.
func tied(t *sim.Trace) bool {
	due, ran := make(map[time.Duration]bool), make(map[time.Duration]int32)
	for _, e := range t.Events {
		if e.Window.Nominal > 0 {
			if due[e.Nominal] {
				return true
			}
			due[e.Nominal] = true
		}
		if t.Processes[e.Process] == "clock" {
			continue
		}
		if p, ok := ran[e.Nominal]; ok && p != e.Process {
			return true
		}
		ran[e.Nominal] = e.Process
	}
	return false
}

func TestSameAsTheRealClock(t *testing.T) {
	w := newWorld(t)
	runs, ties, lines := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScript(rt, 40, false)
		sc, log := simulated(s, false)
		r, err := w.Run(sc, sim.Config{Record: true})
		require.NoError(rt, err)
		require.Equal(rt, sim.Pass, r.Verdict, "%+v", r.Failure)
		got := log()
		runs++
		if tied(r.Trace) {
			ties++
			return
		}
		lines += len(got)
		require.Equal(rt, inBubble(t, s, false), got)
	})
	t.Logf("%d scripts, %d observations, %d left out for a tie", runs, lines, ties)
	require.LessOrEqual(t, ties, runs/20+3)
}

// Where several things are due at one instant, the bubble takes any order (and the
// scheduler of Go any interleaving): whatever it comes to, some order here does too.
func TestOrdersOfTiesCoverTheRealClock(t *testing.T) {
	const atMost = 20_000 // orders of one script
	w := newWorld(t)
	compared, tooMany, orders, several := 0, 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScript(rt, 7, true)
		s.Main, s.Funcs[0], s.Funcs[1] = noTick(s.Main), noTick(s.Funcs[0]), noTick(s.Funcs[1])
		missing := make(map[string]bool)
		for range 5 {
			missing[strings.Join(inBubble(t, s, true), "\n")] = true
		}
		if len(missing) > 1 {
			several++
		}
		sc, log := simulated(s, true)
		e, n := strategy.NewExhaustive(nil), 0
		for more := true; more && len(missing) > 0; more = e.Next() {
			r, err := w.Run(sc, sim.Config{Chooser: e})
			require.NoError(rt, err)
			require.Equal(rt, sim.Pass, r.Verdict, "%+v", r.Failure)
			delete(missing, strings.Join(log(), "\n"))
			if n++; n == atMost {
				tooMany++
				return
			}
		}
		compared++
		orders += n
		if len(missing) > 0 { // the bubble may not do it again
			t.Logf("%+v: seen in a bubble, but in none of %d orders: %v", s, n, missing)
		}
		require.Empty(rt, missing, "seen in %d orders", n)
	})
	t.Logf("%d scripts, %d with several outcomes in the bubble, %d orders, %d scripts with too many", compared, several, orders, tooMany)
}

// noTick leaves out what nobody can stop: there would be no end of orders.
func noTick(ops []op) (rest []op) {
	for _, o := range ops {
		if o.Do != "tick" {
			rest = append(rest, o)
		}
	}
	return rest
}
