package strategy_test

import (
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// late is how many of the steps of B, a millisecond each, come before the first one of
// A, which nominally is at once and may be at any time.
func late(t *testing.T, s strategy.Strategy, runs int, virtual time.Duration) (count [201]int) {
	const steps = 200
	ms := time.Millisecond
	before := 0
	scenario := &sim.Scenario{
		Name: "test/late",
		Profiles: []*sim.Profile{{Name: "p", Windows: map[string]sim.Window{
			"A:go":   {Nominal: ms / 2, Latest: sim.Unbounded},
			"B:step": {Earliest: ms / 2, Nominal: ms, Latest: sim.Unbounded},
		}}},
		Build: func(w *sim.World) {
			before = 0
			gone := false
			w.Process("A", func(p *sim.Proc) {
				p.Step("go")
				gone = true
			})
			w.Process("B", func(p *sim.Proc) {
				for range steps {
					p.Step("step")
					if !gone {
						before++
					}
				}
			})
		},
	}
	w := newWorld(t)
	c := strategy.Chooser(s, strategy.Data{})
	for i := range runs {
		s.Begin(strategy.Info{Number: i, Seed: strategy.SeedOf(1, i), Learned: strategy.Learned{Contested: 2, Virtual: virtual}})
		_, err := w.Run(scenario, sim.Config{Chooser: c})
		require.NoError(t, err)
		count[before]++
	}
	return count
}

// A process stalls for long, every order of magnitude equally likely, and never for more
// than a fifth of the virtual time.
func TestStallsAreLongAndBounded(t *testing.T) {
	const runs = 2000
	count := late(t, strategy.NewStalls(), runs, 200*time.Millisecond)
	atLeast := func(n int) (sum int) {
		for _, k := range count[n:] {
			sum += k
		}
		return sum
	}
	require.Greater(t, atLeast(1), runs/4)
	require.Greater(t, atLeast(10), runs/8)
	require.Greater(t, atLeast(30), runs/16)
	require.Zero(t, atLeast(42), "40 ms are a fifth of 200")

	count = late(t, strategy.NewRandomWalk(), runs, 0)
	require.Zero(t, atLeast(30), "a random walk starves nobody for so long")

	count = late(t, strategy.NewStalls(), runs, 0)
	require.Zero(t, atLeast(1), "where no run has taken any time there is none for a stall")
}
