package hotreload

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner"
)

// keptDir is where the regressions of all scenarios are kept. Package scenarios replays
// them bit for bit.
const keptDir = "../testdata/simrun"

// keptCell is a cell of which a story is kept. What is rare is looked for under a profile
// and with parameters that make it less so.
type keptCell struct {
	scenario, variant, property string
	profile                     string // "": the first
	pin                         map[string]int64
	seed                        uint64
}

// kept are the cells of which the smallest story is kept: those that were open, and one
// of each race that was known.
var kept = []keptCell{
	{scenario: "drop", variant: "V1", property: propS1},
	{scenario: "map-owed", variant: "V1", property: propS2h},
	{scenario: "empty-map", variant: "V1", property: propS4},
	{scenario: "stale-inode", variant: "V2", property: propL2},
	{scenario: "unwatched-main", variant: "V2", property: propL2},
	{scenario: "unwatched-import", variant: "V2r", property: propL2},
	{scenario: "tla-stuck", variant: "V2", property: propL1},
	{scenario: "tla-stuck", variant: "V2w+A", property: propL1},
	{scenario: "tla-stuck", variant: "V2w+C", property: propL1},
	{scenario: "tla-stuck-visible", variant: "V2w+A", property: propL1},
	{scenario: "tla-timer", variant: "V2w+B", property: propS6},
	{scenario: "tla-timer", variant: "V2w+F", property: propS6},
	{scenario: "tla-timer", variant: "V2r", property: propL6},
	{scenario: "timers-dead", variant: "V2r", property: propL4},
	{scenario: "two-loads", variant: "V2w+A", property: propS5},
	{scenario: "two-loads", variant: "V2w+B", property: propS5},
	{scenario: "two-loads", variant: "V2w+D", property: propS5},
	{scenario: "double-eval", variant: "V2r", property: propOnce},
	{scenario: "read-cursor", variant: "V2r-CursorReset", property: propL2},
	{scenario: "watch-gap", variant: "V2r", property: propL2},
	{scenario: "watch-gap", variant: "V2+WatchBeforeRead", property: propL2},
	{scenario: "fd", variant: "V2", property: propS8},
	{scenario: "fd", variant: "V2", property: propS2},
	{scenario: "fd", variant: "V2+EvictFirst", property: propS8},
	{scenario: "fd", variant: "V2+EvictFirst", property: propL2},
	{scenario: "fd", variant: "V2-LendFd", property: propL2},
	{scenario: "styles", variant: "V2r", property: propS2},
	{scenario: "styles", variant: "V2r", property: propS3},
	{scenario: "styles", variant: "V2r", property: propL6},
	{scenario: "styles", variant: "V2w+A", property: propS1},
	{scenario: "styles", variant: "V2w+B", property: propL6},
	{scenario: "styles", variant: "V2w+I", property: propS2},
	{scenario: "before-exit", variant: "V2r", property: propS1},
	{scenario: "before-exit", variant: "V2r", property: propL3},
	{scenario: "seed-stale-map", variant: "V2", property: propTest},
	{scenario: "seed-stale-map", variant: "V2", property: propS2},
	{scenario: "seed-stale-map", variant: "V2", property: propL2},
	{scenario: "seed-generation", variant: "V2", property: propL2},
	{scenario: "seed-generation", variant: "V2", property: propS2},
	{scenario: "kqueue-index", variant: "V2w+RegisteredIndex", property: propL2},
	{scenario: "late-arm", variant: "V2w+LateArm", property: propL2},
	{scenario: "rm-rename", variant: "V2r", property: propFound},
	{scenario: "oracle", variant: "V2w", property: propReader},
	{scenario: "styles", variant: "V2w+A", property: propL6, profile: "ci-loaded", pin: map[string]int64{"heartbeats": 1, "large": 0}},
	{scenario: "styles", variant: "V2w+D", property: propL6, seed: 2, pin: map[string]int64{"heartbeats": 1, "large": 0, "plan": int64(slices.Index(plans, planRmCreate))}},
}

// Every cell of which a story is kept has one, and it replays bit for bit.
// SIMRUN_UPDATE=1 records them anew.
func TestKeptStories(t *testing.T) {
	if os.Getenv("SIMRUN_UPDATE") != "" {
		record(t)
	}
	for _, k := range kept {
		files, err := runner.Regressions(keptDir, "hotreload/"+k.scenario)
		require.NoError(t, err)
		found := false
		for _, path := range files {
			trace, err := runner.LoadSim(path)
			require.NoError(t, err)
			if trace.Variant != k.variant || k.profile != "" && trace.Profile != k.profile || !slices.Equal(trace.Judge, []string{k.property}) {
				continue
			}
			found = true
			r, err := runner.Replay(runner.Options{Scenario: named(t, k.scenario)}, trace, false)
			require.NoError(t, err)
			assert.Equal(t, runner.Reproduced, r.Outcome, path)
			assert.True(t, r.Exact, path)
			assert.Equal(t, trace.Fingerprint, r.Trace.Fingerprint, path)
		}
		assert.True(t, found, "%s, variant %s: no story of %s is kept", k.scenario, k.variant, k.property)
	}
}

// record replaces the kept stories.
func record(t *testing.T) {
	t.Helper()
	require.NoError(t, os.RemoveAll(filepath.Join(keptDir, "hotreload")))
	for _, k := range kept {
		s := named(t, k.scenario)
		r := explore(t, runner.Options{
			Scenario: s, Variant: k.variant, Profile: k.profile, Params: k.pin, Seed: k.seed, Judge: []string{k.property}, Runs: within, StopAtFirst: true,
		})
		require.NotEmpty(t, r.Failures, "%s %s %s", k.scenario, k.variant, k.property)
		path, err := runner.SaveSim(keptDir, r.Failures[0].Minimal)
		require.NoError(t, err)
		t.Logf("%s %s %s: %s, %d deviations", k.scenario, k.variant, k.property, filepath.Base(path), len(r.Failures[0].Minimal.Schedule))
	}
}
