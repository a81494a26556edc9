package hotreload

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	model "github.com/seed-3519b94c/simrun/model/hotreload"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/sim"
)

// explore runs a campaign that must be free of mistakes.
func explore(t *testing.T, o runner.Options) *runner.Report {
	t.Helper()
	r, err := runner.Explore(context.Background(), o)
	require.NoError(t, err, "%s, variant %s", o.Scenario.Name, o.Variant)
	return r
}

// within is how many schedules a failing cell may take to be found.
const within = 5000

// Every cell of the matrix comes to the verdict that is expected: what fails is found,
// each property by itself and from every seed, and what holds is not found violated.
func TestMatrix(t *testing.T) {
	seeds, schedules := 3, 250
	switch {
	case testing.Short():
		seeds, schedules = 1, 20
	case simtest.Whole():
		seeds, schedules = 20, 100_000
	}
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			for _, v := range s.Variants {
				e := s.Expected(v, "")
				require.False(t, e.Open, "%s: every cell has a verdict by now", v)
				for _, p := range e.Fails {
					foundFromEverySeed(t, s, v, p, seeds)
				}
				hold := e.Holds
				if len(e.Fails) == 0 {
					hold = nil // all of them
				} else if len(hold) == 0 {
					continue
				}
				r := explore(t, runner.Options{Scenario: s, Variant: v, Judge: hold, Runs: budget(s, schedules), StopAtFirst: true})
				for _, f := range r.Failures {
					t.Errorf("%s: %s: %s", v, f.Signature, f.Minimal.Failure.Message)
				}
			}
		})
	}
}

// harder says of cells that take more schedules than others why. They are asked of one
// seed.
func harder(s *sim.Scenario, variant, property string) (why string) {
	switch {
	case short(s) == "refill-limit":
		return "a run is 7,000 events"
	case short(s) == "styles" && property == propL6:
		return "some 1,000 schedules, 3,000 of some seeds: there must be no heartbeats, and three requests close together"
	}
	return ""
}

// foundFromEverySeed asks for the violation of one property, from a cold start. What is
// found at once is asked of fewer seeds: the nominal order is the same for all.
func foundFromEverySeed(t *testing.T, s *sim.Scenario, variant, property string, seeds int) {
	t.Helper()
	if testing.Short() && harder(s, variant, property) != "" {
		return // the full test asks them
	}
	if slices.Contains(proposals, variant) {
		seeds = min(seeds, 5) // what they are made of is asked of the builds
	}
	worst := 0
	for seed := range seeds {
		if seed > 0 && harder(s, variant, property) != "" {
			break
		}
		r := explore(t, runner.Options{
			Scenario: s, Variant: variant, Judge: []string{property}, Seed: uint64(seed), Runs: within, StopAtFirst: true, Minimise: -1,
		})
		if !assert.NotEmpty(t, r.Failures, "%s: %s is not violated within %d schedules of seed %d", variant, property, within, seed) {
			return
		}
		f := r.Failures[0]
		assert.Equal(t, property, f.Found.Failure.Property)
		worst = max(worst, f.Run)
		if f.Run == 1 {
			break
		}
	}
	t.Logf("%s: %s is found at schedule %d at the latest", variant, property, worst)
}

// short is the name of a scenario without that of the package.
func short(s *sim.Scenario) string { return strings.TrimPrefix(s.Name, "hotreload/") }

// The interesting orders happen, also where nothing fails.
func TestGoalsAreReached(t *testing.T) {
	for _, c := range []struct{ scenario, variant, holds string }{
		{"drop", "V2w", propS1},
		{"map-owed", "V2", propS2h},
		{"empty-map", "V2r", propS4},
		{"styles", "V2w", propS1},
		{"fd", "V2", propS1},
	} {
		r := explore(t, runner.Options{Scenario: named(t, c.scenario), Variant: c.variant, Judge: []string{c.holds}, Runs: 600, Minimise: -1})
		require.NotEmpty(t, r.Goals, c.scenario)
		for i, goal := range r.Goals {
			assert.NotZero(t, r.Reached[i], "%s, variant %s: %s", c.scenario, c.variant, goal)
		}
	}
}

