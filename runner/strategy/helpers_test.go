package strategy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

func newWorld(t testing.TB) *sim.World {
	w := sim.NewWorld()
	t.Cleanup(w.Close)
	return w
}

// toy is a world of actors A, B, C, ... with so many writes of one resource each,
// in any order. order is what came of the latest run: an event is called by its
// actor and number, such as A3.
type toy struct {
	scenario *sim.Scenario
	order    []string
}

func newToy(lengths ...int) *toy {
	t := new(toy)
	names := make([][]string, len(lengths))
	for i, k := range lengths {
		for n := range k {
			names[i] = append(names[i], fmt.Sprintf("%c%d", 'A'+i, n))
		}
	}
	t.scenario = &sim.Scenario{
		Name:     "toy",
		Profiles: []*sim.Profile{{Name: "untimed", Step: sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded}}},
		Build: func(w *sim.World) {
			t.order = t.order[:0]
			x := w.Resource("x")
			for i := range lengths {
				a := &actor{t, w.Actor(string(rune('A' + i))), w.Label("e"), x, names[i]}
				a.arm()
			}
		},
	}
	return t
}

type actor struct {
	toy   *toy
	proc  *sim.Proc
	label sim.Label
	x     sim.Resource
	names []string
}

func (a *actor) arm() { a.proc.After(a.label, a.proc.Window(a.label), a, 0) }

// Fire does the next event.
func (a *actor) Fire(w *sim.World, _ int64) {
	w.Write(a.x)
	a.toy.order = append(a.toy.order, a.names[0])
	if a.names = a.names[1:]; len(a.names) > 0 {
		a.arm()
	}
}

// inOrder reports whether these events came in this order.
func (t *toy) inOrder(events ...string) bool {
	for _, e := range t.order {
		if len(events) > 0 && e == events[0] {
			events = events[1:]
		}
	}
	return len(events) == 0
}

// hits runs s on t until bug came up want times, or runs times, and returns how
// often it did.
func hits(tb testing.TB, t *toy, s strategy.Strategy, runs, want int, bug func() bool) (n int) {
	w := newWorld(tb)
	var learned strategy.Learned
	nominal, err := w.Run(t.scenario, sim.Config{})
	require.NoError(tb, err)
	learned.Add(nominal)
	c := strategy.Chooser(s, strategy.Data{})
	for i := range runs {
		s.Begin(strategy.Info{Number: i, Seed: strategy.SeedOf(1, i), Learned: learned})
		_, err := w.Run(t.scenario, sim.Config{Chooser: c})
		require.NoError(tb, err)
		if bug() {
			if n++; n == want {
				return n
			}
		}
	}
	return n
}
