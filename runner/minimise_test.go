package runner_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// measure is what minimising makes small, the most important first.
func measure(t *sim.Trace) []int64 {
	m := make([]int64, 4)
	for _, d := range t.Schedule {
		switch d.Kind {
		case sim.KindFault:
			m[0]++
		case sim.KindDraw:
			m[1] += d.Value
		case sim.KindSchedule:
			m[2]++
		default:
			m[3]++
		}
	}
	return m
}

// randomFailure is a failing run of s, found by a random walk.
func randomFailure(t require.TestingT, s *sim.Scenario, variant string, seed uint64) *sim.Trace {
	w := sim.NewWorld()
	defer w.Close()
	walk := strategy.NewRandomWalk()
	for n := range 1000 {
		walk.Begin(strategy.Info{Seed: strategy.SeedOf(seed, n)})
		c := strategy.Chooser(walk, strategy.Data{Seed: strategy.SeedOf(seed, n), On: true})
		r, err := w.Run(s, sim.Config{Variant: variant, Chooser: c, Record: true})
		require.NoError(t, err)
		if r.Verdict.Failed() {
			return r.Trace
		}
	}
	require.Fail(t, "no failure found")
	return nil
}

// Whatever the failure, what minimising makes of it is no larger, is the same
// failure, replays to the letter, and is the same every time.
func TestMinimising(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		variant := rapid.SampledFrom([]string{"racy", "careless"}).Draw(t, "variant")
		found := randomFailure(t, bank(), variant, rapid.Uint64().Draw(t, "seed"))
		o := runner.Options{Scenario: bank(), Minimise: rapid.SampledFrom([]int{1, 20, 300}).Draw(t, "budget")}

		small, runs, err := runner.Minimise(context.Background(), o, found)
		require.NoError(t, err)
		require.LessOrEqual(t, slices.Compare(measure(small), measure(found)), 0)
		require.LessOrEqual(t, runs, o.Minimise+3+len(small.Schedule), "one to see it, one to record it, one of it again, and what decides")
		require.Equal(t, runs, small.Minimised)
		require.Equal(t, found.Signature, small.Signature)

		again, runsAgain, err := runner.Minimise(context.Background(), o, found)
		require.NoError(t, err)
		require.Equal(t, runs, runsAgain)
		require.Equal(t, small.Schedule, again.Schedule)
		require.Equal(t, small.Races, again.Races)

		replayed, err := runner.Replay(runner.Options{Scenario: bank()}, small, false)
		require.NoError(t, err)
		require.Equal(t, runner.Reproduced, replayed.Outcome, replayed.Divergence)
		require.True(t, replayed.Exact)
	})
}

// needle is six actors with 40 events each. It fails if B20 comes between A10 and
// A11, and D20 between C10 and C11: two preemptions, lost in noise.
func needle() *sim.Scenario {
	return &sim.Scenario{
		Name:     "needle",
		Profiles: []*sim.Profile{{Name: "untimed", Step: sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded}}},
		Build: func(w *sim.World) {
			at := make(map[string]int)
			x := w.Resource("x")
			for i := range 6 {
				name := string(rune('A' + i))
				a := w.Actor(name)
				l := w.Label("e")
				n := 0
				var fire handler
				fire = func(w *sim.World, _ int64) {
					w.Write(x)
					at[fmt.Sprint(name, n)] = w.Steps()
					if n++; n < 40 {
						a.After(l, a.Window(l), fire, 0)
					}
					between := func(b, first, second string) bool {
						return at[first] > 0 && at[second] > 0 && at[first] < at[b] && at[b] < at[second]
					}
					if between("B20", "A10", "A11") && between("D20", "C10", "C11") {
						w.Fail("needle", "", "found")
					}
				}
				a.After(l, a.Window(l), fire, 0)
			}
		},
	}
}

type handler func(w *sim.World, arg int64)

func (f handler) Fire(w *sim.World, arg int64) { f(w, arg) }

// planted walks at random, but lets A11 wait for B20 and C11 for D20.
type planted struct {
	rand  *sim.Rand
	waits map[sim.EventID]sim.EventID
}

func (c *planted) Choose(p *sim.Point) int {
	for {
		i := c.rand.IntN(p.N)
		if _, waits := c.waits[p.Enabled[i].ID]; !waits {
			return i
		}
	}
}
func (c *planted) Began(*sim.World) {}
func (c *planted) Fired(id sim.EventID) {
	for event, after := range c.waits {
		if after == id {
			delete(c.waits, event)
		}
	}
}

// The smallest schedule that shows it has two holds, and is found in few runs.
func TestMinimisingFindsTheNeedle(t *testing.T) {
	id := func(name string) sim.EventID {
		e, err := sim.ParseEventID(name)
		require.NoError(t, err)
		return e
	}
	w := sim.NewWorld()
	defer w.Close()
	found := 0
	for seed := range uint64(20) {
		c := &planted{sim.NewRand(seed), map[sim.EventID]sim.EventID{
			id("A:e#11"): id("B:e#20"), id("C:e#11"): id("D:e#20"),
		}}
		r, err := w.Run(needle(), sim.Config{Chooser: c, Record: true})
		require.NoError(t, err)
		if !r.Verdict.Failed() {
			continue // A10 or C10 came too late
		}
		small, runs, err := runner.Minimise(context.Background(), runner.Options{Scenario: needle(), Minimise: 295}, r.Trace)
		require.NoError(t, err)
		require.Len(t, small.Schedule, 2, "seed %d: %v", seed, small.Schedule)
		require.LessOrEqual(t, runs, 300, "all runs counted")
		require.Greater(t, len(r.Trace.Schedule), 20, "it was not small before")
		t.Logf("seed %d: %d deviations to %d in %d runs", seed, len(r.Trace.Schedule), len(small.Schedule), runs)
		found++
	}
	require.Greater(t, found, 3, "too few seeds fail at all")
}

// Parameters become small, faults go, and what decides is named.
func TestMinimisedBank(t *testing.T) {
	found := randomFailure(t, bank(), "racy", 7)
	small, _, err := runner.Minimise(context.Background(), runner.Options{Scenario: bank()}, found)
	require.NoError(t, err)
	text := ""
	for _, d := range small.Schedule {
		text += d.String() + "\n"
	}
	for _, r := range small.Races {
		text += fmt.Sprintf("decides: %s before %s on %s; else %q\n", small.EventName(int(r.First)), small.EventName(int(r.Second)), r.Resource, r.Otherwise)
	}
	golden.Check(t, "minimised", text)
}
