package sim_test

import (
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// What was armed and taken back while the world was built does not bind the times of
// the run.
func TestCancelInTheSetUp(t *testing.T) {
	s := &sim.Scenario{Name: "test/cancel", Build: func(w *sim.World) {
		a := w.Actor("A")
		w.Cancel(a.After(w.Label("early"), sim.Exactly(time.Second), fired(func() {}), 0))
		a.After(w.Label("late"), sim.Exactly(2*time.Second), fired(func() {}), 0)
	}}
	w := sim.NewWorld()
	defer w.Close()
	r, err := w.Run(s, sim.Config{Record: true})
	require.NoError(t, err)
	require.Equal(t, 2*time.Second, r.Trace.Events[0].Time)
}

type fired func()

// Fire calls it.
func (f fired) Fire(*sim.World, int64) { f() }
