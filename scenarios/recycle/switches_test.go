package recycle

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// Every combination of switches runs: no panic, no mistake, no end that does not come.
func TestEveryCombinationRuns(t *testing.T) {
	runs := 400
	if testing.Short() {
		runs = 60
	}
	rng := sim.NewRand(1)
	w := sim.NewWorld()
	defer w.Close()
	all := All()
	walk := strategy.NewRandomWalk()
	for i := range runs {
		s := all[i%len(all)]
		params := make(map[string]int64)
		for _, d := range switchDocs() {
			params[d.Name] = int64(rng.IntN(len(d.Options)))
		}
		walk.Begin(strategy.Info{Seed: uint64(i)})
		variant := s.Variants[rng.IntN(len(s.Variants))]
		r, err := w.Run(s, sim.Config{Variant: variant, Params: params, Chooser: strategy.Chooser(walk, strategy.Data{})})
		require.NoError(t, err, "%s, variant %s, %v", s.Name, variant, params)
		require.Contains(t, []sim.Verdict{sim.Pass, sim.Violation}, r.Verdict, "%s, variant %s, %v: %s", s.Name, variant, params, r.Failure.Message+r.Failure.Stack)
	}
}

// ablated are the cells that a switch is flipped in.
var ablated = []struct{ scenario, variant string }{
	{"stale-page", "v0"}, {"baseline", "v4"}, {"baseline", "v6"}, {"seed-split", "v2"}, {"harness", "v2"}, {"wrong-target", "v3"}, {"wrong-target", "v5"},
	{"train", "v5"}, {"train", "v4"}, {"train-late-start", "v5"}, {"manager-restart", "v5"}, {"token-trim", "v1"},
	{"token-trim", "gen"}, {"sigterm", "v5"},
}

// One switch is flipped at a time; the golden file says which verdicts that changes.
// A line that is not there is a cell that the switch has nothing to do with.
func TestAblation(t *testing.T) {
	if testing.Short() {
		t.Skip("some 400 small campaigns: not with -short")
	}
	var b strings.Builder
	for _, d := range switchDocs() {
		for value := 1; value < len(d.Options); value++ {
			for _, c := range ablated {
				s := find(t, "recycle/"+c.scenario)
				before := verdicts(t, s, c.variant, nil)
				after := verdicts(t, s, c.variant, map[string]int64{d.Name: int64(value)})
				for i, p := range s.Properties {
					if before[i] != after[i] {
						fmt.Fprintf(&b, "%s=%s\t%s %s\t%s %s -> %s\n", d.Name, d.Options[value], c.scenario, c.variant, p.Name, before[i], after[i])
					}
				}
			}
		}
	}
	golden.Check(t, "ablation", b.String())
}

// memo keeps the verdicts of cells as they are.
var memo = map[string][]string{}

// verdicts are what the properties of a scenario come to in a small campaign.
func verdicts(t *testing.T, s *sim.Scenario, variant string, params map[string]int64) (out []string) {
	if v := memo[s.Name+variant]; params == nil && v != nil {
		return v
	}
	before := memo[s.Name+variant]
	for i, p := range s.Properties {
		o := runner.Options{
			Scenario: s, Variant: variant, Judge: []string{p.Name}, Params: params, Runs: 64, StopAtFirst: true, Workers: 1,
		}
		if before != nil && before[i] == "fails" {
			o.Runs = 1000 // it may have become rare only
		}
		if len(explore(t, o).Failures) > 0 {
			out = append(out, "fails")
		} else {
			out = append(out, "holds")
		}
	}
	if params == nil {
		memo[s.Name+variant] = out
	}
	return out
}

func find(t *testing.T, name string) *sim.Scenario {
	t.Helper()
	all := All()
	i := slices.IndexFunc(all, func(s *sim.Scenario) bool { return s.Name == name })
	require.GreaterOrEqual(t, i, 0, name)
	return all[i]
}
