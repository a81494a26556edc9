package depopt

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Every combination of switches runs, in every scenario, under any schedule: it may break
// properties, but nothing else.
func TestEveryCombinationRuns(t *testing.T) {
	all := All()
	worlds := make([]*sim.World, len(all))
	for i := range worlds {
		worlds[i] = sim.NewWorld()
		defer worlds[i].Close()
	}
	rapid.Check(t, func(rt *rapid.T) {
		i := rapid.IntRange(0, len(all)-1).Draw(rt, "scenario")
		s := all[i]
		params := make(map[string]int64)
		for _, p := range s.Params {
			if len(p.Options) > 0 {
				params[p.Label] = int64(rapid.IntRange(0, len(p.Options)-1).Draw(rt, p.Label))
			}
		}
		profile := rapid.SampledFrom(s.AllProfiles()).Draw(rt, "profile")
		variant := rapid.SampledFrom(s.Variants).Draw(rt, "variant")
		cfg := sim.Config{
			Variant: variant, Profile: profile.Name, Params: params, Judge: []string{"answered", "handled"},
			Chooser: randomly{rapid.IntRange(0, 1<<30).Draw(rt, "seed")},
		}
		r, err := worlds[i].Run(s, cfg)
		require.NoError(rt, err)
		require.Contains(rt, []sim.Verdict{sim.Pass, sim.Violation, sim.Deadlock}, r.Verdict, "%s: %s\n%s", s.Name, r.Failure.Message, r.Failure.Stack)
	})
}

// randomly is a chooser that needs no memory.
type randomly struct{ seed int }

// Choose mixes the seed with the number of events.
func (r randomly) Choose(p *sim.Point) int {
	h := uint64(r.seed)*0x9e3779b97f4a7c15 ^ uint64(p.Steps)*0xbf58476d1ce4e5b9 ^ uint64(p.ID)
	h ^= h >> 31
	h *= 0x94d049bb133111eb
	h ^= h >> 29
	return int(h % uint64(p.N))
}

// What must be found is found from every seed within 5,000 schedules.
func TestFoundFromEverySeed(t *testing.T) {
	t.Parallel()
	seeds, worst := uint64(4), 0
	switch {
	case simtest.Whole():
		seeds = 20
	case testing.Short():
		seeds = 1
	}
	for _, s := range known() {
		for _, v := range s.Variants {
			for _, p := range s.Expected(v, "laptop").Fails {
				for seed := range seeds {
					r := explore(t, runner.Options{
						Scenario: s, Variant: v, Judge: []string{p}, Seed: seed, Runs: 5000, Workers: 1, StopAtFirst: true, Minimise: -1,
					})
					if assert.NotEmpty(t, r.Failures, "%s/%s: %s, seed %d", s.Name, v, p, seed) {
						worst = max(worst, r.Failures[0].Run)
					}
				}
			}
		}
	}
	t.Logf("the latest was found at schedule %d", worst)
}
