package recycle

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
)

type keptStory struct {
	scenario, variant, property string
	params                      map[string]int64
	// facts are those of the failure, if the scenario shows others of the property
	// earlier.
	facts string
}

// rareRuns are the schedules in which those of keptRarely are found, and not in fewer.
const rareRuns = 100_000

var keptRarely = []keptStory{
	{"fresh-hint", "v0c", hint, nil, ""},
	{"stale-page", "v0c", noPoison, nil, ""},
}

// kept are the findings of which the smallest story is kept, and told in FINDINGS.md.
var kept = []keptStory{
	{"harness", "v2", live, nil, ""},
	{"train", "v5", fresh, nil, ""},
	{"train", "v4", fresh, nil, ""},
	{"train-whole", "v5", fresh, nil, ""},
	{"train-whole", "v6", fresh, nil, ""},
	{"train-whole", "gen", conv, nil, ""},
	{"train-whole", "verify", conv, nil, ""},
	{"train-lost-token", "v5", fresh, nil, ""},
	{"train-lost-token", "v6", fresh, nil, ""},
	{"train-crash", "v6", fresh, nil, ""},
	{"train-cut", "v6+jb", fresh, nil, ""},
	{"train-cut", "gen", fresh, nil, ""},
	{"hook-target", "v5", fresh, nil, ""},
	{"hook-target", "verify", fresh, nil, ""},
	{"conf-only", "v6", fresh, nil, ""},
	{"conf-only", "verify", fresh, nil, ""},
	{"base-index", "v5", noPoison0, nil, ""},
	{"base-index", "verify+jb", noPoison, nil, ""},
	{"two-managers", "v6", conv, nil, ""},
	{"two-managers", "v4", fresh, nil, ""},
	{"two-managers", "v6", fresh, nil, ""},
	{"two-managers", "v6", reg, nil, ""},
	{"late-reply", "verify", conv, nil, ""},
	{"join-restart", "v5", fresh, nil, "its recycle joined a restart for something else"},
	{"join-restart", "gen", agree, nil, ""},
	{"rollback", "v6", fresh, nil, ""},
	{"rollback", "gen", agree, nil, ""},
	{"rollback", "v2", fresh, map[string]int64{"servers": 3, "perturbed": 1}, ""},
	{"half-failure", "verify", live, nil, ""},
	{"half-failure", "verify", fresh, nil, ""},
	{"capacity", "v6", cap1, nil, ""},
	{"capacity", "v6+jb", cap2, nil, ""},
	{"capacity", "v3", cap2, nil, ""},
	{"pool", "v6", oneChrome, nil, ""},
	{"pool", "v6", noMinus, nil, ""},
	{"pool", "v6", poolSize, nil, ""},
	{"pool", "v6", shrinks, nil, ""},
	{"sigterm", "v6", live, nil, ""},
	{"sigterm", "v6", reg, nil, ""},
	{"clock", "v6", reg, nil, ""},
	{"clock", "v6", cap1, nil, ""},
	{"seed-split", "v6", fresh, nil, ""},
	{"token-trim", "gen", conv, nil, ""},
	{"late-reply", "v5", agree, nil, ""},
	{"late-reply", "v5", conv, nil, ""},
	{"baseline", "v5", fresh, nil, ""},
	{"fresh-hint", "v0c", hint, map[string]int64{"both": 1}, ""},
	{"stale-page", "v0a", noPoison, map[string]int64{"pages": 2}, ""},
	{"train-late-start", "v5", fresh, map[string]int64{"tasks": 1}, ""},
}

// The smallest story of each finding is found again; with SIMRUN_UPDATE=1 it is kept.
// The tests of package scenarios replay what is kept, bit for bit.
func TestKeepFindings(t *testing.T) {
	if os.Getenv("SIMRUN_UPDATE") != "1" {
		t.Skip("only with SIMRUN_UPDATE=1: package scenarios replays what is kept")
	}
	require.NoError(t, os.RemoveAll("../testdata/simrun/recycle"))
	keep := func(k keptStory, runs int) {
		t.Run(k.scenario+"/"+k.variant+"/"+k.property, func(t *testing.T) {
			tr := smallest(t, k, runs)
			path, err := runner.SaveSim("../testdata/simrun", tr)
			require.NoError(t, err)
			late, event := latest(tr)
			t.Logf("KEPT\t%s\t%s\t%s\t%s\t%d\t%v\t%s\t%d", k.scenario, k.variant, k.property, path, len(tr.Schedule), late, event,
				strikes(t, find(t, "recycle/"+k.scenario), tr))
		})
	}
	for _, k := range kept {
		keep(k, late)
	}
	for _, k := range keptRarely {
		keep(k, rareRuns)
	}
}

func smallest(t *testing.T, k keptStory, runs int) *sim.Trace {
	t.Helper()
	o := runner.Options{
		Scenario: find(t, "recycle/"+k.scenario), Variant: k.variant, Judge: []string{k.property}, Params: k.params,
		Runs: runs, StopAtFirst: k.facts == "", Minimise: 1000,
	}
	if k.facts == "" {
		r := explore(t, o)
		require.NotEmpty(t, r.Failures, "no violation in %d schedules", r.Runs)
		return r.Failures[0].Minimal
	}
	for _, f := range explore(t, o).Failures {
		if f.Found.Failure.Facts == k.facts {
			return f.Minimal
		}
	}
	require.Fail(t, "no violation", "%s in %d schedules", k.facts, o.Runs)
	return nil
}

// latest is the event of a story that is later than nominal by the most, and how much.
func latest(tr *sim.Trace) (late time.Duration, event string) {
	for i := range tr.Events {
		if l := tr.Late(i); l > late {
			late, event = l, tr.EventName(i)
		}
	}
	return late, event
}

// sampled is how many runs in the order of sampled times are made of a story.
const sampled = 300

// strikes is how many of them, in the world of the story and without its faults,
// violate its property.
func strikes(t *testing.T, s *sim.Scenario, tr *sim.Trace) (n int) {
	w := sim.NewWorld()
	defer w.Close()
	params := make(map[string]int64)
	for _, p := range tr.Params {
		params[p.Label] = p.Value
	}
	for seed := range uint64(sampled) {
		r, err := w.Run(s, sim.Config{Variant: tr.Variant, Params: params, Judge: tr.Judge, Mode: sim.Sampled, Seed: seed})
		require.NoError(t, err)
		if r.Verdict.Failed() {
			n++
		}
	}
	return n
}
