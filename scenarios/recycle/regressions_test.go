package recycle

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
)

// kept are the findings of which the smallest story is kept, and told in FINDINGS.md.
var kept = []struct {
	scenario, variant, property string
	params                      map[string]int64
}{
	{"harness", "v2", live, nil},
	{"train", "v5", fresh, nil},
	{"train", "v4", fresh, nil},
	{"train-whole", "v5", fresh, nil},
	{"train-whole", "v6", fresh, nil},
	{"train-whole", "gen", conv, nil},
	{"train-whole", "verify", conv, nil},
	{"train-lost-token", "v5", fresh, nil},
	{"train-lost-token", "v6", fresh, nil},
	{"train-crash", "v6", fresh, nil},
	{"train-cut", "v6+jb", fresh, nil},
	{"train-cut", "gen", fresh, nil},
	{"hook-target", "v5", fresh, nil},
	{"conf-only", "v6", fresh, nil},
	{"conf-only", "verify", fresh, nil},
	{"base-index", "v5", noPoison0, nil},
	{"base-index", "verify+jb", noPoison, nil},
	{"two-managers", "v6", conv, nil},
	{"two-managers", "v5", fresh, nil},
	{"two-managers", "v6", reg, nil},
	{"late-reply", "gen", conv, nil},
	{"join-restart", "v5", fresh, nil},
	{"join-restart", "gen", agree, nil},
	{"rollback", "v6", fresh, nil},
	{"rollback", "gen", agree, nil},
	{"half-failure", "verify", live, nil},
	{"half-failure", "verify", fresh, nil},
	{"capacity", "v6", cap1, nil},
	{"capacity", "v6+jb", cap2, nil},
	{"pool", "v6", oneChrome, nil},
	{"pool", "v6", noMinus, nil},
	{"pool", "v6", poolSize, nil},
	{"pool", "v6", shrinks, nil},
	{"sigterm", "v6", live, nil},
	{"sigterm", "v6", reg, nil},
	{"clock", "v6", reg, nil},
	{"clock", "v6", cap1, nil},
	{"bad-render", "v6", cap1, nil},
	{"seed-split", "v6", fresh, nil},
	{"seed-split", "verify", fresh, nil},
	{"token-trim", "gen", conv, nil},
	{"late-reply", "v5", agree, nil},
	{"late-reply", "v5", conv, nil},
	{"baseline", "v5", fresh, nil},
	{"fresh-hint", "v0c", hint, map[string]int64{"both": 1}},
	{"stale-page", "v0a", noPoison, map[string]int64{"pages": 2}},
	{"train-late-start", "v5", fresh, map[string]int64{"tasks": 1}},
}

// The smallest story of each finding is found again; with SIMRUN_UPDATE=1 it is kept.
// The tests of package scenarios replay what is kept, bit for bit.
func TestKeepFindings(t *testing.T) {
	if os.Getenv("SIMRUN_UPDATE") != "1" {
		t.Skip("only with SIMRUN_UPDATE=1: package scenarios replays what is kept")
	}
	require.NoError(t, os.RemoveAll("../testdata/simrun/recycle"))
	for _, k := range kept {
		t.Run(k.scenario+"/"+k.variant+"/"+k.property, func(t *testing.T) {
			tr := smallest(t, find(t, "recycle/"+k.scenario), k.variant, k.property, k.params)
			path, err := runner.SaveSim("../testdata/simrun", tr)
			require.NoError(t, err)
			t.Logf("%s: %d deviations", path, len(tr.Schedule))
		})
	}
}

func smallest(t *testing.T, s *sim.Scenario, variant, property string, params map[string]int64) *sim.Trace {
	t.Helper()
	r := explore(t, runner.Options{
		Scenario: s, Variant: variant, Judge: []string{property}, Params: params, Runs: late, StopAtFirst: true, Minimise: 400,
	})
	require.NotEmpty(t, r.Failures, "no violation in %d schedules", r.Runs)
	return r.Failures[0].Minimal
}
