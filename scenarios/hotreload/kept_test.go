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

// story is a cell of which the smallest story is kept. What is rare is looked for harder.
type story struct {
	scenario, variant, property string
	harder                      func(o *runner.Options)
}

// kept are the cells that were open, and one of each race that was known.
var kept = []story{
	{"drop", "V1", propS1, nil},
	{"map-owed", "V1", propS2h, nil},
	{"empty-map", "V1", propS4, nil},
	{"stale-inode", "V2", propL2, nil},
	{"unwatched-main", "V2", propL2, nil},
	{"unwatched-import", "V2r", propL2, nil},
	{"tla-stuck", "V2", propL1, nil},
	{"tla-stuck", "V2w+A", propL1, nil},
	{"tla-stuck", "V2w+C", propL1, nil},
	{"tla-stuck-visible", "V2w+A", propL1, nil},
	{"tla-timer", "V2w+B", propS6, nil},
	{"tla-timer", "V2w+F", propS6, nil},
	{"tla-timer", "V2r", propL6, nil},
	{"timers-dead", "V2r", propL4, nil},
	{"two-loads", "V2w+A", propS5, nil},
	{"two-loads", "V2w+B", propS5, nil},
	{"two-loads", "V2w+D", propS5, nil},
	{"double-eval", "V2r", propOnce, nil},
	{"read-cursor", "V2r-CursorReset", propL2, nil},
	{"watch-gap", "V2r", propL2, nil},
	{"watch-gap", "V2+WatchBeforeRead", propL2, nil},
	{"fd", "V2", propS8, nil},
	{"fd", "V2", propS2, nil},
	{"fd", "V2+EvictFirst", propS8, nil},
	{"fd", "V2+EvictFirst", propL2, nil},
	{"fd", "V2-LendFd", propL2, nil},
	{"styles", "V2r", propS2, nil},
	{"styles", "V2r", propS3, nil},
	{"styles", "V2r", propL6, nil},
	{"styles", "V2w+A", propS1, nil},
	{"styles", "V2w+A", propL6, func(o *runner.Options) {
		o.Profile, o.Params, o.Seed, o.Runs = "ci-loaded", map[string]int64{"heartbeats": 1, "large": 0}, 1, 1000
	}},
	{"styles", "V2w+D", propL6, func(o *runner.Options) {
		o.Params, o.Seed = map[string]int64{"heartbeats": 1, "large": 0, "plan": int64(slices.Index(plans, planRmCreate))}, 2
	}},
	{"styles", "V2w+B", propL6, nil},
	{"styles", "V2w+I", propS2, nil},
	{"before-exit", "V2r", propS1, nil},
	{"before-exit", "V2r", propL3, nil},
	{"seed-stale-map", "V2", propTest, nil},
	{"seed-stale-map", "V2", propS2, nil},
	{"seed-stale-map", "V2", propL2, nil},
	{"seed-generation", "V2", propL2, nil},
	{"seed-generation", "V2", propS2, nil},
	{"kqueue-index", "V2w+RegisteredIndex", propL2, nil},
	{"late-arm", "V2w+LateArm", propL2, nil},
	{"rm-rename", "V2r", propFound, nil},
	{"oracle", "V2w", propReader, nil},
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
		o := runner.Options{Scenario: s, Variant: k.variant, Judge: []string{k.property}, Runs: within, StopAtFirst: true}
		if k.harder != nil {
			k.harder(&o)
		}
		r := explore(t, o)
		require.NotEmpty(t, r.Failures, "%s %s %s", k.scenario, k.variant, k.property)
		path, err := runner.SaveSim(keptDir, r.Failures[0].Minimal)
		require.NoError(t, err)
		t.Logf("%s %s %s: %s, %d deviations", k.scenario, k.variant, k.property, filepath.Base(path), len(r.Failures[0].Minimal.Schedule))
	}
}
