package recycle

import (
	"runtime"
	"strconv"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// bench runs a scenario again and again and reports what a run and an event of it
// cost, in time of the processor: the clock on the wall waits for others too. The first
// run, which gets the memory of the others, does not count.
func bench(b *testing.B, s *sim.Scenario, cfg func(run int) sim.Config) {
	w := sim.NewWorld()
	defer w.Close()
	steps, runs := 0, 0
	run := func() {
		r, err := w.Run(s, cfg(runs))
		if err != nil {
			b.Fatal(err)
		}
		if r.Verdict != sim.Pass {
			b.Fatal(r.Verdict, r.Failure.Property, r.Failure.Message)
		}
		steps += r.Steps
		runs++
	}
	run()
	steps, runs = 0, 0
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b.ReportAllocs()
	began := simtest.CPUTime()
	for b.Loop() {
		run()
	}
	cpu := simtest.CPUTime() - began
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(runs)/cpu.Seconds(), "runs/cpu-s")
	b.ReportMetric(float64(steps)/float64(runs), "events/run")
	b.ReportMetric(float64(cpu.Nanoseconds())/float64(steps), "cpu-ns/event")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(steps), "allocs/event")
}

// BenchmarkTrain is a fleet of three servers through a whole deploy train, explored by
// a random walk, as in a campaign, and sampled.
func BenchmarkTrain(b *testing.B) {
	params := map[string]int64{"servers": 3, "pages": 3, "tasks": 2, "policy": 0}
	judge := []string{live}
	b.Run("explored", func(b *testing.B) {
		walk := strategy.NewRandomWalk()
		bench(b, TrainWhole(), func(run int) sim.Config {
			walk.Begin(strategy.Info{Seed: uint64(run)})
			return sim.Config{Variant: "v5", Params: params, Judge: judge, Chooser: strategy.Chooser(walk, strategy.Data{})}
		})
	})
	b.Run("sampled", func(b *testing.B) {
		bench(b, TrainWhole(), func(run int) sim.Config {
			return sim.Config{Variant: "v5", Params: params, Judge: judge, Mode: sim.Sampled, Seed: uint64(run)}
		})
	})
}

// fleetOf is a whole train of so many servers.
func fleetOf(servers int) *sim.Scenario {
	return story{
		name: "bench", variants: []string{"v5"}, profiles: rolling(), judged: []string{live},
		world: func(f *fleet, s *setup) {
			s.servers, s.pages, s.tasks = servers, 3, 1
			s.lateServers, s.flips, s.token = true, true, 1
			s.script = func(d *deploy) { d.wholeTrain() }
		},
	}.scenario()
}

// BenchmarkFleet is the same with 3 to 300 servers, sampled: what an event costs must
// not grow with the fleet. It is the same up to 30, and doubles to 300, because what the
// servers need is in no cache any more when their turn comes; BenchmarkTurns of netsim shows
// that by letting them work one after the other.
func BenchmarkFleet(b *testing.B) {
	for _, n := range []int{3, 10, 30, 100, 300} {
		b.Run("servers="+strconv.Itoa(n), func(b *testing.B) {
			bench(b, fleetOf(n), func(run int) sim.Config {
				return sim.Config{
					Params: map[string]int64{"servers": 1, "pages": 1, "tasks": 1, "policy": 0},
					Mode:   sim.Sampled, Seed: uint64(run), Limits: sim.Limits{Steps: 10_000_000, Pending: 100_000, Storm: 10_000_000},
				}
			})
		})
	}
}
