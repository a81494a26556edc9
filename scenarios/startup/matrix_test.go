package startup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// explore runs a campaign that must be free of mistakes.
func explore(t *testing.T, o runner.Options) *runner.Report {
	t.Helper()
	o.StopAtFirst, o.Minimise = true, -1
	r, err := runner.Explore(context.Background(), o)
	require.NoError(t, err)
	return r
}

// holding are the properties that a cell promises to hold.
func holding(s *sim.Scenario, e sim.Expectation) []string {
	if len(e.Fails) > 0 {
		return e.Holds
	}
	var all []string
	for _, d := range s.Properties {
		all = append(all, d.Name)
	}
	return all
}

// Every scenario, every variant: what is expected to fail does, and the rest holds.
func TestMatrix(t *testing.T) {
	failing, passing := 5000, 300
	if testing.Short() {
		failing, passing = 1000, 10
	}
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			for i, v := range s.Variants {
				if testing.Short() && i%3 != 0 {
					continue
				}
				e := s.Expected(v, "")
				require.False(t, e.Open, "%s: nobody knows yet", v)
				for _, p := range e.Fails {
					r := explore(t, runner.Options{Scenario: s, Variant: v, Judge: []string{p}, Runs: failing})
					require.NotEmpty(t, r.Failures, "%s: %s was not found violated", v, p)
					require.Equal(t, p, r.Failures[0].Found.Failure.Property, "%s: %s", v, r.Failures[0].Found.Failure.Message)
				}
				if h := holding(s, e); len(h) > 0 {
					r := explore(t, runner.Options{Scenario: s, Variant: v, Judge: h, Runs: passing})
					for _, f := range r.Failures {
						t.Errorf("%s: %s: %s", v, f.Signature, f.Found.Failure.Message)
					}
				}
			}
		})
	}
}

// What upstream's history says that it breaks is found from every seed.
func TestFailingCellsAreFoundFromEverySeed(t *testing.T) {
	if testing.Short() {
		t.Skip("a campaign per seed for each failing cell: not with -short")
	}
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			for _, e := range s.Expect {
				seeds := uint64(3)
				if simtest.Whole() {
					seeds = 20
				}
				for _, p := range e.Fails {
					worst := 0
					for seed := range seeds {
						r := explore(t, runner.Options{Scenario: s, Variant: e.Variant, Judge: []string{p}, Seed: seed, Runs: 5000})
						require.NotEmpty(t, r.Failures, "%s: %s, seed %d: not found", e.Variant, p, seed)
						worst = max(worst, r.Failures[0].Run)
					}
					if worst > 200 {
						t.Logf("%s: %s is found at schedule %d at the latest", e.Variant, p, worst)
					}
				}
			}
		})
	}
}

// verdict is `fails` or `holds`, by so many schedules.
func verdict(t *testing.T, s *sim.Scenario, variant, property string, params map[string]int64, runs int) string {
	t.Helper()
	r := explore(t, runner.Options{Scenario: s, Variant: variant, Judge: []string{property}, Params: params, Runs: runs})
	for _, f := range r.Failures {
		require.Contains(t, []sim.Verdict{sim.Violation, sim.Deadlock}, f.Found.Verdict, "%s %s %s: %s", s.Name, variant, property, f.Found.Failure.Message)
		return "fails"
	}
	return "holds"
}

// value is the number of a switch's value as a parameter: 0 is that of the variant.
func value(name, v string) int64 {
	for i, o := range switchOptions(name) {
		if o == v {
			return int64(i)
		}
	}
	return -1
}

// ablated are the scenarios with a known story: a switch that is flipped changes the
// cells that it is about, and no others.
func ablated() []*sim.Scenario {
	var out []*sim.Scenario
	for _, s := range All() {
		switch strings.TrimPrefix(s.Name, "startup/") {
		case "same-tick", "handled-failure", "failure-then-repair", "mode-conflict", "sigterm", "shapes":
			out = append(out, s)
		case "late-server", "stale-metadata", "start-and-handler", "slow-engine", "blackhole", "engine-adopt-two":
		default:
			out = append(out, s)
		}
	}
	return out
}

// Ablation: each switch of r1 is flipped alone, and what changes is written down.
func TestAblation(t *testing.T) {
	if testing.Short() {
		t.Skip("some thousand campaigns: not with -short")
	}
	const runs = 600
	var b strings.Builder
	b.WriteString("Each switch of r1 is flipped alone. What changes in the cells of the known stories:\n")
	base := make(map[string]string)
	for _, s := range ablated() {
		for _, d := range s.Properties {
			base[s.Name+" "+d.Name] = verdict(t, s, "r1", d.Name, nil, runs)
		}
	}
	for _, name := range model.SwitchNames() {
		for _, v := range model.SwitchValues(name)[1:] {
			fmt.Fprintf(&b, "\n%s=%s\n", name, v)
			for _, s := range ablated() {
				for _, d := range s.Properties {
					got := verdict(t, s, "r1", d.Name, map[string]int64{name: value(name, v)}, runs)
					if was := base[s.Name+" "+d.Name]; got != was {
						fmt.Fprintf(&b, "  %s %s: %s, was %s\n", strings.TrimPrefix(s.Name, "startup/"), d.Name, got, was)
					}
				}
			}
		}
	}
	golden.Check(t, "ablation", b.String())
}

