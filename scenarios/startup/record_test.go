package startup

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// kept are the stories that are kept as regressions: the smallest of each cell that was
// open and turned out to fail, one for each mechanism.
func kept() map[string][][2]string {
	return map[string][][2]string{
		"prestart-default-dev":       {{"r4", progress}, {"r5", progress}},
		"two-registries":             {{"fix-all", own}},
		"create-fails-construct":     {{"fix-all", errC}},
		"create-fails-runner-engine": {{"r0", errA}},
		"blackhole":                  {{"r5", errB}, {"r5", progress}, {"fix-all", errB}},
		"two-processes":              {{"r1", errC}, {"fix-all", own}},
		"engine-adopt-two":           {{"r0", own}, {"r0", progress}, {"fix-all", own}, {"fix-all", progress}},
		"same-tick":                  {{"r0", readyA}, {"r1-gap", once}},
		"handled-failure":            {{"r1", errC}, {"r4", errC}, {"r0", errA}, {"r0", errC}},
		"failure-then-repair":        {{"r1", progress}, {"r1", errC}, {"r0", errA}, {"r5", progress}},
		"mode-conflict":              {{"r1", mode}, {"r1", errC}, {"r0", errC}},
		"sigterm":                    {{"r4", exitA}},
		"stale-metadata":             {{"r4", progress}},
		"shapes":                     {{"r1", readyB}, {"r1b", progress}, {"r2", progress}},
		"start-and-handler":          {{"r0", once}, {"r4", exitA}, {"r5", once}},
		"slow-engine":                {{"r4", readyA}, {"r4", progress}},
	}
}

// With SIMRUN_UPDATE=1 the kept stories are found and made small anew; without, each
// must be there.
func TestKeptStories(t *testing.T) {
	const dir = "../testdata/simrun"
	for _, s := range All() {
		cells := kept()[filepath.Base(s.Name)]
		if os.Getenv("SIMRUN_UPDATE") != "" {
			record(t, dir, s, cells)
		}
		files, err := runner.Regressions(dir, s.Name)
		require.NoError(t, err)
		have := make(map[[2]string]bool)
		for _, path := range files {
			trace, err := runner.LoadSim(path)
			require.NoError(t, err)
			require.Len(t, trace.Judge, 1, path)
			have[[2]string{trace.Variant, trace.Judge[0]}] = true
		}
		for _, c := range cells {
			require.True(t, have[c], "%s: no kept story of %v", s.Name, c)
		}
		require.Len(t, files, len(cells), s.Name)
	}
}

func record(t *testing.T, dir string, s *sim.Scenario, cells [][2]string) {
	require.NoError(t, os.RemoveAll(filepath.Join(dir, s.Name)))
	for _, c := range cells {
		r, err := runner.Explore(context.Background(), runner.Options{Scenario: s, Variant: c[0], Judge: []string{c[1]}, Runs: 5000, StopAtFirst: true})
		require.NoError(t, err)
		require.NotEmpty(t, r.Failures, "%s %v", s.Name, c)
		path, err := runner.SaveSim(dir, r.Failures[0].Minimal)
		require.NoError(t, err)
		t.Logf("%s %s: %s", c[0], c[1], path)
	}
}
