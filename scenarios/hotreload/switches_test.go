package hotreload

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// Every combination of switches runs: whatever is built, in whatever scenario and order,
// no run ends in a panic, in a limit, or in a mistake.
func TestEveryCombinationOfSwitchesRuns(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	all := light()
	walk := strategy.NewRandomWalk()
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.SampledFrom(all).Draw(rt, "scenario")
		params := map[string]int64{}
		for _, sw := range switches {
			if v := rapid.IntRange(0, len(sw.options)-1).Draw(rt, sw.name); v > 0 {
				params[sw.name] = int64(v)
			}
		}
		cfg := sim.Config{Variant: rapid.SampledFrom(s.Variants).Draw(rt, "variant"), Params: params}
		walk.Begin(strategy.Info{Seed: rapid.Uint64().Draw(rt, "seed")})
		cfg.Chooser = strategy.Chooser(walk, strategy.Data{})
		r, err := w.Run(s, cfg)
		if err != nil {
			rt.Fatal(err)
		}
		if r.Verdict == sim.Panic || r.Verdict == sim.Budget {
			rt.Fatalf("%s: %v of %s: %s", s.Name, r.Verdict, r.Failure.Property, r.Failure.Message)
		}
	})
}

// light leaves out what takes a thousand times as long as the rest.
func light() []*sim.Scenario {
	var out []*sim.Scenario
	for _, s := range All() {
		if s.Name != "hotreload/refill-limit" {
			out = append(out, s)
		}
	}
	return out
}
