package hotreload

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
)

// rate is how often a property fails in so many sampled runs.
func rate(t *testing.T, w *sim.World, s *sim.Scenario, cfg sim.Config, runs int) float64 {
	t.Helper()
	cfg.Mode = sim.Sampled
	failed := 0
	for seed := range runs {
		cfg.Seed = uint64(seed)
		cfg.Params["fetchInCall"] = int64(seed % 2)
		r, err := w.Run(s, cfg)
		require.NoError(t, err)
		if r.Verdict != sim.Pass {
			failed++
		}
	}
	return float64(failed) / float64(runs)
}

// The table of what becomes of a save, per plan and variant: how often a saved version
// is not seen (its error is not printed, or it is not evaluated), and how often it is
// shown at the wrong place or with the wrong text. Runs are sampled, one save each, half
// of them with the fetch inside the reload call. The table is kept whole: the same
// sources make the same numbers on every machine.
func TestLossRates(t *testing.T) {
	const runs, golden = 400, "testdata/rates.txt"
	w := sim.NewWorld()
	defer w.Close()
	s := Styles()
	table := func(title string, judge []string, plans []string) string {
		var b strings.Builder
		for _, profile := range []string{"laptop", "ci-loaded"} {
			fmt.Fprintf(&b, "%s, %s, %% of saves\n%-12s", title, profile, "")
			for _, v := range builds {
				fmt.Fprintf(&b, "%7s", v)
			}
			b.WriteByte('\n')
			for i, plan := range plans {
				fmt.Fprintf(&b, "%-12s", plan)
				for _, v := range builds {
					cfg := sim.Config{Variant: v, Profile: profile, Judge: judge, Params: map[string]int64{"plan": int64(i), "saves": 1, "large": 0}}
					fmt.Fprintf(&b, "%7.1f", 100*rate(t, w, s, cfg, runs))
				}
				b.WriteByte('\n')
			}
			b.WriteByte('\n')
		}
		return b.String()
	}
	if testing.Short() {
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		for _, line := range strings.Split(table("not seen", []string{propS1, propL2}, plans[:1]), "\n") {
			require.Contains(t, string(want), line)
		}
		return
	}
	got := table("not seen", []string{propS1, propL2}, plans) + table("shown wrong", []string{propS2, propS3}, plans)
	if os.Getenv("SIMRUN_UPDATE") != "" {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// A flake that is no race: only how fast the machine is decides whether upstream's older
// test ends in time, and no proposal makes a difference.
func TestASlowAgentIsNoRace(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	s := SlowAgent()
	late := func(variant string, params map[string]int64, seed int) bool {
		params["full"] = 1
		r, err := w.Run(s, sim.Config{Variant: variant, Mode: sim.Sampled, Seed: uint64(seed), Params: params})
		require.NoError(t, err)
		if r.Verdict != sim.Pass {
			require.Equal(t, propLimit, r.Failure.Property, r.Failure.Message)
		}
		return r.Verdict != sim.Pass
	}
	seeds := 100
	if testing.Short() {
		seeds = 4
	}
	failed := map[string]int{}
	for seed := range seeds {
		one := late("V2w", map[string]int64{}, seed)
		for _, v := range s.Variants {
			if late(v, map[string]int64{}, seed) {
				failed[v]++
			}
			require.Equal(t, one, late(v, map[string]int64{}, seed), "seed %d, variant %s", seed, v)
		}
	}
	t.Logf("late in %d runs each: %v", seeds, failed)
	if !testing.Short() {
		require.InDelta(t, 5, failed["V2w"], 10, "upstream saw some 5 % of agents to be too slow")
	}

	// From some slowness on every run is late, and before it none: but for a narrow band, in
	// which the other durations matter a little, nothing else decides.
	limit := 0
	for limit < len(slowness) && !late("V2w", map[string]int64{"speed": int64(limit + 1)}, 0) {
		limit++
	}
	require.Less(t, limit, len(slowness), "the slowest agents are too slow")
	require.Greater(t, limit, len(slowness)/2, "and the median is not")
	for seed := 1; seed < 4; seed++ {
		if quantile := limit - 3; quantile > 0 {
			require.False(t, late("V2w", map[string]int64{"speed": int64(quantile + 1)}, seed))
		}
		if quantile := limit + 3; quantile < len(slowness) {
			require.True(t, late("V2w", map[string]int64{"speed": int64(quantile + 1)}, seed))
		}
	}
}
