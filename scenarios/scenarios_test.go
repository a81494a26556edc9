package scenarios

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/scenarios/hotreload"
	"github.com/seed-3519b94c/simrun/scenarios/quickstart"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// Scenarios under go test, as a user has them: the broken variants are found out, the
// others pass. The whole matrices of the systems are tested in their packages.
func TestScenarios(t *testing.T) {
	few := append(quickstart.All(), hotreload.Drop(), hotreload.MapOwed(), hotreload.EmptyMap(), hotreload.TLAStuck())
	for _, s := range few {
		t.Run(s.Name, func(t *testing.T) { simtest.Check(t, s, simtest.Config{}) })
	}
}

// explore runs a campaign that must be free of mistakes.
func explore(t *testing.T, o runner.Options) *runner.Report {
	t.Helper()
	r, err := runner.Explore(context.Background(), o)
	require.NoError(t, err)
	return r
}

// What Bun #29740 closed is found in every variant before it, from a cold start,
// within 2,000 schedules of the default strategy, whatever the seed.
func TestBrokenVariantsAreFoundFromEverySeed(t *testing.T) {
	const schedules = 2000
	seeds := 6
	if simtest.Whole() {
		seeds = 20
	}
	for _, s := range []*sim.Scenario{hotreload.Drop(), hotreload.MapOwed(), hotreload.EmptyMap()} {
		for _, e := range s.Expect {
			t.Run(s.Name+"/"+e.Variant, func(t *testing.T) {
				worst := 0
				for seed := range uint64(seeds) {
					r := explore(t, runner.Options{
						Scenario: s, Variant: e.Variant, Seed: seed, Runs: schedules, StopAtFirst: true, Minimise: -1,
					})
					require.NotEmpty(t, r.Failures, "seed %d: not found within %d schedules", seed, schedules)
					require.Equal(t, e.Fails, []string{r.Failures[0].Found.Failure.Property})
					worst = max(worst, r.Failures[0].Run)
				}
				t.Logf("found %d of %d, at schedule %d at the latest", seeds, seeds, worst)
			})
		}
	}
}

// The fix holds for many schedules of both scenarios.
func TestFixedVariantsHold(t *testing.T) {
	schedules := 50_000
	switch {
	case testing.Short():
		schedules = 5_000
	case simtest.Whole():
		schedules = 200_000
	}
	for _, s := range []*sim.Scenario{hotreload.Drop(), hotreload.MapOwed()} {
		for _, v := range []string{"V2", "V2w"} {
			t.Run(s.Name+"/"+v, func(t *testing.T) {
				r := explore(t, runner.Options{Scenario: s, Variant: v, Runs: schedules})
				require.Empty(t, r.Failures)
				t.Logf("%d schedules, %d classes; %s", r.Runs, r.Classes, r.Claim)
			})
		}
	}
}

// smallest are the parameters of the smallest hot-reload world.
func smallest() map[string]int64 {
	return map[string]int64{"heartbeats": 1, "large": 0, "fetchInCall": 0, "linkHops": 0}
}

// hotreload/drop is exhausted under the windows that were measured: the fix holds in
// every order that can really happen, and without it some lose the error.
func TestDropIsExhausted(t *testing.T) {
	o := runner.Options{Scenario: hotreload.Drop(), Variant: "V2w", Params: smallest(), Strategy: "exhaustive", Runs: 100_000}
	r := explore(t, o)
	require.Empty(t, r.Failures)
	require.True(t, r.Exhausted)
	require.Equal(t, "exhausted: all 46 classes of orders pass (312 runs, 226 of them cut short; about 4.4e+08 orders without reduction)", r.Claim)

	o.Variant, o.Minimise = "V1w", -1
	r = explore(t, o)
	require.True(t, r.Exhausted)
	require.Len(t, r.Failures, 1)
	require.Equal(t, 2, r.Failing)
	if testing.Short() {
		return
	}
	o.Variant, o.Params = "V2w", map[string]int64{"heartbeats": 1}
	r = explore(t, o)
	require.True(t, r.Exhausted, "files of all sizes, all numbers of microtasks")
	require.Equal(t, 9304, r.Classes)
}

