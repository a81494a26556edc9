package runner_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
)

// An address in what a failure says differs from run to run, and is no state outside of the
// world: what is reported says so.
func TestAddressesInFailures(t *testing.T) {
	type order struct{ id *int }
	for name, fails := range map[string]func(w *sim.World, o order){
		"a panic":                func(_ *sim.World, o order) { panic(fmt.Sprintf("no such order: %v", o)) },
		"the facts of a failure": func(w *sim.World, o order) { w.Fail("orders", fmt.Sprintf("%v", o), "lost") },
	} {
		for how, o := range map[string]runner.Options{
			"in every run":  {Runs: 300},
			"in some runs":  {Runs: 300, Variant: "some"},
			"in a few runs": {Runs: 20, Variant: "some", Strategy: "random", Seed: 3},
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				s := two(func(*sim.World) {}, func(w *sim.World, bFirst bool) {
					if w.Variant() != "some" || bFirst {
						fails(w, order{new(int)})
					}
				})
				s.Variants = []string{"all", "some"}
				said := leaksOf(t, s, o)
				require.Len(t, said, 1)
				require.Contains(t, said[0], "The two differ in an address only, which is another one whenever memory is allocated: ")
				require.NotContains(t, said[0], "outside of its world")
			})
		}
	}
}
