package classic_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/scenarios/classic"
	"github.com/stretchr/testify/require"
)

// explore runs a campaign that must be free of mistakes.
func explore(t *testing.T, o runner.Options) *runner.Report {
	t.Helper()
	r, err := runner.Explore(context.Background(), o)
	require.NoError(t, err)
	return r
}

// The default strategy finds every bug, from a cold start and whatever the seed, within
// 10,000 schedules.
func TestPortfolioFindsEveryBug(t *testing.T) {
	seeds := uint64(20)
	if testing.Short() {
		seeds = 2
	}
	for _, s := range classic.All() {
		sum, worst := 0, 0
		for seed := range seeds {
			r := explore(t, runner.Options{
				Scenario: s, Variant: classic.Broken, Seed: seed, Runs: 10_000, StopAtFirst: true, Minimise: -1,
			})
			require.NotEmpty(t, r.Failures, "%s, seed %d: not found", s.Name, seed)
			require.Equal(t, s.Expect[0].Fails[0], r.Failures[0].Found.Failure.Property)
			sum += r.Failures[0].Run
			worst = max(worst, r.Failures[0].Run)
		}
		t.Logf("%-30s found %d of %d, on average at schedule %.1f, at the latest at %d", s.Name, seeds, seeds, float64(sum)/float64(seeds), worst)
	}
}

// The default strategy hits at least a fifth as often as the best single one that draws
// schedules independently.
func TestPortfolioHitsAFifthOfTheBest(t *testing.T) {
	n := *schedules
	if n == 0 {
		n = 6_000
	}
	toys := classic.All()
	if testing.Short() {
		toys, n = toys[:1], 2_000
	}
	for _, s := range toys {
		hits := func(strategy string) int {
			r := explore(t, runner.Options{Scenario: s, Variant: classic.Broken, Strategy: strategy, Runs: n, Minimise: -1})
			require.Equal(t, n, r.Runs)
			return r.Failing
		}
		best, line := 0, ""
		for _, name := range []string{"random", "pct", "pctcp", "tapct", "pos", "urw", "surw"} {
			h := hits(name)
			best = max(best, h)
			line += fmt.Sprintf(" %s %.1f", name, float64(n)/float64(h))
		}
		got := hits("portfolio")
		t.Logf("%-30s portfolio %.1f, %.2f of the best of%s", s.Name, float64(n)/float64(got), float64(got)/float64(best), line)
		fifth := float64(best) / 5
		require.Greater(t, float64(got), fifth-4*math.Sqrt(fifth), s.Name)
	}
}

// No schedule of a corrected toy fails: a million in all, or as many as asked for.
func TestCorrectedToysHold(t *testing.T) {
	all := max(1_000_000, *schedules)
	if testing.Short() {
		all = 20_000
	}
	toys := classic.All()
	each, sum := (all+len(toys)-1)/len(toys), 0
	for _, s := range toys {
		r := explore(t, runner.Options{Scenario: s, Variant: classic.Fixed, Runs: each})
		require.Empty(t, r.Failures, s.Name)
		require.True(t, r.Runs == each || r.Exhausted, s.Name)
		sum += r.Runs
	}
	t.Logf("%d schedules, none fails", sum)
}

// What a campaign shows does not depend on the number of workers: not its failures, nor
// what it has learned, nor how it shared its runs.
func TestWorkersDoNotMatter(t *testing.T) {
	for _, s := range []int{0, 5, 13, 20} {
		var want *runner.Report
		for _, workers := range []int{1, 2, 16} {
			r := explore(t, runner.Options{Scenario: classic.All()[s], Seed: 7, Runs: 2_000, Workers: workers, Pairs: 8, Minimise: 100})
			r.Elapsed = time.Duration(0)
			if want == nil {
				want = r
			}
			require.Equal(t, want, r, "%s with %d workers", r.Scenario, workers)
		}
	}
}
