package depopt

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// BenchmarkBridge is one run of depopt/bridge under a random walk, as in a campaign: timed
// mode, footprints, fingerprint and deviations.
func BenchmarkBridge(b *testing.B) {
	for _, bc := range []struct {
		name, variant string
		params        map[string]int64
	}{
		{"after-832", "after-832", nil},
		{"before-832", "before-832", nil},
		{"after-832/inproc", "after-832", map[string]int64{"deploy": 0}},
	} {
		b.Run(bc.name, func(b *testing.B) {
			w := sim.NewWorld()
			defer w.Close()
			walk := strategy.NewRandomWalk()
			s := Bridge()
			steps, runs := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				walk.Begin(strategy.Info{Seed: uint64(runs)})
				r, err := w.Run(s, sim.Config{
					Variant: bc.variant, Params: bc.params, Chooser: strategy.Chooser(walk, strategy.Data{}), Judge: []string{"L4"},
				})
				if err != nil {
					b.Fatal(err)
				}
				steps += r.Steps
				runs++
			}
			b.ReportMetric(float64(runs)/b.Elapsed().Seconds(), "runs/s")
			b.ReportMetric(float64(steps)/float64(runs), "events/run")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/event")
		})
	}
}
