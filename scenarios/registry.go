// Package scenarios holds the scenarios that come with simrun: the tutorial, and
// the races of the four systems in package model. Each file wires one model to a
// world and states what must hold. They are the framework's own regression
// suite, and examples to learn from.
package scenarios

import "github.com/seed-3519b94c/simrun/sim"

// All lists every scenario, in the order in which they are shown.
func All() []*sim.Scenario {
	return []*sim.Scenario{
		TornConfig(),
		HotDrop(),
		HotMapOwed(),
		HotEmptyMap(),
		HotTLAStuck(),
		HotSeedStaleMap(),
	}
}
