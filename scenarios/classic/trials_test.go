package classic_test

import (
	"context"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/scenarios/classic"
)

// BenchmarkTrials is the protocol of SCTBench: 20 trials of each strategy on each toy
// from a cold start, of 10,000 schedules at most. It reports in how many the bug was
// found, after how many schedules on average where it was, and distinct classes per
// 1,000 schedules. Run it with -benchtime 1x.
func BenchmarkTrials(b *testing.B) {
	for _, s := range classic.All() {
		for _, name := range strategy.Names() {
			if name == "default" || strings.HasPrefix(name, "exhaustive") {
				continue // one run, and as many as there are
			}
			b.Run(s.Name+"/"+name, func(b *testing.B) {
				const trials = 20
				found, sum, runs, classes := 0, 0, 0, 0
				for b.Loop() {
					found, sum, runs, classes = 0, 0, 0, 0
					for seed := range uint64(trials) {
						r, err := runner.Explore(context.Background(), runner.Options{
							Scenario: s, Variant: classic.Broken, Strategy: name, Seed: seed, Runs: 10_000, StopAtFirst: true, Minimise: -1,
						})
						if err != nil {
							b.Fatal(err)
						}
						runs += r.Runs
						classes += r.Classes
						if len(r.Failures) > 0 {
							found++
							sum += r.Failures[0].Run
						}
					}
				}
				b.ReportMetric(float64(found), "found/20")
				b.ReportMetric(float64(sum)/float64(max(found, 1)), "schedules/found")
				b.ReportMetric(1000*float64(classes)/float64(runs), "classes/1000")
			})
		}
	}
}
