package sim_test

import (
	"fmt"
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// handlerFunc is a handler that is a function.
type handlerFunc func()

func (f handlerFunc) Fire(*sim.World, int64) { f() }

// A handler may kill the process on whose stack it happens to run, because the process
// has just asked for the next event, and start it again at once.
func TestHandlerKillsWhoCalledIt(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprint("restart ", restart), func(t *testing.T) {
			var said []string
			r := runOnce(t, func(w *sim.World) {
				said = said[:0]
				actor := w.Actor("power")
				victim := w.Process("victim", func(p *sim.Proc) {
					defer func() { said = append(said, fmt.Sprint("deferred ", p.Life(), " ", p.Dying())) }()
					p.Step("one")
					said = append(said, fmt.Sprint("one ", p.Life()))
					p.Sleep("long", 10*ms)
					said = append(said, fmt.Sprint("two ", p.Life()))
				})
				actor.After(w.Label("off"), sim.Exactly(5*ms), handlerFunc(func() {
					victim.Kill()
					victim.Kill()
					said = append(said, fmt.Sprint("alive ", victim.Alive()))
					if restart {
						victim.Restart()
					}
				}), 0)
				actor.After(w.Label("after"), sim.Exactly(6*ms), handlerFunc(func() { said = append(said, "after") }), 0)
			})
			require.Equal(t, sim.Pass, r.Verdict, "%+v", r.Failure)
			if restart {
				require.Equal(t, []string{"one 1", "alive false", "deferred 1 true", "one 2", "after", "two 2", "deferred 2 false"}, said)
			} else {
				require.Equal(t, []string{"one 1", "alive false", "deferred 1 true", "after"}, said)
			}
		})
	}
}

// A process that ends itself may be started again by the next event.
func TestSelfKillAndRestart(t *testing.T) {
	var said []string
	r := runOnce(t, func(w *sim.World) {
		said = said[:0]
		actor := w.Actor("keeper")
		var victim *sim.Proc
		victim = w.Process("victim", func(p *sim.Proc) {
			said = append(said, fmt.Sprint("life ", p.Life()))
			if p.Life() < 3 {
				actor.After(w.Label("again"), sim.Window{}, handlerFunc(func() { victim.Restart() }), 0)
				p.Kill()
			}
			said = append(said, "done")
		})
	})
	require.Equal(t, sim.Pass, r.Verdict, "%+v", r.Failure)
	require.Equal(t, []string{"life 1", "life 2", "life 3", "done"}, said)
}

func runOnce(t *testing.T, b func(w *sim.World)) *sim.Result {
	t.Helper()
	r, err := newWorld(t).Run(build(b), sim.Config{})
	require.NoError(t, err)
	return r
}
