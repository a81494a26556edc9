package scenarios

import (
	"context"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/scenarios/hotreload"
	"github.com/seed-3519b94c/simrun/sim"
)

// BenchmarkHotDrop is one run of hotreload/drop under a random walk, as in a
// campaign: timed mode, footprints, fingerprint and deviations. Pinned to the
// parameters of the smallest world, and with what is drawn by default.
func BenchmarkHotDrop(b *testing.B) {
	for _, bc := range []struct {
		name   string
		params map[string]int64
	}{
		{"heartbeats=off", smallest()},
		{"heartbeats=on", map[string]int64{"fetchInCall": 0, "large": 0, "linkHops": 0}},
	} {
		b.Run(bc.name, func(b *testing.B) {
			w := sim.NewWorld()
			defer w.Close()
			walk := strategy.NewRandomWalk()
			s := hotreload.Drop()
			steps, runs := 0, 0
			b.ReportAllocs()
			for b.Loop() {
				walk.Begin(strategy.Info{Seed: uint64(runs)})
				r, err := w.Run(s, sim.Config{Variant: "V2w", Params: bc.params, Chooser: strategy.Chooser(walk, strategy.Data{})})
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

// BenchmarkCampaign is hotreload/drop as a campaign explores it, with all that it keeps
// of a run: the difference to BenchmarkHotDrop is the cost of strategies and bookkeeping.
func BenchmarkCampaign(b *testing.B) {
	for _, name := range []string{"random", "pct", "pctcp", "pos", "urw", "surw", "stalls", "portfolio"} {
		b.Run(name, func(b *testing.B) {
			const runs = 4096
			total := 0
			b.ReportAllocs()
			for b.Loop() {
				r, err := runner.Explore(context.Background(), runner.Options{
					Scenario: hotreload.Drop(), Variant: "V2w", Params: smallest(), Strategy: name, Runs: runs, Workers: 1,
				})
				if err != nil || r.Runs != runs {
					b.Fatal(r.Runs, err)
				}
				total += runs
			}
			b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "runs/s")
		})
	}
}

// BenchmarkWorkers is one campaign by one worker and by two, in turn: how many times as many
// schedules two run in the same time, and how much more processor time they take for each. Two
// that wait for nothing take as much, and then "speedup" says how busy the machine was. Some
// 3.5 % of a campaign, the merging of batches, is by one goroutine: two workers gain 1.9 times at
// most, and what two processes side by side gain on the same machine.
func BenchmarkWorkers(b *testing.B) {
	const runs = 16384
	var wall, cpu [2]time.Duration
	for b.Loop() {
		for i := range 2 {
			start, spent := time.Now(), simtest.CPUTime()
			r, err := runner.Explore(b.Context(), runner.Options{
				Scenario: hotreload.Drop(), Variant: "V2w", Params: smallest(), Runs: runs, Workers: i + 1,
			})
			if err != nil || r.Runs != runs {
				b.Fatal(r.Runs, err)
			}
			wall[i] += time.Since(start)
			cpu[i] += simtest.CPUTime() - spent
		}
	}
	b.ReportMetric(float64(runs*b.N)/wall[0].Seconds(), "runs/s")
	b.ReportMetric(float64(runs*b.N)/wall[1].Seconds(), "runs/s-by-two")
	b.ReportMetric(wall[0].Seconds()/wall[1].Seconds(), "speedup")
	b.ReportMetric(cpu[1].Seconds()/cpu[0].Seconds(), "cpu-by-two/cpu")
	b.ReportMetric(cpu[1].Seconds()/wall[1].Seconds(), "cores-by-two")
}

// BenchmarkExhaust goes through hotreload/drop, V2w, in its smallest world and under the
// windows of a laptop: 46 classes of orders, which stand for some 4e8 orders.
func BenchmarkExhaust(b *testing.B) {
	for _, strategy := range []string{"exhaustive", "exhaustive-dpor"} {
		b.Run(strategy, func(b *testing.B) {
			runs := 0
			for b.Loop() {
				r, err := runner.Explore(b.Context(), runner.Options{
					Scenario: hotreload.Drop(), Variant: "V2w", Params: smallest(), Strategy: strategy, Runs: 100_000, Workers: 1,
				})
				if err != nil || r.Classes != 46 || !r.Exhausted {
					b.Fatal(r, err)
				}
				runs += r.Runs
			}
			b.ReportMetric(float64(runs)/float64(b.N), "runs/op")
			b.ReportMetric(float64(runs)/b.Elapsed().Seconds(), "runs/s")
		})
	}
}
