package runner_test

import (
	"context"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// clerks is two clerks who add to one total in two steps; `moved` has the same race
// behind other events, so that the old schedule no longer shows it.
func clerks() *sim.Scenario {
	return &sim.Scenario{
		Name: "test/shop", Variants: []string{"racy", "moved", "atomic", "gone"}, Properties: []sim.PropertyDoc{{Name: "sum"}},
		Build: func(w *sim.World) {
			total, res := 0, w.Resource("total")
			for i, name := range []string{"A", "B"} {
				w.Process(name, func(p *sim.Proc) {
					read, write := "read", "write"
					if w.Variant() == "moved" {
						p.Step("look")
					}
					if w.Variant() == "gone" {
						read, write = "load", "store"
					}
					p.StepFor(w.Label("think"), sim.Micros(1, float64(1+20*i), 100))
					p.Step(read)
					w.Read(res)
					v := total
					if w.Variant() == "racy" || w.Variant() == "moved" {
						p.Step(write)
					}
					w.Write(res)
					total = v + 1
				})
			}
			w.Eventually("sum", 0, func() bool { return total == 2 })
		},
	}
}

func firstFailure(t *testing.T, o runner.Options) *sim.Trace {
	t.Helper()
	r, err := runner.Explore(context.Background(), o)
	require.NoError(t, err)
	require.NotEmpty(t, r.Failures)
	return r.Failures[0].Minimal
}

// A fix is tried against everything around the old failure, not only against its schedule.
func TestVerifyLooksAroundTheOldFailure(t *testing.T) {
	s := clerks()
	old := firstFailure(t, runner.Options{Scenario: s, Variant: "racy", Strategy: "random", Runs: 500})

	fixed, err := runner.Verify(context.Background(), runner.Options{Scenario: s, Variant: "atomic"}, old)
	require.NoError(t, err)
	require.Zero(t, fixed.Failing)
	require.True(t, fixed.Complete)
	require.Greater(t, fixed.Tried, fixed.Classes)
	require.False(t, fixed.Vacuous())

	replay, err := runner.Replay(runner.Options{Scenario: s, Variant: "moved"}, old, true)
	require.NoError(t, err)
	moved, err := runner.Verify(context.Background(), runner.Options{Scenario: s, Variant: "moved"}, old)
	require.NoError(t, err)
	require.NotZero(t, moved.Failing, "the race is still there; the old schedule alone: %s", replay.Outcome)
	require.Equal(t, old.Signature, moved.Failures[0].Signature)

	gone, err := runner.Verify(context.Background(), runner.Options{Scenario: s, Variant: "gone"}, old)
	require.NoError(t, err)
	require.Zero(t, gone.Failing)
	require.True(t, gone.Vacuous(), "neither read nor write occurs any more")

	few, err := runner.Verify(context.Background(), runner.Options{Scenario: s, Variant: "atomic", Runs: 3}, old)
	require.NoError(t, err)
	require.Equal(t, 3, few.Tried)
	require.False(t, few.Complete)
}

// An explanation names a schedule that passes and differs in the pair that decides.
func TestExplainFindsTheNearestOrderThatPasses(t *testing.T) {
	s := clerks()
	old := firstFailure(t, runner.Options{Scenario: s, Variant: "racy", Strategy: "random", Runs: 500})
	e, err := runner.Explain(context.Background(), runner.Options{Scenario: s}, old)
	require.NoError(t, err)
	require.Equal(t, old.Signature, e.Failing.Signature)
	require.NotNil(t, e.Passing)
	require.Equal(t, sim.Pass, e.Passing.Verdict)
	require.Equal(t, e.Again, e.Reproduced)
	require.LessOrEqual(t, e.ThroughPair, e.NeighboursFailing)
	require.LessOrEqual(t, e.NeighboursFailing, e.Neighbours)
	require.NotNil(t, e.Stall)

	again, err := runner.Explain(context.Background(), runner.Options{Scenario: s, Workers: 3}, old)
	require.NoError(t, err)
	require.Equal(t, e, again)

	_, err = runner.Explain(context.Background(), runner.Options{Scenario: s}, e.Passing)
	require.ErrorContains(t, err, "passes")
}
