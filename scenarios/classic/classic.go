package classic

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// The variants of every scenario here: with its bug, and corrected.
const (
	Broken = "broken"
	Fixed  = "fixed"
)

// property is what every scenario here states, unless it comes to rest too early:
// then it is stuck.
const (
	property = "holds"
	finished = "every thread comes to its end"
)

// untimed lets everything that is pending happen at any time: every order is
// possible, and the nominal one is round robin.
func untimed() *sim.Profile {
	return &sim.Profile{
		Name: "untimed",
		Step: sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded},
	}
}

// toy makes a scenario of a program in its two variants. build is called once for
// each.
func toy(name, doc, fails string, build func(fixed bool) *program) *sim.Scenario {
	broken, fixed := build(false), build(true)
	return &sim.Scenario{
		Name:       "classic/" + name,
		Doc:        doc,
		Variants:   []string{Broken, Fixed},
		Profiles:   []*sim.Profile{untimed()},
		Properties: []sim.PropertyDoc{{Name: fails, Doc: doc}},
		Expect:     []sim.Expectation{{Variant: Broken, Fails: []string{fails}}},
		Build: func(w *sim.World) {
			p := broken
			if w.Variant() == Fixed {
				p = fixed
			}
			load(w, w.Variant(), p)
		},
	}
}

// All lists the scenarios that the strategies are measured with.
func All() []*sim.Scenario {
	return []*sim.Scenario{
		Reorder(5, 0, true), Reorder(10, 0, true), Reorder(20, 0, true), Reorder(10, 4, true), Reorder(20, 4, true),
		TwoStage(3, 4, true), TwoStage(20, 4, true),
		Uneven(25),
		Philosophers(7, 0, false), Philosophers(7, 4, true),
		Calibration(1), Calibration(2), Calibration(3),
		Bluetooth(), Stack(), WrongLock(), Account(), Lazy(), LazyInit(), TokenRing(), WorkStealing(),
	}
}
