package startup

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// BenchmarkRun is one run under a random walk, as in a campaign: the smallest world of
// a registry and a client, two processes that fight for a port, and the 410 s of the
// black hole.
func BenchmarkRun(b *testing.B) {
	for _, s := range []*sim.Scenario{Prestart(), SameTick(), TwoProcesses(), Blackhole()} {
		b.Run(s.Name[len("startup/"):], func(b *testing.B) {
			w := sim.NewWorld()
			defer w.Close()
			walk := strategy.NewRandomWalk()
			steps, runs := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				walk.Begin(strategy.Info{Seed: uint64(runs)})
				r, err := w.Run(s, sim.Config{Variant: "r1", Chooser: strategy.Chooser(walk, strategy.Data{})})
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
