package recycle

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner"
)

// Without the seed, the bring-up is small enough to go through every order of its
// events: none gets stuck.
func TestTheBringUpIsExhausted(t *testing.T) {
	if testing.Short() {
		t.Skip("some 16,000 runs: not with -short")
	}
	r := explore(t, runner.Options{
		Scenario: Harness(), Variant: "v5", Params: map[string]int64{"pages": 1}, Strategy: "exhaustive", Runs: 200_000,
	})
	require.Empty(t, r.Failures)
	require.True(t, r.Exhausted)
	t.Log(r.Claim)
}
