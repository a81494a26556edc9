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

// kept are the cells of which the smallest story is kept: those that were open, and one
// of each race that was known.
var kept = []struct{ scenario, variant, property string }{
	{"drop", "V1", propS1},
	{"map-owed", "V1", propS2h},
	{"empty-map", "V1", propS4},
	{"stale-inode", "V2", propL2},
	{"unwatched-main", "V2", propL2},
	{"unwatched-import", "V2r", propL2},
	{"tla-stuck", "V2", propL1},
	{"tla-stuck", "V2w+A", propL1},
	{"tla-stuck", "V2w+C", propL1},
	{"tla-stuck-visible", "V2w+A", propL1},
	{"tla-timer", "V2w+B", propS6},
	{"tla-timer", "V2w+F", propS6},
	{"tla-timer", "V2r", propL6},
	{"timers-dead", "V2r", propL4},
	{"two-loads", "V2w+A", propS5},
	{"two-loads", "V2w+B", propS5},
	{"two-loads", "V2w+D", propS5},
	{"double-eval", "V2r", propOnce},
	{"read-cursor", "V2r-CursorReset", propL2},
	{"watch-gap", "V2r", propL2},
	{"watch-gap", "V2+WatchBeforeRead", propL2},
	{"fd", "V2", propS8},
	{"fd", "V2", propS2},
	{"fd", "V2+EvictFirst", propS8},
	{"fd", "V2+EvictFirst", propL2},
	{"fd", "V2-LendFd", propL2},
	{"styles", "V2r", propS2},
	{"styles", "V2r", propS3},
	{"styles", "V2r", propL6},
	{"styles", "V2w+A", propS1},
	{"styles", "V2w+B", propL6},
	{"styles", "V2w+I", propS2},
	{"before-exit", "V2r", propS1},
	{"before-exit", "V2r", propL3},
	{"seed-stale-map", "V2", propTest},
	{"seed-stale-map", "V2", propS2},
	{"seed-stale-map", "V2", propL2},
	{"seed-generation", "V2", propL2},
	{"seed-generation", "V2", propS2},
	{"kqueue-index", "V2w+RegisteredIndex", propL2},
	{"late-arm", "V2w+LateArm", propL2},
	{"rm-rename", "V2r", propFound},
	{"oracle", "V2w", propReader},
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
			if trace.Variant != k.variant || !slices.Equal(trace.Judge, []string{k.property}) {
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
			Scenario: s, Variant: k.variant, Judge: []string{k.property}, Runs: within, StopAtFirst: true,
		})
		require.NotEmpty(t, r.Failures, "%s %s %s", k.scenario, k.variant, k.property)
		path, err := runner.SaveSim(keptDir, r.Failures[0].Minimal)
		require.NoError(t, err)
		t.Logf("%s %s %s: %s, %d deviations", k.scenario, k.variant, k.property, filepath.Base(path), len(r.Failures[0].Minimal.Schedule))
	}
}
