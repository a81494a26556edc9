package simclock_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// outcomes runs s under a search that leaves out orders that, by their footprints, are the
// same as others, and returns what got says after each run.
func outcomes(t require.TestingT, w *sim.World, s *sim.Scenario, e *strategy.Reduced, got func() string) map[string]bool {
	seen := make(map[string]bool)
	for more := true; more; more = e.Next() {
		_, err := w.Run(s, sim.Config{Chooser: e, Mode: sim.Zones})
		require.NoError(t, err)
		if end := e.Ending(err); end == strategy.Whole || end == strategy.InCalm {
			seen[got()] = true
		}
	}
	return seen
}

// all is outcomes of a search that leaves nothing out. It is nil if there are more than most.
func all(t require.TestingT, w *sim.World, s *sim.Scenario, most int, got func() string) map[string]bool {
	seen, e := make(map[string]bool), strategy.NewExhaustive(nil)
	for more := true; more; more = e.Next() {
		if most--; most < 0 {
			return nil
		}
		_, err := w.Run(s, sim.Config{Chooser: e})
		require.NoError(t, err)
		seen[got()] = true
	}
	return seen
}

// One process makes a timer, another one stops it, at about the time at which it fires:
// that Stop came too late is a footprint too, or a search that trusts footprints never
// tries the other order.
func TestReducedSearchSeesStopThatCameTooLate(t *testing.T) {
	w := newWorld(t)
	var ran, stopped bool
	s := world(late(3*ms), func(w *sim.World, c *simclock.Clock) {
		ran, stopped = false, false
		var f *clock.Timer
		w.Process("A", func(*sim.Proc) { f = c.AfterFunc(10*ms, func() { ran = true }) })
		w.Process("B", func(*sim.Proc) {
			c.Sleep(11 * ms)
			stopped = f.Stop()
		})
	})
	got := func() string { return fmt.Sprint("ran ", ran, " stopped ", stopped) }
	want := map[string]bool{"ran true stopped false": true, "ran false stopped true": true}
	require.Equal(t, want, all(t, w, s, 1000, got))
	require.Equal(t, want, outcomes(t, w, s, strategy.NewReduced(), got))
	require.Equal(t, want, outcomes(t, w, s, strategy.NewDPOR(), got))
}

// sharer is what one of several processes does with timers that they share.
type sharer struct {
	do   string
	slot int
	For  time.Duration
}

func drawSharers(t *rapid.T) (all [][]sharer) {
	one := rapid.Custom(func(t *rapid.T) sharer {
		return sharer{
			do:   rapid.SampledFrom([]string{"stop", "stop", "reset", "try", "sleep", "sleep", "err", "cancel", "recv"}).Draw(t, "do"),
			slot: rapid.IntRange(0, 1).Draw(t, "slot"),
			For:  time.Duration(rapid.IntRange(1, 4).Draw(t, "ms")) * ms,
		}
	})
	for range rapid.IntRange(2, 3).Draw(t, "processes") {
		all = append(all, rapid.SliceOfN(one, 1, 3).Draw(t, "ops"))
	}
	return all
}

// shared is a world in which processes work on two timers, a function and a context, with
// what each of them saw.
func shared(procs [][]sharer, slack time.Duration, logs *[4]string) *sim.Scenario {
	return world(late(slack), func(w *sim.World, c *simclock.Clock) {
		*logs = [4]string{}
		say := func(i int, args ...any) { logs[i] += fmt.Sprintln(args...) }
		timers := [2]*clock.Timer{c.Timer(2 * ms), c.AfterFunc(3*ms, func() { say(3, "ran") })}
		ctx, cancel := c.WithTimeout(context.Background(), 3*ms)
		for i, ops := range procs {
			w.Process(fmt.Sprint("P", i), func(*sim.Proc) {
				for n, o := range ops {
					switch tm := timers[o.slot]; o.do {
					case "stop":
						say(i, n, tm.Stop())
					case "reset":
						say(i, n, tm.Reset(o.For))
					case "try":
						_, ok := c.TryRecv(timers[0].C)
						say(i, n, ok)
					case "recv":
						which, _ := c.Select(simclock.Case{C: timers[0].C}, simclock.Case{C: c.After(o.For)})
						say(i, n, which)
					case "sleep":
						c.Sleep(o.For)
					case "err":
						say(i, n, ctx.Err())
					case "cancel":
						cancel()
					}
				}
			})
		}
	})
}

// Whatever some order shows is shown by a search that leaves out what is the same by
// footprints.
func TestReducedSearchSeesEverything(t *testing.T) {
	w := newWorld(t)
	compared, tooMany, found := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		var logs [4]string
		slack := time.Duration(rapid.IntRange(1, 4).Draw(rt, "slack")) * ms
		s := shared(drawSharers(rt), slack, &logs)
		got := func() string { return fmt.Sprintf("%q", logs) }
		want := all(rt, w, s, 20_000, got)
		if want == nil {
			tooMany++
			return
		}
		compared++
		found += len(want)
		require.Equal(rt, want, outcomes(rt, w, s, strategy.NewReduced(), got), "sleep sets")
		require.Equal(rt, want, outcomes(rt, w, s, strategy.NewDPOR(), got), "DPOR")
	})
	t.Logf("%d worlds with %d outcomes, %d with too many orders", compared, found, tooMany)
}
