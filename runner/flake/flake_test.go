package flake_test

import (
	"context"
	"math"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/flake"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// chain fails if a fault strikes stages times in a row: its rate is known.
func chain(stages int, chance float64) *sim.Scenario {
	return &sim.Scenario{
		Name: "toy/chain", Variants: []string{"faulty", "rarer", "fixed"},
		Profiles:   []*sim.Profile{{Name: "toy", Faults: map[string]float64{"slip": chance, "rare": chance / 2}}},
		Properties: []sim.PropertyDoc{{Name: "whole"}},
		Build: func(w *sim.World) {
			w.Process("A", func(p *sim.Proc) {
				label := map[string]string{"faulty": "slip", "rarer": "rare"}[w.Variant()]
				for n := range stages {
					p.Step("stage")
					if label == "" || !w.Fault(label) {
						return
					}
					if n < stages-1 {
						w.Level(n + 1)
					}
				}
				w.Fail("whole", "", "every stage slipped")
			})
		},
	}
}

// ruin is a gambler who starts with 1 and wins a round with the given chance: he
// fails if he reaches goal before 0.
func ruin(goal int, chance float64) *sim.Scenario {
	return &sim.Scenario{
		Name:       "toy/ruin",
		Profiles:   []*sim.Profile{{Name: "toy", Faults: map[string]float64{"win": chance}}},
		Properties: []sim.PropertyDoc{{Name: "ruined"}},
		Build: func(w *sim.World) {
			w.Process("gambler", func(p *sim.Proc) {
				for money := 1; money > 0; {
					p.Step("round")
					if money--; w.Fault("win") {
						money += 2
					}
					if money == goal {
						w.Fail("ruined", "", "he has %d", money)
						return
					}
					w.Level(money - 1)
				}
			})
		},
	}
}

func TestTheRateIsInsideItsInterval(t *testing.T) {
	inside := 0
	for seed := range uint64(20) {
		r, err := flake.Measure(context.Background(), flake.Options{Scenario: chain(2, 0.2), Seed: seed, Runs: 2000})
		require.NoError(t, err)
		require.Equal(t, 2000, r.Runs)
		if r.Interval.Contains(0.04) {
			inside++
		}
	}
	require.GreaterOrEqual(t, inside, 17) // 95 % of 20, and binomial(20, .95) is below that once in 60
	require.NotEqual(t, 0, inside)
}

// The number of workers changes nothing, nor does who else runs.
func TestTheResultDoesNotDependOnTheWorkers(t *testing.T) {
	measure := func(workers int) *flake.Rate {
		r, err := flake.Measure(context.Background(), flake.Options{Scenario: chain(1, 0.1), Runs: 5000, Workers: workers, Precision: 0.5})
		require.NoError(t, err)
		return r
	}
	one := measure(1)
	require.True(t, one.Stopped)
	require.Less(t, one.Runs, 5000)
	require.True(t, one.Interval.Contains(0.1))
	require.Equal(t, one, measure(3))
}

// A failure of a sampled run is a trace like any other.
func TestAFlakeCanBeReplayed(t *testing.T) {
	o := flake.Options{Scenario: chain(2, 0.3), Runs: 500}
	r, err := flake.Measure(context.Background(), o)
	require.NoError(t, err)
	require.Len(t, r.Kinds, 1)
	trace, err := flake.Trace(o, r.Kinds[0].Seed)
	require.NoError(t, err)
	require.Equal(t, r.Kinds[0].Signature, trace.Signature)
	replayed, err := runner.Replay(runner.Options{Scenario: o.Scenario}, trace, false)
	require.NoError(t, err)
	require.Equal(t, runner.Reproduced, replayed.Outcome)
	require.True(t, replayed.Exact)
}

// A fix is told after a handful of flips, a regression too, and no difference is not
// made one.
func TestComparingStopsWhenItIsClear(t *testing.T) {
	compare := func(variant, against string, runs int) *flake.Comparison {
		c, err := flake.Compare(context.Background(), flake.Options{Scenario: chain(1, 0.2), Variant: variant, Runs: runs}, against)
		require.NoError(t, err)
		return c
	}
	c := compare("faulty", "fixed", 10_000)
	require.Equal(t, flake.Better, c.Answer)
	require.Equal(t, 7, c.OnlyBefore, "seven flips one way are enough")
	require.Zero(t, c.OnlyAfter)
	require.InDelta(t, 26.8, c.Evidence, 0.1)
	require.Less(t, c.Before.Runs, 100)

	c = compare("fixed", "faulty", 10_000)
	require.Equal(t, flake.Worse, c.Answer)
	require.Equal(t, 7, c.OnlyAfter)

	c = compare("faulty", "rarer", 10_000)
	require.Equal(t, flake.Better, c.Answer)
	require.True(t, c.Difference.Contains(0.1), "%v", c.Difference)

	c = compare("faulty", "faulty", 3000)
	require.Equal(t, flake.Unclear, c.Answer)
	require.Zero(t, c.OnlyBefore+c.OnlyAfter, "one variant under one seed lives in one world")
	require.True(t, c.Difference.Contains(0))
}

// Splitting comes to rates that a closed form tells, far below what sampling sees.
func TestSplittingAgreesWithClosedForms(t *testing.T) {
	repeats := 20
	if testing.Short() {
		repeats = 8
	}
	gambler := func(goal int, p float64) float64 { // Feller I, XIV.2
		r := (1 - p) / p
		return (r - 1) / (math.Pow(r, float64(goal)) - 1)
	}
	for _, c := range []struct {
		name string
		s    *sim.Scenario
		want float64
	}{
		{"chain of 5 at 1 in 100", chain(5, 0.01), 1e-10},
		{"chain of 8 at 1 in 10", chain(8, 0.1), 1e-8},
		{"chain of 2 at 1 in 2", chain(2, 0.5), 0.25},
		{"ruin at 12", ruin(12, 0.2), gambler(12, 0.2)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := flake.Split(context.Background(), flake.SplitOptions{Options: flake.Options{Scenario: c.s, Seed: 3}, Repeats: repeats})
			require.NoError(t, err)
			t.Logf("%.3g, %.3g to %.3g in %d runs; true %.3g", r.Estimate, r.Interval.Lo, r.Interval.Hi, r.Runs, c.want)
			require.InEpsilon(t, c.want, r.Estimate, 0.25)
			require.True(t, r.Interval.Contains(c.want) || math.Abs(r.Estimate/c.want-1) < 0.1)
		})
	}
}

