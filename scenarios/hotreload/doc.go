// Package hotreload has the scenarios of Bun's hot reload: package model/hotreload,
// wired to a disk, a watcher and an event loop. One file a scenario, and beside
// them what they share: the world, module programs, windows, ghost state.
package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// All lists the scenarios of hot reload, in the order in which they are shown.
func All() []*sim.Scenario {
	return []*sim.Scenario{
		Drop(),
		MapOwed(),
		EmptyMap(),
		TLAStuck(),
		SeedStaleMap(),
	}
}
