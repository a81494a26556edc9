// Package runner explores scenarios, and makes what it finds small, replayable
// and permanent.
//
//	report, err := runner.Explore(ctx, runner.Options{Scenario: s, Variant: "V1", Runs: 10_000})
//	for _, f := range report.Failures {
//		f.Minimal                        // the smallest story, as a sim.Trace
//		runner.SaveSim("testdata/simrun", f.Minimal)
//	}
//	replayed, err := runner.Replay(runner.Options{Scenario: s}, trace, false)
//
// # Catalogue
//
//   - [Explore]: many schedules on several workers; a [Report] of what was found
//     that does not depend on their number.
//   - [Minimise]: the same failure, smaller.
//   - [Replay]: one schedule again, with a verdict.
//   - [WriteSim], [ReadSim], [SaveSim], [LoadSim], [Regressions]: traces as text.
//   - Package strategy: what picks the next event. Package store: traces in SQLite.
//     Package simtest: scenarios under go test. Package cli: the command.
package runner
