// Package classic holds the small concurrent programs on which strategies are measured
// and compared: those of SCTBench, a few with an order that a strategy hits with a
// known probability, and each with a variant in which the bug is corrected, which no
// strategy may blame.
//
// Their worlds are untimed: everything that can happen may happen next, so that what is
// measured is the strategy. An event is one access, a lock is free or it is not, and
// where main spawns the others it does so in order, one event each: without that, the
// toys are trivial. [Reorder] and the other builders make them of any size.
//
//	report, err := runner.Explore(ctx, runner.Options{Scenario: classic.Reorder(10, 0, true)})
//
// The table of how often each strategy hits each toy is measured by
//
//	go test ./scenarios/classic -run Table -schedules 100000 -timeout 30m -v
package classic
