package simclock_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
	"github.com/stretchr/testify/require"
)

const ms = time.Millisecond

// exact is a profile under which everything happens when it should.
func exact() *sim.Profile { return &sim.Profile{Name: "exact"} }

// late is a profile under which only timers are late, by up to d.
func late(d time.Duration) *sim.Profile {
	return &sim.Profile{Name: "late", Timer: sim.Window{Latest: d}}
}

// world is a scenario with a clock.
func world(p *sim.Profile, f func(w *sim.World, c *simclock.Clock)) *sim.Scenario {
	return &sim.Scenario{Name: "test", Profiles: []*sim.Profile{p}, Build: func(w *sim.World) {
		f(w, simclock.New(w, "clock"))
	}}
}

// process is a world with one process that uses the clock.
func process(p *sim.Profile, body func(p *sim.Proc, c *simclock.Clock)) *sim.Scenario {
	return world(p, func(w *sim.World, c *simclock.Clock) {
		w.Process("A", func(p *sim.Proc) { body(p, c) })
	})
}

func newWorld(t testing.TB) *sim.World {
	w := sim.NewWorld()
	t.Cleanup(w.Close)
	return w
}

// run runs s, which must pass.
func run(t testing.TB, s *sim.Scenario) *sim.Result {
	t.Helper()
	r, err := newWorld(t).Run(s, sim.Config{Record: true})
	require.NoError(t, err)
	require.Equal(t, sim.Pass, r.Verdict, "%+v", r.Failure)
	return r
}

// exhaust runs every order of s and returns how many there are.
func exhaust(t testing.TB, s *sim.Scenario, seen func(*sim.Result)) int {
	t.Helper()
	w, e, n := newWorld(t), strategy.NewExhaustive(nil), 0
	for more := true; more; more = e.Next() {
		r, err := w.Run(s, sim.Config{Chooser: e})
		require.NoError(t, err)
		require.Equal(t, sim.Pass, r.Verdict, "%+v", r.Failure)
		n++
		require.Less(t, n, 1_000_000)
		if seen != nil {
			seen(r)
		}
	}
	return n
}

// tell writes the events of a run, one a line, with their footprints.
func tell(t *sim.Trace) string {
	var b strings.Builder
	for i, e := range t.Events {
		var what []string
		for _, r := range e.Reads {
			what = append(what, "reads "+t.Resources[r])
		}
		for _, r := range e.Writes {
			what = append(what, "writes "+t.Resources[r])
		}
		what = append(what, e.Notes...)
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("%-6v %-28s %s", e.Nominal, t.EventName(i), strings.Join(what, "; ")), " "))
	}
	return b.String()
}
