package depopt

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// A run leaves nothing to the next: in a world that has seen many runs of all variants it is
// the same as in a new one.
func TestRunsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	for _, s := range All() {
		used := sim.NewWorld()
		for i := range budget(100) {
			cfg := sim.Config{Variant: s.Variants[i%len(s.Variants)], Judge: []string{"answered"}, Profile: s.AllProfiles()[i/2%2].Name}
			run := func(w *sim.World) (uint64, uint64, int) {
				walk := strategy.NewRandomWalk()
				walk.Begin(strategy.Info{Seed: uint64(i)})
				cfg.Chooser = strategy.Chooser(walk, strategy.Data{})
				r, err := w.Run(s, cfg)
				require.NoError(t, err)
				return r.Fingerprint, r.Rolling, r.Steps
			}
			fresh := sim.NewWorld()
			f, r, n := run(fresh)
			fresh.Close()
			f2, r2, n2 := run(used)
			require.Equal(t, []any{f, r, n}, []any{f2, r2, n2}, "%s, %s, run %d", s.Name, cfg.Variant, i)
		}
		used.Close()
	}
}

// What is found does not depend on the number of workers: worlds share nothing.
func TestWorkersShareNothing(t *testing.T) {
	t.Parallel()
	for _, s := range All() {
		one := explore(t, runner.Options{Scenario: s, Workers: 1, Minimise: -1, Strategy: "random", Runs: budget(200)})
		four := explore(t, runner.Options{Scenario: s, Workers: 4, Minimise: -1, Strategy: "random", Runs: budget(200)})
		require.Equal(t, one.Steps, four.Steps, s.Name)
		require.Equal(t, one.Classes, four.Classes, s.Name)
		require.Equal(t, len(one.Failures), len(four.Failures), s.Name)
		for i, f := range one.Failures {
			require.Equal(t, f.Run, four.Failures[i].Run, s.Name)
			require.Equal(t, f.Found.Rolling, four.Failures[i].Found.Rolling, s.Name)
			require.NotEqual(t, sim.Nondeterminism, f.Found.Verdict, s.Name)
		}
	}
}
