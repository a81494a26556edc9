package runner_test

import (
	"context"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// shop is a scenario with one race: the seller must see the price before the
// customer pays. Its variants are the same logic, changed afterwards.
func shop() *sim.Scenario {
	return &sim.Scenario{
		Name: "shop/price", Variants: []string{"racy", "fixed", "renamed", "other", "gone"},
		Build: func(w *sim.World) {
			price := w.Resource("price")
			set := false
			w.Process("seller", func(p *sim.Proc) {
				label := "tag"
				if w.Variant() == "renamed" {
					label = "label"
				}
				p.Step(label)
				w.Write(price)
				set = true
			})
			if w.Variant() == "gone" {
				return
			}
			w.Process("customer", func(p *sim.Proc) {
				p.Sleep("walk", time.Microsecond)
				if w.Fault("slip") {
					p.Step("get up")
				}
				p.Step("pay")
				w.Read(price)
				switch {
				case set || w.Variant() == "fixed":
				case w.Variant() == "other":
					w.Fail("nothing to pay", "", "no price")
				default:
					w.Fail("paid", "", "paid without a price")
				}
			})
		},
	}
}

func TestReplay(t *testing.T) {
	r := explore(t, runner.Options{Scenario: shop()})
	require.Len(t, r.Failures, 1)
	trace := r.Failures[0].Minimal
	require.Equal(t, "[hold seller:tag#1 after customer:pay#1]", plain(trace.Schedule))

	text := ""
	for _, variant := range []string{"racy", "fixed", "renamed", "other", "gone"} {
		for _, lenient := range []bool{false, true} {
			replayed, err := runner.Replay(runner.Options{Scenario: shop(), Variant: variant}, trace, lenient)
			require.NoError(t, err)
			mode := "strict "
			if lenient {
				mode = "lenient"
			}
			text += variant + "\t" + mode + "\t" + replayed.Outcome.String()
			if replayed.Exact {
				text += ", exactly"
			}
			if replayed.Divergence != "" {
				text += ": " + replayed.Divergence
			}
			text += "\n"
		}
	}
	golden.Check(t, "replay", text)
}

func plain(s sim.Schedule) string {
	text := "["
	for i, d := range s {
		if i > 0 {
			text += "; "
		}
		text += d.String()
	}
	return text + "]"
}

// Every variant of what can go wrong with a schedule is told.
func TestDivergence(t *testing.T) {
	fault := func(name string) sim.Deviation {
		d, err := sim.ParseDeviation("fault " + name + " = 1")
		require.NoError(t, err)
		return d
	}
	hold := func(event, after string) sim.Deviation {
		d, err := sim.ParseDeviation("hold " + event + " after " + after)
		require.NoError(t, err)
		return d
	}
	text := ""
	for _, s := range []sim.Schedule{
		{},
		{fault("customer:slip#1")},
		{fault("customer:slip#2")},
		{hold("seller:tag#1", "customer:pay#1")},
		{hold("seller:tag#1", "customer:pay#2")},
		{hold("seller:tag#2", "customer:pay#1")},
		{hold("seller:tag#1", "customer:pay#1"), hold("customer:pay#1", "seller:tag#1")},
	} {
		replayed, err := runner.Replay(runner.Options{Scenario: shop()}, &sim.Trace{Scenario: "shop/price", Signature: "violation paid", Schedule: s}, false)
		require.NoError(t, err)
		text += plain(s) + ": " + replayed.Outcome.String() + ": " + replayed.Divergence + "\n"
	}
	golden.Check(t, "divergence", text)
}

// A trace of another scenario is refused.
func TestReplayOfAnotherScenario(t *testing.T) {
	_, err := runner.Replay(runner.Options{Scenario: shop()}, &sim.Trace{Scenario: "bank/count"}, false)
	require.EqualError(t, err, `replay: the trace is of scenario "bank/count", not of "shop/price"`)
}

// A replay that differs from itself says so.
func TestReplayOfTheNondeterministic(t *testing.T) {
	calls := 0
	s := &sim.Scenario{Name: "leaky", Build: func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) {
			if calls++; calls%2 == 0 {
				p.Step("even")
			} else {
				p.Step("odd")
			}
		})
	}}
	replayed, err := runner.Replay(runner.Options{Scenario: s}, &sim.Trace{Scenario: "leaky"}, false)
	require.NoError(t, err)
	require.Equal(t, runner.Nondeterministic, replayed.Outcome)
	require.Equal(t, "two runs of one schedule part at step 2: A:odd#1, then A:even#1", replayed.Divergence)
}

// What a campaign found is replayed to the letter, with its pinned parameters and
// its faults, in a world that knows nothing of the campaign.
func TestFoundIsReplayed(t *testing.T) {
	for seed := range uint64(10) {
		r, err := runner.Explore(context.Background(), runner.Options{
			Scenario: bank(), Variant: "careless", Seed: seed, Runs: 200, Params: map[string]int64{"clerks": 3}, Profile: "ci-loaded", Minimise: 100,
		})
		require.NoError(t, err)
		for _, f := range r.Failures {
			for _, trace := range []*sim.Trace{f.Found, f.Minimal} {
				replayed, err := runner.Replay(runner.Options{Scenario: bank()}, trace, false)
				require.NoError(t, err)
				require.Equal(t, runner.Reproduced, replayed.Outcome, replayed.Divergence)
				require.True(t, replayed.Exact)
			}
		}
	}
}
