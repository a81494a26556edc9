// Package scenarios lists the scenarios that come with simrun: the tutorial, and
// the races of the systems in package model and the toys of the literature, a package each. They are the framework's
// own regression suite, and examples to learn from.
package scenarios

import (
	"slices"

	"github.com/seed-3519b94c/simrun/scenarios/classic"
	"github.com/seed-3519b94c/simrun/scenarios/depopt"
	"github.com/seed-3519b94c/simrun/scenarios/hotreload"
	"github.com/seed-3519b94c/simrun/scenarios/quickstart"
	"github.com/seed-3519b94c/simrun/scenarios/recycle"
	"github.com/seed-3519b94c/simrun/scenarios/startup"
	"github.com/seed-3519b94c/simrun/sim"
)

// All lists every scenario, in the order in which they are shown.
func All() []*sim.Scenario {
	return slices.Concat(
		quickstart.All(),
		hotreload.All(),
		depopt.All(),
		recycle.All(),
		startup.All(),
		classic.All(),
	)
}
