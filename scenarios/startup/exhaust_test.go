package startup

import (
	"context"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// tight is s under a profile that is small enough to go through every order.
func tight(s *sim.Scenario, free ...string) *sim.Scenario {
	out := *s
	out.Profiles = []*sim.Profile{s.Profiles[0].Tight(free...)}
	return &out
}

// overs are parameters and the values that they take in turn.
type overs struct {
	label  string
	values []int64
}

// exhaust goes through every order for each combination of the parameters, and returns
// how many orders there are and how many fail.
func exhaust(t *testing.T, s *sim.Scenario, variant, property string, params map[string]int64, over []overs) (orders, failing int) {
	t.Helper()
	if len(over) > 0 {
		for _, v := range over[0].values {
			params[over[0].label] = v
			o, f := exhaust(t, s, variant, property, params, over[1:])
			orders, failing = orders+o, failing+f
		}
		return orders, failing
	}
	r, err := runner.Explore(context.Background(), runner.Options{
		Scenario: s, Variant: variant, Judge: []string{property}, Params: params, Strategy: "exhaustive", Runs: 100_000, Minimise: -1,
	})
	require.NoError(t, err)
	require.True(t, r.Exhausted, "%s %s %v: more than %d orders", s.Name, variant, params, r.Runs)
	return r.Runs, r.Failing
}

// The claimed race is none: in the smallest worlds every order was tried. With one await
// more between the look at the memo and its setting, the same worlds show it.
func TestExhausted(t *testing.T) {
	if testing.Short() {
		t.Skip("some ten thousand orders: not with -short")
	}
	pinned := func(more map[string]int64) map[string]int64 {
		params := map[string]int64{"policy": 0, "listener": 0}
		for k, v := range more {
			params[k] = v
		}
		return params
	}
	const sameTick, await, imported, oneMs = 1, 2, 3, 4 // of whens
	calls := []overs{{"when1", []int64{sameTick, await, oneMs}}, {"when2", []int64{sameTick, await, oneMs}}, {"when3", []int64{sameTick, await, oneMs}}}
	three := map[string]int64{"shape": 0, "calls": 3}
	mutations := ConfigMutations()
	for _, c := range []struct {
		s        *sim.Scenario
		variant  string
		property string
		params   map[string]int64
		over     []overs
		fails    bool // in some order
	}{
		{SameTick(), "r1", once, pinned(three), calls, false},
		{SameTick(), "r1-gap", once, pinned(three), calls, true},
		{SameTick(), "r1", once, pinned(map[string]int64{"shape": 0, "calls": 1}), []overs{{"when1", []int64{imported}}}, false},
		{mutations[0], "r1", cfg, nil, nil, false},
		{mutations[0], "r1-micro", cfg, nil, nil, false},
		{mutations[1], "r1", cfg, nil, nil, false},
		{mutations[1], "r1-micro", cfg, nil, nil, true},
		{mutations[2], "r1", cfg, nil, nil, true},
		{HandledFailure(), "fix-ledger", errC, pinned(nil), []overs{{"cause", []int64{0, 1}}, {"calls", []int64{1, 2}}, {"when", []int64{sameTick, await, oneMs}}}, false},
		{ModeConflict(), "fix-ledger", mode, pinned(nil), []overs{{"first", []int64{0, 1, 2}}, {"second", []int64{0, 1, 2, 3}}, {"when", []int64{0, 1}}}, false},
		{ModeConflict(), "r1", mode, pinned(nil), []overs{{"first", []int64{0, 1, 2}}, {"second", []int64{0, 1, 2, 3}}, {"when", []int64{0, 1}}}, true},
	} {
		free := []string{"timeout", "import-app"}
		if c.params == nil {
			c.params = map[string]int64{}
		}
		orders, failing := exhaust(t, tight(c.s, free...), c.variant, c.property, c.params, c.over)
		t.Logf("%s %s %s: %d orders, %d fail", c.s.Name, c.variant, c.property, orders, failing)
		require.Equal(t, c.fails, failing > 0)
	}
}
