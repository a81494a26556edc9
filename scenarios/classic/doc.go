// Package classic holds the small concurrent programs on which strategies are measured
// and compared: those of SCTBench, a few with an order that a strategy hits with a
// known probability, and each with a variant in which the bug is corrected, which no
// strategy may blame.
//
// Their worlds are untimed: everything that can happen may happen next, so that what is
// measured is the strategy. An event is one access, a lock is free or it is not, and
// where main spawns the others it does so in order, one event each: without that, the
// toys are trivial. The toys of the table have no start and exit events: with them
// reorder-5 takes a random walk 73 schedules instead of 134. [Reorder] and the other
// builders make them of any size.
//
//	report, err := runner.Explore(ctx, runner.Options{Scenario: classic.Reorder(10, 0, true)})
//
// The table of how often each strategy hits each toy is measured by
//
//	go test ./scenarios/classic -run Table -schedules 100000 -timeout 2h -v
//
// how many trials of each strategy from a cold start find the bug, and when, by
//
//	go test ./scenarios/classic -run xxx -bench Trials -benchtime 1x -timeout 2h
//
// and that no corrected toy fails, in a million schedules or as many as one likes, by
//
//	go test ./scenarios/classic -run CorrectedToysHold -schedules 1000000 -v
package classic
