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
// # Environment
//
//	SIMRUN_RUNS      schedules per draw of parameters (default 100; 20 with -short)
//	SIMRUN_SEED      seed of the schedules (default 0)
//	SIMRUN_STRATEGY  strategy (default portfolio)
//	SIMRUN_WORKERS   workers (default GOMAXPROCS); what is found does not depend on it
//
// The number of draws is rapid's -rapid.checks.
package simtest
