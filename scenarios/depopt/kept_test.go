package depopt

import (
	"os"
	"slices"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// dir is where regressions are kept.
const dir = "../testdata/simrun"

// kept are the stories of FINDINGS.md: the smallest one of each.
var kept = []struct {
	scenario         func() *sim.Scenario
	variant, profile string
	property         string
	pin              map[string]int64 // makes it smaller; nil: nothing
}{
	{HookLatency, "clear", "laptop", "L1", nil},
	{Early, "guarded", "laptop", "L2", nil},
	{Early, "unguarded", "laptop", "L1", nil},
	{State, "after-832", "laptop", "S4", nil},
	{Placement, "virtual-strict", "laptop", "S2", nil},
	{Halves, "ghost+send+retry", "laptop", "L5", nil},
	{Cascade, "after-832", "laptop", "L4", nil},
	{Noise, "after-832", "laptop", "L3", nil},
	{ReoptTwice, "after-832", "laptop", "A1", nil},
	{Pair, "content", "ci-loaded", "L1", nil},
	{Burst, "content", "laptop", "L2", nil},
	{OrderSSR, "after-832", "laptop", "S2", nil},
	{OrderBridge, "after-832", "laptop", "S2", nil},
	{Policy, "ignore-content", "laptop", "S6", nil},
	{PositionBridge, "before-101", "laptop", "L1", nil},
	{SlowHot, "attempt-49", "laptop", "S2", nil},
}

// What is kept fails as it is said to, bit for bit. With SIMRUN_UPDATE=1 it is found and
// made small anew.
func TestKeptStories(t *testing.T) {
	update := os.Getenv("SIMRUN_UPDATE") == "1"
	for _, k := range kept {
		s := k.scenario()
		t.Run(s.Name+"/"+k.variant+"/"+k.property, func(t *testing.T) {
			if update {
				r := explore(t, runner.Options{
					Scenario: s, Variant: k.variant, Profile: k.profile, Judge: []string{k.property}, Params: k.pin,
					Runs: 5000, Workers: 1, StopAtFirst: true,
				})
				require.NotEmpty(t, r.Failures)
				path, err := runner.SaveSim(dir, r.Failures[0].Minimal)
				require.NoError(t, err)
				t.Log(path, len(r.Failures[0].Minimal.Schedule), "deviations")
			}
			files, err := runner.Regressions(dir, s.Name)
			require.NoError(t, err)
			found := false
			for _, path := range files {
				trace, err := runner.LoadSim(path)
				require.NoError(t, err)
				if trace.Variant != k.variant || trace.Profile != k.profile || !slices.Equal(trace.Judge, []string{k.property}) {
					continue
				}
				found = true
				r, err := runner.Replay(runner.Options{Scenario: s}, trace, false)
				require.NoError(t, err)
				require.Equal(t, runner.Reproduced, r.Outcome)
				require.True(t, r.Exact)
			}
			require.True(t, found, "none is kept: SIMRUN_UPDATE=1 records it")
		})
	}
}
