// Package startup has the scenarios of RivetKit's pre-emptive start: package
// model/startup, wired to a machine with a port table, event loops, engines and
// clients. One file a story or a small family of them, and beside them what they share:
// the world, its cast, windows, ghost state.
//
// A property is stated in parts where its statement has parts: INV-ERR(b) is part (b)
// of INV-ERR. What the known stories break is in each scenario's Expect, as given by
// the history of upstream; what nobody knew beforehand was measured, and says why.
package startup

import (
	"slices"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim"
)

// All lists the scenarios of the pre-emptive start, in the order in which they are
// shown.
func All() []*sim.Scenario {
	return slices.Concat(
		[]*sim.Scenario{
			Prestart(), PrestartDefaultDev(), AnswerBeforeReady(), DoubleRuntime(), TwoRegistries(),
		},
		ConfigMutations(),
		[]*sim.Scenario{
			CreateFailsConstruct(), CreateFailsRunner(), CreateFailsRunnerEngine(), Blackhole(), PartialStart(), Pool(),
			TwoProcesses(),
		},
		HotReloads(),
		[]*sim.Scenario{EngineAdoptOld(), EngineAdoptTwo(), Worker(), ImportOnly()},
		[]*sim.Scenario{
			SameTick(), HandledFailure(), FailureThenRepair(), ModeConflict(), Sigterm(), LateServer(), StaleMetadata(), Shapes(),
			StartAndHandler(), SlowEngine(),
		},
	)
}

// variants lists the variants of a scenario, r1 first, without those in which it cannot
// happen.
func variants(except ...string) []string {
	out := []string{"r1"}
	for _, v := range model.Variants() {
		if v.Name != "r1" && !slices.Contains(except, v.Name) {
			out = append(out, v.Name)
		}
	}
	return out
}

// ts are the releases with the pre-emptive start, and what was proposed in its place.
func ts() []string { return []string{"r1", "r1b", "r2", "r3", "r3b", "r4", "r1-micro", "r1-gap"} }

// without is vs without some.
func without(vs []string, not ...string) []string {
	var out []string
	for _, v := range vs {
		if !slices.Contains(not, v) {
			out = append(out, v)
		}
	}
	return out
}

// fails says that each of the variants fails in each of the properties.
func fails(vs []string, properties ...string) []sim.Expectation {
	var out []sim.Expectation
	for _, v := range vs {
		out = append(out, sim.Expectation{Variant: v, Fails: properties})
	}
	return out
}

// finding is what exploration found of one or more variants of which nobody knew, and in
// one sentence what makes it so. fails are the properties that it violates, holds those
// that no run violated though others fail; without fails, all hold.
type finding struct {
	variants []string
	fails    []string
	holds    []string
	why      string
}

func (f finding) expect() []sim.Expectation {
	var out []sim.Expectation
	for _, v := range f.variants {
		out = append(out, sim.Expectation{Variant: v, Fails: f.fails, Holds: f.holds, Why: f.why})
	}
	return out
}

// measured is a finding of which only the violations matter.
func measured(vs []string, why string, properties ...string) []sim.Expectation {
	return finding{variants: vs, fails: properties, why: why}.expect()
}

// expect joins expectations.
func expect(parts ...[]sim.Expectation) []sim.Expectation { return slices.Concat(parts...) }

// findings are the expectations of an open scenario.
func findings(fs ...finding) []sim.Expectation {
	var out []sim.Expectation
	for _, f := range fs {
		out = append(out, f.expect()...)
	}
	return out
}

// fixes are the sets of fixes.
func fixes() []string { return []string{"fix-ledger", "fix-all"} }