// A run that is reseeded shares everything before, and goes its own way after.
func TestReseedingKeepsThePast(t *testing.T) {
	s := &sim.Scenario{Name: "toy/steps", Build: func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) {
			for range 10 {
				p.Step("work")
			}
		})
	}}
	w := sim.NewWorld()
	defer w.Close()
	times := func(reseed ...sim.Reseed) (out []int64) {
		r, err := w.Run(s, sim.Config{Mode: sim.Sampled, Seed: 1, Reseed: reseed, Record: true})
		require.NoError(t, err)
		for _, e := range r.Trace.Events {
			out = append(out, int64(e.Time))
		}
		return out
	}
	plain, branched := times(), times(sim.Reseed{Step: 4, Seed: 9})
	require.Equal(t, plain[:4], branched[:4])
	for i := 4; i < len(plain); i++ {
		require.NotEqual(t, plain[i], branched[i], "event %d", i)
	}
	require.Equal(t, branched, times(sim.Reseed{Step: 4, Seed: 9}))
}

func TestMistakesAreErrors(t *testing.T) {
	s := chain(2, 0.5)
	for want, o := range map[string]flake.Options{
		"no scenario": {}, "-1 runs": {Scenario: s, Runs: -1}, `variant "x"`: {Scenario: s, Variant: "x"}, `property "y"`: {Scenario: s, Judge: []string{"y"}},
	} {
		_, err := flake.Measure(context.Background(), o)
		require.ErrorContains(t, err, want)
	}
	w := sim.NewWorld()
	defer w.Close()
	_, err := w.Run(chain(1, 1.5), sim.Config{})
	require.ErrorContains(t, err, `chance of fault "slip" is 1.5; want 0 to 1`)
}
