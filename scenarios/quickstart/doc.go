// Package quickstart has the tutorial: the scenario that the README builds.
package quickstart

import "github.com/seed-3519b94c/simrun/sim"

// All lists the scenarios of the tutorial.
func All() []*sim.Scenario { return []*sim.Scenario{TornConfig()} }