// scenario is the one of that name.
func scenario(t *testing.T, name string) *sim.Scenario {
	t.Helper()
	i := slices.IndexFunc(All(), func(s *sim.Scenario) bool { return s.Name == name })
	require.GreaterOrEqual(t, i, 0, name)
	return All()[i]
}

// quiet are the parameters of a hot-reload world without heartbeats.
func quiet() map[string]int64 {
	return map[string]int64{"heartbeats": 1, "fetchInCall": 0, "linkHops": 0}
}

// The scenarios that are small enough are gone through order by order: those of hot
// reload with windows only where the race is and without heartbeats. In the variants that
// are said to hold, every order does. The findings have the others.
func TestSmallScenariosAreExhausted(t *testing.T) {
	for _, c := range []struct {
		scenario, variant string
		classes           int
		large             bool // some thousand runs: not with -short
	}{
		{"hotreload/map-owed", "V2w", 14, false},
		{"hotreload/stale-inode", "V2w", 11, false},
		{"hotreload/timers-dead", "V2w+G", 121, true},
		{"hotreload/double-eval", "V2w+I20", 5, false},
		{"hotreload/torn-rename", "V2w", 117, false},
		{"hotreload/touch", "V2w", 1, false},
		{"hotreload/unrelated", "V2w", 3, false},
		{"hotreload/kqueue-vim", "V2w+AwaitRecreate", 908, true},
		{"hotreload/late-arm", "V2w", 3, false},
		{"depopt/lone", "after-832", 512, false},
		{"depopt/ghost", "after-832", 8, false},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			if c.large && testing.Short() {
				t.Skip("takes seconds: not with -short")
			}
			o := runner.Options{Scenario: scenario(t, c.scenario), Variant: c.variant, Strategy: "exhaustive", Runs: 10_000}
			if strings.HasPrefix(c.scenario, "hotreload/") {
				o.Profile, o.Params = "tight", quiet()
			}
			r := explore(t, o)
			require.Empty(t, r.Failures)
			require.True(t, r.Exhausted, r.Claim)
			require.Equal(t, c.classes, r.Classes, r.Claim)
		})
	}
}

// Where every order can be tried, reduction shows the same classes and the same failures:
// what properties compare across threads has its footprints.
func TestReductionSeesAllOfSmallScenarios(t *testing.T) {
	for _, c := range []struct{ scenario, variant string }{
		{"stale-inode", "V2w"}, {"tla-timer", "V2w"}, {"tla-timer", "V2w+B"}, {"tla-timer", "V0w"}, {"late-arm", "V2w"}, {"late-arm", "V2w+LateArm"},
		{"double-eval", "V2w+I20"}, {"unrelated", "V2w"}, {"touch", "V2w"},
	} {
		t.Run(c.scenario+"/"+c.variant, func(t *testing.T) {
			o := runner.Options{
				Scenario: scenario(t, "hotreload/"+c.scenario), Variant: c.variant, Profile: "tight", Params: quiet(), Runs: 20_000, Minimise: -1,
			}
			o.Strategy = "exhaustive-all"
			all := explore(t, o)
			require.True(t, all.Exhausted, all.Claim)
			o.Strategy = "exhaustive"
			r := explore(t, o)
			require.True(t, r.Exhausted, r.Claim)
			require.Equal(t, all.Classes, r.Classes)
			require.ElementsMatch(t, signatures(all), signatures(r))
			t.Logf("%d orders, %d classes, %d failing; with reduction %d runs", all.Runs, all.Classes, all.Failing, r.Runs)
		})
	}
}

func signatures(r *runner.Report) []string {
	var out []string
	for _, f := range r.Failures {
		out = append(out, f.Signature)
	}
	return out
}

