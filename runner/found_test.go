package runner_test

import (
	"errors"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// What is handed over while the campaign goes on is what it reports at its end, and, of the
// failures that are one bug, the stories that were smaller than those before them.
func TestFoundIsGivenEveryFailure(t *testing.T) {
	for _, o := range []runner.Options{
		{Scenario: bank(), Runs: 300, Seed: 1}, {Scenario: bank(), Variant: "careless", Runs: 2000, StopAtFirst: true},
		{Scenario: crowd(), Runs: 2000}, {Scenario: crowd(), Runs: 2000, Minimise: -1},
	} {
		var first []string
		for _, workers := range []int{1, 2} {
			var found []string
			o.Workers, o.Found = workers, func(f *runner.Failure) error {
				found = append(found, f.Minimal.Hash())
				return nil
			}
			r := explore(t, o)
			same := 0
			for _, f := range r.Failures {
				require.Contains(t, found, f.Minimal.Hash(), "%s: %s", o.Scenario.Name, f.Signature)
				same += len(f.Same)
			}
			require.NotEmpty(t, found)
			require.LessOrEqual(t, len(found), len(r.Failures)+same)
			if first == nil {
				first = found
			}
			require.Equal(t, first, found, "%d workers", workers)
		}
	}
}

func TestFoundIsGivenALeak(t *testing.T) {
	var found []string
	runs := 0
	s := two(func(*sim.World) {}, func(w *sim.World, _ bool) {
		if runs++; runs > 20 {
			w.Fail("few", "", "too many")
		}
	})
	r := explore(t, runner.Options{Scenario: s, Runs: 1000, Workers: 1, Found: func(f *runner.Failure) error {
		found = append(found, f.Signature)
		return nil
	}})
	require.Len(t, r.Failures, 1)
	require.Equal(t, []string{r.Failures[0].Signature}, found)
}

func TestFoundEndsWithAnError(t *testing.T) {
	full := errors.New("the disk is full")
	r, err := runner.Explore(t.Context(), runner.Options{Scenario: bank(), Found: func(*runner.Failure) error { return full }})
	require.ErrorIs(t, err, full)
	require.Len(t, r.Failures, 1)
}
