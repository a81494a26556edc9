package jsloop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

// Node's well-known race: a timer of 1 ms is due in the first timers phase if the main
// script took long enough. One of 5 ms is not, unless the machine is loaded.
func TestTimeoutRacesImmediate(t *testing.T) {
	for _, c := range []struct {
		profile string
		ms      float64
		both    bool
	}{
		{"laptop", 1, true},
		{"laptop", 5, false},
		{"ci-loaded", 5, true},
	} {
		var order string
		s := scenario(func(w *sim.World) {
			order = ""
			js := jsloop.Start(w, "J", jsloop.Config{})
			js.Main(func() {
				js.Proc().Sleep("boot", 990*time.Microsecond)
				js.SetTimeout(func() { order += "T" }, c.ms)
				js.SetImmediate(func() { order += "I" })
			})
		})
		seen := make(map[string]bool)
		explored(t, s, c.profile, 200, func() { seen[order] = true })
		require.True(t, seen["IT"])
		require.Equal(t, c.both, seen["TI"], "%s, %v ms", c.profile, c.ms)
	}
}

// What setting and firing timers commits to.
func TestClockQuestions(t *testing.T) {
	s := scenario(func(w *sim.World) {
		js := jsloop.Start(w, "J", jsloop.Config{})
		js.Main(func() {
			js.SetTimeout(func() {}, 10)
			js.SetTimeout(func() { js.Proc().Step("work") }, 20)
			js.SetTimeout(func() {}, 30)
		})
	})
	s.Profiles = []*sim.Profile{{Name: "slow", Step: sim.Micros(1, 1, 1), Timer: sim.Micros(0, 60, 900),
		Windows: map[string]sim.Window{"work": sim.Micros(100, 5_000, 25_000), "main": sim.Micros(100, 2_500, 4_500)}}}
	golden.Check(t, "clock_questions", tell(runOnce(t, s, sim.Config{Record: true}).Trace))
}

// The exact flavours read the clock when a timer is set, and never run one early.
func TestExactClock(t *testing.T) {
	for _, f := range []jsloop.Flavour{jsloop.Node, jsloop.Bun, jsloop.Browser} {
		var took time.Duration
		s := scenario(func(w *sim.World) {
			js := jsloop.Start(w, "J", jsloop.Config{Flavour: f})
			js.Main(func() {
				p := js.Proc()
				set := p.Mark()
				js.SetTimeout(func() {
					if !p.Elapsed(set, 2*time.Millisecond) {
						took = 1
					}
				}, 2)
			})
		})
		explored(t, s, "ci-loaded", 300, nil)
		require.Equal(t, f == jsloop.Node, took == 1, "%v: only Node rounds the start down", f)
	}
}

// A profile bounds callbacks by name, and all of one kind together.
func TestCallbackWindows(t *testing.T) {
	var both string
	s := scenario(func(w *sim.World) {
		both = ""
		js := jsloop.Start(w, "J", jsloop.Config{})
		js.Main(func() { js.Ref() })
		w.Process("P", func(p *sim.Proc) {
			js.Post("slow", func() { both += "S" })
			js.Post("", func() { js.Release(); both += "F" })
		})
		w.Process("Q", func(p *sim.Proc) {
			p.Sleep("wait", 50*time.Millisecond)
			both += "Q"
		})
	})
	slow := sim.Laptop()
	slow.Windows = map[string]sim.Window{"callback": sim.Micros(1, 10, 100), "callback.slow": sim.Micros(60_000, 60_000, 70_000)}
	s.Profiles = []*sim.Profile{slow}
	require.Equal(t, map[string]int{"": 100}, explored(t, s, "", 100, func() { require.Equal(t, "QSF", both) }))
}
