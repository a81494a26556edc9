package sim_test

import (
	"runtime/debug"
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// A goroutine is known by its dump as that of a process of its world, and of no other.
func TestOwnsGoroutine(t *testing.T) {
	mine, other := newWorld(t), newWorld(t)
	var dump string
	_, err := mine.Run(build(func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) {
			p.Step("s")
			dump = string(debug.Stack())
		})
	}), sim.Config{})
	require.NoError(t, err)
	require.True(t, mine.OwnsGoroutine(dump), "%s", dump)
	require.False(t, other.OwnsGoroutine(dump))
	require.False(t, mine.OwnsGoroutine(string(debug.Stack())), "of the test itself")
}
