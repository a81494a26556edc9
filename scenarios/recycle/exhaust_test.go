package recycle

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/sim"
)

// tight is s under a profile that is small enough to go through every order.
func tight(s *sim.Scenario, free ...string) *sim.Scenario {
	out := *s
	out.Profiles = []*sim.Profile{s.Profiles[0].Tight(free...)}
	return &out
}

// exhaustion is a small world of which every order is tried.
type exhaustion struct {
	scenario, variant, property string
	free                        string // labels with their whole windows, others are exact; "all": all
	fails                       bool   // in some order
	long                        bool   // takes more than some seconds
}

// The worlds have one server, one page, and one task of each image.
var exhaustions = []exhaustion{
	{"baseline", "v1", fresh, "report", true, true},
	{"baseline", "v2", fresh, "report flip", false, false},
	{"baseline", "v5", fresh, "report", true, true},
	{"baseline", "v6", fresh, "report flip", false, true},
	{"baseline", "gen", fresh, "report", false, false},
	{"seed-split", "v1", fresh, "", true, false},
	{"seed-split", "v2", fresh, "", true, false},
	{"seed-split", "v5", fresh, "", false, false},
	{"seed-split", "v5", agree, "", true, false},
	{"seed-split", "v6", agree, "", true, false},
	{"seed-split", "gen", agree, "", true, false},
	{"seed-split", "verify", fresh, "seed load", false, false},
	{"seed-split", "verify", fresh, "chrome-launch", false, false},
	{"train", "v4", fresh, "flip", true, false},
	{"train", "v5", fresh, "started", true, true},
	{"train", "v5", fresh, "report-fetch report", false, true},
	{"train", "v5+jb", fresh, "report", false, true},
	{"train", "v4+jb", fresh, "report", false, false},
	{"train", "gen", fresh, "flip", false, false},
	{"train", "verify", fresh, "flip", false, false},
	{"job-gate", "v0+ja", fresh, "", true, false},
	{"job-gate", "v0+jb", fresh, "", false, false},
	{"job-gate", "v4+ja", fresh, "", true, false},
	{"job-gate", "v4+jb", fresh, "", false, false},
	{"job-gate", "v5+ja", fresh, "", false, false},
	{"job-gate", "v5+jb", fresh, "", false, false},
	{"token-midway", "v5", fresh, "report page-load chrome-launch", false, true},
	{"token-midway", "gen", fresh, "report", false, false},
	{"harness", "v2", live, "harness-release", true, false},
	{"harness", "v5", live, "harness-release chrome-launch prerender-boot seed", false, false},
	{"harness", "v5", live, "all", false, true},
}

// The claimed race is there or is not: in the smallest worlds every order was tried.
func TestExhausted(t *testing.T) {
	if testing.Short() {
		t.Skip("some thousand orders: not with -short")
	}
	for _, x := range exhaustions {
		if x.long && !simtest.Whole() {
			continue
		}
		t.Run(strings.Join([]string{x.scenario, x.variant, x.property, x.free}, "/"), func(t *testing.T) {
			s := find(t, "recycle/"+x.scenario)
			if x.free != "all" {
				s = tight(s, strings.Fields(x.free)...)
			}
			params := map[string]int64{"servers": 1, "pages": 1, "tasks": 1, "policy": 0}
			if x.scenario == "harness" {
				params = map[string]int64{"pages": 1}
			}
			r := explore(t, runner.Options{
				Scenario: s, Variant: x.variant, Judge: []string{x.property}, Params: params, Strategy: "exhaustive", Runs: 200_000,
			})
			require.True(t, r.Exhausted, "more than %d runs", r.Runs)
			require.Equal(t, x.fails, r.Failing > 0, "%d of %d runs fail", r.Failing, r.Runs)
			t.Logf("%d runs, %d fail. %s", r.Runs, r.Failing, r.Claim)
		})
	}
}
