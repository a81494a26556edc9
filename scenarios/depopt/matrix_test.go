package depopt

import (
	"context"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// explore runs a campaign that must be free of mistakes.
func explore(t testing.TB, o runner.Options) *runner.Report {
	t.Helper()
	r, err := runner.Explore(context.Background(), o)
	require.NoError(t, err)
	return r
}

// eachCell calls f for every scenario, variant and profile, with what is expected there.
func eachCell(t *testing.T, f func(t *testing.T, o runner.Options, e sim.Expectation)) {
	for _, s := range All() {
		variants, profiles := s.Variants, s.AllProfiles()
		if testing.Short() { // the merged fix, and before it
			variants, profiles = variants[:min(2, len(variants))], profiles[:1]
		}
		for _, v := range variants {
			for _, p := range profiles {
				t.Run(s.Name+"/"+v+"/"+p.Name, func(t *testing.T) {
					f(t, runner.Options{Scenario: s, Variant: v, Profile: p.Name, Workers: 1, Minimise: -1}, s.Expected(v, p.Name))
				})
			}
		}
	}
}

// What the matrix says must be found is found when it alone is judged, and what it says
// holds is not violated. Known verdicts are of the profile laptop; under ci-loaded they are
// not promised to be found.
func TestMatrix(t *testing.T) {
	t.Parallel()
	const find = 5000
	hold := 150
	if testing.Short() {
		hold = 20
	}
	eachCell(t, func(t *testing.T, o runner.Options, e sim.Expectation) {
		_, known := table[strings.TrimPrefix(o.Scenario.Name, "depopt/")]
		for _, p := range e.Fails {
			if testing.Short() && !known {
				break // what was open takes larger worlds
			}
			if o.Profile != "laptop" && e.Profile == "" {
				break
			}
			o := o
			o.Judge, o.Runs, o.StopAtFirst = []string{p}, find, true
			r := explore(t, o)
			require.NotEmpty(t, r.Failures, "%s is not found within %d schedules", p, find)
			require.Equal(t, p, r.Failures[0].Found.Failure.Property, r.Failures[0].Found.Failure.Message)
		}
		o.Judge, o.Runs = e.Holds, hold
		if len(e.Fails) == 0 && !e.Open {
			o.Judge = nil
		} else if len(e.Holds) == 0 {
			return
		}
		r := explore(t, o)
		for _, f := range r.Failures {
			t.Errorf("%s: %s", f.Found.Failure.Property, f.Found.Failure.Message)
		}
	})
}

// What a scenario says that some run must reach is reached, in every variant.
func TestGoalsAreReached(t *testing.T) {
	t.Parallel()
	for _, s := range All() {
		for _, v := range s.Variants {
			r := explore(t, runner.Options{Scenario: s, Variant: v, Workers: 1, Minimise: -1, Judge: []string{"answered"}, Runs: 64})
			require.Empty(t, r.Failures, "%s, %s", s.Name, v)
			require.Empty(t, r.Vacuous(), "%s, %s", s.Name, v)
			if testing.Short() {
				break // the merged fix alone
			}
		}
	}
}
