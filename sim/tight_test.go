package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
)

// A tight profile has windows where they are asked for and nowhere else, and leaves the
// profile that it is made from as it was.
func TestTight(t *testing.T) {
	wide, late := sim.Micros(1, 10, 100), sim.Micros(2, 20, 200)
	p := &sim.Profile{Name: "laptop", Windows: map[string]sim.Window{"A:read": wide, "write": late}, Step: wide, Timer: late, HoldOneIn: 3}
	require.Equal(t, &sim.Profile{
		Name:    "tight",
		Windows: map[string]sim.Window{"A:read": sim.Exactly(wide.Nominal), "write": late},
		Step:    sim.Exactly(wide.Nominal), Timer: sim.Exactly(late.Nominal),
	}, p.Tight("write"))
	require.Equal(t, wide, p.Windows["A:read"])
}
