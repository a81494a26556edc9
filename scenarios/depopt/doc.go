// Package depopt has the scenarios of dependency re-optimization across linked server
// environments (RedwoodSDK #832 on Vite): package model/depopt, wired to a world. One
// file for each of the scenarios or a small family of them, and beside them what they
// share: the world, scripts of clients, windows, ghost state, the expected matrix.
package depopt

import "github.com/seed-3519b94c/simrun/sim"

// All lists the scenarios, those with known verdicts first.
func All() []*sim.Scenario {
	return []*sim.Scenario{
		Lone(), ClientBasic(), ClientLazy(), Ghost(), Desync(), Inflight(), Bridge(), Reimport(), ReimportStatic(),
		State(), Effects(), Toctou(), Alias(), BundleError(),
		Halves(), OrderSSR(), OrderBridge(), Policy(), Placement(), PositionBridge(), Noise(), Cascade(), Crowd(),
		ReoptTwice(), HookLatency(), Pair(), Burst(), Early(), LostSSR(), LostBridge(), SlowHot(),
	}
}
