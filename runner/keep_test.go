package runner_test

import (
	"errors"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// kept explores and returns the runs that were kept: each as its schedule and strategy, and
// how many of each class and verdict there were.
func kept(t *testing.T, o runner.Options) (list []string, classes map[uint64]int, verdicts map[sim.Verdict]int) {
	t.Helper()
	classes, verdicts = map[uint64]int{}, map[sim.Verdict]int{}
	o.Scenario, o.Runs, o.Seed = bank(), 300, 1
	o.Kept = func(tr *sim.Trace) error {
		list = append(list, tr.Hash()+" "+tr.Strategy)
		classes[tr.Fingerprint]++
		verdicts[tr.Verdict]++
		return nil
	}
	explore(t, o)
	return list, classes, verdicts
}

func TestKeepSomeOfEachClass(t *testing.T) {
	for _, n := range []int{1, 3} {
		list, classes, verdicts := kept(t, runner.Options{Keep: n})
		require.Greater(t, len(classes), 10)
		most := 0
		for _, count := range classes {
			most = max(most, count)
		}
		require.Equal(t, n, most)
		require.Positive(t, verdicts[sim.Pass])
		require.Positive(t, verdicts[sim.Violation])
		for _, workers := range []int{1, 3} {
			again, _, _ := kept(t, runner.Options{Keep: n, Workers: workers})
			require.Equal(t, list, again, "%d workers", workers)
		}
	}
}

func TestKeepAll(t *testing.T) {
	list, classes, _ := kept(t, runner.Options{Keep: runner.KeepAll, Workers: 2})
	require.Len(t, list, 300)
	report := explore(t, runner.Options{Scenario: bank(), Runs: 300, Seed: 1})
	require.Len(t, classes, report.Classes, "what is kept is what ran")
}

func TestKeepNothing(t *testing.T) {
	list, _, _ := kept(t, runner.Options{})
	require.Empty(t, list)
}

func TestKeepEndsWithAnError(t *testing.T) {
	full := errors.New("the disk is full")
	_, err := runner.Explore(t.Context(), runner.Options{Scenario: bank(), Keep: 1, Kept: func(*sim.Trace) error { return full }})
	require.ErrorIs(t, err, full)
	_, err = runner.Explore(t.Context(), runner.Options{Scenario: bank(), Keep: 1})
	require.EqualError(t, err, `explore "bank/count": Keep is 1, and Kept is nil: give both`)
}
