package classic_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/scenarios/classic"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// The nominal order, round robin, passes; but for two toys that fail of all orders on
// the simplest.
func TestNominalOrder(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	for _, s := range classic.All() {
		for _, v := range s.Variants {
			r, err := w.Run(s, sim.Config{Variant: v})
			require.NoError(t, err)
			atOnce := v == classic.Broken && (s.Name == "classic/philosophers-7-flat" || s.Name == "classic/lazy")
			require.Equal(t, atOnce, r.Verdict.Failed(), "%s %s", s.Name, v)
		}
	}
}

// The fingerprints of all orders are as many as there are orders of conflicting events:
// (n!)^2 of n who each write two variables or read them, 2^n - 1 of n philosophers, one
// of them the deadlock.
func TestClasses(t *testing.T) {
	for _, c := range []struct {
		scenario *sim.Scenario
		orders   int
		classes  int
	}{
		{classic.Reorder(2, 0, false), 6, 4},
		{classic.Reorder(3, 0, false), 82, 36}, // of 90 orders, but a run ends where it fails
		{classic.Philosophers(2, 0, false), 6, 3},
		{classic.Philosophers(3, 0, false), 168, 7},
	} {
		r := explore(t, runner.Options{Scenario: c.scenario, Variant: classic.Broken, Strategy: "exhaustive-all", Runs: 10_000, Minimise: -1})
		require.Equal(t, c.classes, r.Classes, c.scenario.Name)
		require.Equal(t, c.orders, r.Runs, c.scenario.Name)
		r = explore(t, runner.Options{Scenario: c.scenario, Variant: classic.Broken, Strategy: "exhaustive", Runs: 10_000, Minimise: -1})
		require.Equal(t, c.classes, r.Classes, c.scenario.Name)
		require.LessOrEqual(t, r.Runs, c.orders, c.scenario.Name)
	}
}

// Every toy can be made of any size, and a failing run replays by its deviations.
func TestToysOfAnySizeReplay(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	walk := strategy.NewURW()
	c := strategy.Chooser(walk, strategy.Data{})
	for _, s := range []*sim.Scenario{
		classic.Reorder(4, 2, true), classic.TwoStage(4, 0, true), classic.TwoStage(3, 1, false), classic.Uneven(4),
		classic.Philosophers(3, 1, true), classic.Calibration(2), classic.Bluetooth(), classic.Stack(), classic.WrongLock(),
		classic.Account(), classic.Lazy(), classic.LazyInit(), classic.TokenRing(), classic.WorkStealing(),
	} {
		learned := warm(t, w, s, 20)
		failing := 0
		for i := range 500 {
			walk.Begin(strategy.Info{Seed: strategy.SeedOf(3, i), Learned: learned})
			r, err := w.Run(s, sim.Config{Chooser: c, Log: true})
			require.NoError(t, err)
			rolling, signature := r.Rolling, r.Signature()
			if signature == "" {
				continue
			}
			failing++
			replay := strategy.NewReplay(append(sim.Schedule(nil), r.Deviations...), true)
			r, err = w.Run(s, sim.Config{Chooser: replay, Record: true})
			require.NoError(t, err)
			require.Equal(t, rolling, r.Rolling, s.Name)
			require.Equal(t, signature, r.Signature(), s.Name)
			require.Nil(t, replay.Divergence(), s.Name)
		}
		require.NotZero(t, failing, s.Name)
	}
}