// Every combination of switches runs: no panic, no limit reached, no mistake, in every
// scenario.
func TestEveryCombinationOfSwitchesRuns(t *testing.T) {
	n := 60
	if testing.Short() {
		n = 6
	}
	rnd := sim.NewRand(1)
	w := sim.NewWorld()
	defer w.Close()
	walk := strategy.NewRandomWalk()
	for _, s := range All() {
		for range n {
			params := make(map[string]int64)
			for _, name := range model.SwitchNames() {
				params[name] = int64(rnd.IntN(len(switchOptions(name))))
			}
			walk.Begin(strategy.Info{Seed: rnd.Uint64()})
			r, err := w.Run(s, sim.Config{Params: params, Chooser: strategy.Chooser(walk, strategy.Data{})})
			require.NoError(t, err, "%s %v", s.Name, params)
			require.Contains(t, []sim.Verdict{sim.Pass, sim.Violation, sim.Deadlock}, r.Verdict,
				"%s %v: %s %s\n%s", s.Name, params, r.Failure.Property, r.Failure.Message, r.Failure.Stack)
		}
	}
}

// A run does not depend on what its world ran before, nor on the number of workers.
func TestRunsDoNotDependOnTheirWorld(t *testing.T) {
	n := 40
	if testing.Short() {
		n = 4
	}
	reused := sim.NewWorld()
	defer reused.Close()
	run := func(w *sim.World, s *sim.Scenario, seed int) (rolling uint64, steps int, failure string) {
		walk := strategy.NewRandomWalk()
		walk.Begin(strategy.Info{Seed: uint64(seed)})
		r, err := w.Run(s, sim.Config{Variant: s.Variants[seed%len(s.Variants)], Chooser: strategy.Chooser(walk, strategy.Data{})})
		require.NoError(t, err)
		return r.Rolling, r.Steps, r.Failure.Message
	}
	for _, s := range All() {
		for seed := range n {
			r1, s1, f1 := run(reused, s, seed)
			fresh := sim.NewWorld()
			r2, s2, f2 := run(fresh, s, seed)
			fresh.Close()
			require.Equal(t, r1, r2, "%s, seed %d", s.Name, seed)
			require.Equal(t, s1, s2, "%s, seed %d", s.Name, seed)
			require.Equal(t, f1, f2, "%s, seed %d", s.Name, seed)
		}
	}
	for _, s := range []*sim.Scenario{TwoProcesses(), ModeConflict()} {
		o := runner.Options{Scenario: s, Runs: 200, Workers: 1, Strategy: "random"}
		one, err := runner.Explore(context.Background(), o)
		require.NoError(t, err)
		o.Workers = 3
		three, err := runner.Explore(context.Background(), o)
		require.NoError(t, err)
		require.Equal(t, len(one.Failures), len(three.Failures))
		for i, f := range one.Failures {
			require.Equal(t, f.Minimal, three.Failures[i].Minimal)
		}
		require.Equal(t, one.Classes, three.Classes)
		require.Equal(t, one.Steps, three.Steps)
	}
}

// open are the scenarios of which nobody knew what they break.
func open10() []*sim.Scenario {
	return []*sim.Scenario{
		SameTick(), HandledFailure(), FailureThenRepair(), ModeConflict(), Sigterm(), LateServer(), StaleMetadata(), Shapes(), StartAndHandler(), SlowEngine(),
	}
}

// The open rows under every rejection policy, with and without a listener: which
// variants fail. A row that says nothing holds.
func TestOpenRowsUnderEveryPolicy(t *testing.T) {
	if testing.Short() {
		t.Skip("some thousand campaigns: not with -short")
	}
	var b strings.Builder
	b.WriteString("The variants that violate a property of an open row, by rejection policy.\n")
	for _, s := range open10() {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimPrefix(s.Name, "startup/"))
		for _, d := range s.Properties {
			for i, policy := range policies() {
				for listener := range int64(2) {
					var failing []string
					for _, v := range s.Variants {
						runs := 100
						if slices.Contains(s.Expected(v, "").Fails, d.Name) {
							runs = 1000 // under some policy it does
						}
						if verdict(t, s, v, d.Name, map[string]int64{"policy": int64(i), "listener": listener}, runs) == "fails" {
							failing = append(failing, v)
						}
					}
					name := policy + []string{"", "+listener"}[listener]
					text := strings.Join(failing, " ")
					if text == "" {
						text = "holds"
					}
					fmt.Fprintf(&b, "  %-13s %-16s %s\n", d.Name, name, text)
				}
			}
		}
	}
	golden.Check(t, "policies", b.String())
}
