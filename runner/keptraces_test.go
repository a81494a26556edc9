package runner_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/stretchr/testify/require"
)

// A failure that is replayed from its file still says which pairs decided it.
func TestKeptRaces(t *testing.T) {
	for _, variant := range []string{"racy", "careless"} {
		r := explore(t, runner.Options{Scenario: bank(), Variant: variant, Runs: 500, Seed: 1})
		require.NotEmpty(t, r.Failures)
		for _, f := range r.Failures {
			path, err := runner.SaveSim(t.TempDir(), f.Minimal)
			require.NoError(t, err)
			loaded, err := runner.LoadSim(path)
			require.NoError(t, err)
			require.Empty(t, loaded.Races)
			again, err := runner.Replay(runner.Options{Scenario: bank()}, loaded, false)
			require.NoError(t, err)
			require.NotEmpty(t, f.Minimal.Races)
			require.Equal(t, f.Minimal.Races, runner.KeptRaces(path, again.Trace))
		}
	}
}
