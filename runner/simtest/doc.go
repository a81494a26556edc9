// Package simtest runs scenarios under go test.
//
//	func TestScenarios(t *testing.T) {
//		for _, s := range scenarios.All() {
//			t.Run(s.Name, func(t *testing.T) { simtest.Check(t, s, simtest.Config{}) })
//		}
//	}
//
// Each variant of the scenario is a subtest. First the kept regressions are
// replayed: the .sim files of the scenario below testdata/simrun. Then rapid
// draws the scenario's parameters, and for each draw our own explorer looks
// through schedules. A failure that is not expected is made small, written to
// testdata/simrun, and told: commit the file, and it is replayed from then on.
//
// # Which failures are expected
//
// A scenario says in Expect which variants are broken, and in what property. A
// broken variant passes its test when that failure is found, and fails when it
// is not: a test that could never fail tests nothing. For the same reason a
// scenario whose Sometimes goals no run reaches fails as vacuous.
//
// # Flags
//
// Each flag of go test has a twin in the environment, and counts more than it; both count
// more than Config.
//
//	-simrun.runs      SIMRUN_RUNS      schedules per draw of parameters (default 100; 20 with -short)
//	-simrun.seed      SIMRUN_SEED      seed of the schedules (default 0)
//	-simrun.strategy  SIMRUN_STRATEGY  strategy (default portfolio)
//	-simrun.workers   SIMRUN_WORKERS   workers (default GOMAXPROCS); what is found does not depend on it
//	-simrun.profile   SIMRUN_PROFILE   profile of the machine (default: the scenario's first)
//	-simrun.variant   SIMRUN_VARIANT   the only variant to check
//	-simrun.whole     SIMRUN_WHOLE     what [Whole] answers (default false)
//
// A failure is an attribute of its test (simrun.trace, simrun.signature), and its story is
// among the artifacts (go test -artifacts). [Fuzz] lets Go's fuzzer choose the schedule.
//
// The number of draws is rapid's -rapid.checks.
package simtest