// With windows only where the race is, hotreload/drop is small enough to go through
// every order without any reduction too: both ways see the same.
func TestReductionSeesAllOfDrop(t *testing.T) {
	if testing.Short() {
		t.Skip("some 700,000 runs: not with -short")
	}
	for variant, want := range map[string]struct{ orders, failing int }{"V2w": {336_932, 0}, "V1w": {336_692, 264}} {
		o := runner.Options{
			Scenario: hotreload.Drop(), Variant: variant, Profile: "tight", Params: smallest(), Runs: 1_000_000, Minimise: -1,
		}
		o.Strategy = "exhaustive-all"
		all := explore(t, o)
		require.True(t, all.Exhausted)
		require.Equal(t, want.orders, all.Runs)
		require.Equal(t, want.failing, all.Failing)
		require.Equal(t, 14, all.Classes)

		o.Strategy = "exhaustive"
		r := explore(t, o)
		require.True(t, r.Exhausted)
		require.Equal(t, all.Classes, r.Classes)
		require.Equal(t, len(all.Failures), len(r.Failures))
		for i, f := range r.Failures {
			require.Equal(t, all.Failures[i].Signature, f.Signature)
		}
		require.Less(t, r.Runs, 100)
	}
}

// The smallest story of the dropped error has few deviations, takes few runs to
// find, and is the same wherever and however often it is replayed.
func TestTheDroppedErrorIsASmallStory(t *testing.T) {
	s := hotreload.Drop()
	for _, variant := range []string{"V0", "V1", "V0w", "V1w", "V1w+M"} {
		t.Run(variant, func(t *testing.T) {
			one := explore(t, runner.Options{Scenario: s, Variant: variant, Runs: 2000, Workers: 1, StopAtFirst: true})
			two := explore(t, runner.Options{Scenario: s, Variant: variant, Runs: 2000, Workers: 2, StopAtFirst: true})
			require.Len(t, one.Failures, 1)
			f := one.Failures[0]
			require.Equal(t, f.Minimal, two.Failures[0].Minimal, "the number of workers does not matter")
			require.LessOrEqual(t, len(f.Minimal.Schedule), 3)
			require.LessOrEqual(t, f.Executions, 300)

			r, err := runner.Replay(runner.Options{Scenario: s}, f.Minimal, false)
			require.NoError(t, err)
			require.Equal(t, runner.Reproduced, r.Outcome)
			require.True(t, r.Exact, "bit for bit")
			require.Equal(t, f.Minimal.Events, r.Trace.Events)

			r, err = runner.Replay(runner.Options{Scenario: withBystander(s)}, f.Minimal, false)
			require.NoError(t, err)
			require.Equal(t, runner.Reproduced, r.Outcome, "events are named, not counted: a new process does not matter")
		})
	}
}

// withBystander adds a process that has nothing to do with the rest.
func withBystander(s *sim.Scenario) *sim.Scenario {
	with := *s
	with.Build = func(w *sim.World) {
		w.Process("bystander", func(p *sim.Proc) {
			for i := range 20 {
				p.Step(fmt.Sprintf("stroll%d", i%3))
			}
		})
		s.Build(w)
	}
	return &with
}

// What is kept replays bit for bit: every event, choice and footprint, on every
// machine, with and without the race detector.
func TestKeptRegressionsReplayBitForBit(t *testing.T) {
	kept := 0
	for _, s := range All() {
		files, err := runner.Regressions("testdata/simrun", s.Name)
		require.NoError(t, err)
		for _, path := range files {
			kept++
			trace, err := runner.LoadSim(path)
			require.NoError(t, err)
			r, err := runner.Replay(runner.Options{Scenario: s}, trace, false)
			require.NoError(t, err)
			require.Equal(t, runner.Reproduced, r.Outcome, path)
			require.True(t, r.Exact, path)
			require.Equal(t, trace.Fingerprint, r.Trace.Fingerprint, path)
		}
	}
	require.NotZero(t, kept)
}