// budget is the number of schedules that fit a scenario's size.
func budget(s *sim.Scenario, n int) int {
	if s.Name == "hotreload/refill-limit" {
		return n / 10 // 7,000 events a run
	}
	return n
}

// The matrix of the cells whose verdict was known beforehand.
func TestKnownVerdicts(t *testing.T) {
	columns := []string{"V0", "V1", "V2", "V2r", "V0w", "V1w", "V1w+U", "V1w+M", "V2w"}
	for _, row := range []struct{ scenario, property, verdicts string }{
		{"drop", propS1, "FFPPFFPFP"},
		{"map-owed", propS2h, "FFPPFFPFP"},
		{"empty-map", propS4, "FFPPFFFPP"},
		{"stale-inode", propL2, "FFFPPPPPP"},
		{"unwatched-main", propL2, "FFFPPPPPP"},
		{"unwatched-import", propL2, "FFFFFFFFF"},
		{"tla-stuck", propL1, "PFFFPFFFF"},
		{"tla-timer", propS6, "FPPPFPPPP"},
		{"timers-dead", propL4, "FFFFFFFFF"},
		{"two-loads", propS5, "-PPP-PPPP"},
		{"double-eval", propOnce, "FFFFFFFFF"},
		{"watch-gap", propL2, "FFFFFFFFF"},
		{"seed-stale-map", propS1, "FF?PFFPFP"},
		{"seed-generation", propS1, "???P????P"},
		{"fd", propS8, "???PPPPPP"},
		{"styles", propS1, "???P????P"},
		{"styles", propL2, "???P????P"},
	} {
		s := named(t, row.scenario)
		for i, v := range columns {
			want := row.verdicts[i]
			if want == '-' {
				assert.NotContains(t, s.Variants, v, "%s is not applicable to %s", row.scenario, v)
				continue
			}
			require.Contains(t, s.Variants, v, row.scenario)
			if fails := slices.Contains(s.Expected(v, "").Fails, row.property); want != '?' {
				assert.Equal(t, want == 'F', fails, "%s of %s, variant %s", row.property, row.scenario, v)
			}
		}
	}
	for _, row := range []struct{ scenario, property, verdicts string }{
		{"drop", propS1, "PPPPPPPPP"},
		{"tla-stuck", propL1, "?????PFFF"},
		{"tla-stuck-visible", propL1, "?????PFFF"},
		{"two-loads", propS5, "??????PPP"},
		{"timers-dead", propL4, "FFFFFFPFF"},
	} {
		s := named(t, row.scenario)
		for i, v := range proposals {
			if want := row.verdicts[i]; want != '?' {
				assert.Equal(t, want == 'F', slices.Contains(s.Expected(v, "").Fails, row.property), "%s of %s, variant %s", row.property, row.scenario, v)
			}
		}
	}
}

func named(t *testing.T, name string) *sim.Scenario {
	t.Helper()
	for _, s := range All() {
		if s.Name == "hotreload/"+name {
			return s
		}
	}
	require.Fail(t, "no scenario "+name)
	return nil
}

// Every scenario says what it has: variants that exist, parameters that are drawn, and
// the properties of which it expects something.
func TestScenariosAreComplete(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	for _, s := range All() {
		for _, v := range s.Variants {
			_, err := model.Find(v)
			require.NoError(t, err, s.Name)
		}
		documented := func(property string) bool {
			return slices.ContainsFunc(s.Properties, func(d sim.PropertyDoc) bool { return d.Name == property })
		}
		for _, e := range s.Expect {
			require.Contains(t, s.Variants, e.Variant, s.Name)
			for _, p := range slices.Concat(e.Fails, e.Holds) {
				require.True(t, documented(p), "%s expects something of %s", s.Name, p)
			}
		}
		for _, profile := range s.AllProfiles() {
			r, err := w.Run(s, sim.Config{Profile: profile.Name})
			require.NoError(t, err, s.Name)
			require.NotContains(t, []sim.Verdict{sim.Panic, sim.Budget}, r.Verdict, "%s: %s", s.Name, r.Failure.Message)
			for _, p := range r.Params {
				require.True(t, slices.ContainsFunc(s.Params, func(d sim.ParamDoc) bool { return d.Label == p.Label }), "%s draws %s", s.Name, p.Label)
			}
		}
	}
}
