// Package recycle has the scenarios of a prerender fleet that must learn of a new
// shell: package model/recycle, wired to a network, a balancer, deploys and clients.
// One file a story or a small family of them, and beside them what they share: the
// world, deploys, windows, ghost state.
package recycle

import "github.com/seed-3519b94c/simrun/sim"

// All lists the scenarios of the fleet, in the order in which they are shown.
func All() []*sim.Scenario {
	return []*sim.Scenario{
		StalePage(),
		FreshHint(),
		Baseline(),
		SeedSplit(),
		Harness(),
		WrongTarget(),
		Train(),
		TrainLateStart(),
		JobGate(),
		ManagerRestart(),
		TokenMidway(),
		TokenTrim(),
		TrainWhole(),
		TrainLostToken(),
		TrainCrash(),
		TrainCut(),
		HookTarget(),
		ConfOnly(),
		BaseIndex(),
		TwoManagers(),
		LateReply(),
		JoinRestart(),
		Rollback(),
		HalfFailure(),
		Capacity(),
		Pool(),
		TokenBytes(),
		Sigterm(),
		Clock(),
		BadRender(),
	}
}
