// Package hotreload has the scenarios of Bun's hot reload: package model/hotreload,
// wired to a disk, a watcher and an event loop. One file a scenario or a small family
// of them, and beside them what they share:
//
//   - world.go, switches.go: the runtime, its disk and its writer; what is drawn and
//     what can be pinned.
//   - programs.go, source.go: what modules do, and the language they are written in.
//   - writers.go: how a file is saved, how often, and how fast one save follows another.
//   - driver.go: upstream's own tests, which read standard error and save again.
//   - facts.go and facts_*.go: ghost state, and the properties made of it.
//   - profiles.go: how long everything takes.
//   - expect.go: the expected verdicts as data.
//
// FINDINGS.md says what exploration showed.
//
// # What is left out
//
// `--watch` mode, in which a request replaces the process: there is no queue and no
// generation to get wrong. Workers and plugins. The transpile cache is not a file but a
// parameter, for whether it hits is decided by runs before this one. Bun's pool has as
// many transpiler threads as the machine has cores; here it has two.
package hotreload

import "github.com/seed-3519b94c/simrun/sim"

// All lists the scenarios of hot reload, in the order in which they are shown: the
// races of pull requests first, then those of platforms and test drivers.
func All() []*sim.Scenario {
	return []*sim.Scenario{
		Drop(), MapOwed(), EmptyMap(), EmptyMapHeaderless(),
		StaleInode(), UnwatchedMain(), UnwatchedImport(),
		TLAStuck(), TLAStuckVisible(), TLATimer(), TimersDead(), TwoLoads(),
		DoubleEval(), ReadCursor(), WatchGap(), Torn(), TornRename(), FD(), Styles(),
		BeforeExit(), SelfCoalesce(), SeedStaleMap(), SeedGeneration(), SlowAgent(),
		Touch(), Unrelated(),
		KqueueIndex(), KqueueVim(), Overflow(), LateArm(), RefillLimit(), RmRename(),
		Oracle(), OracleLossless(),
	}
}
