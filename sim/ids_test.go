package sim_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// names lists the events of one run of s, sorted.
func names(t *testing.T, s *sim.Scenario, c sim.Chooser) []string {
	tr := run(t, s, sim.Config{Chooser: c, Record: true}).Trace
	var all []string
	for i := range tr.Events {
		all = append(all, tr.EventName(i))
	}
	slices.Sort(all)
	return all
}

// family is a world whose processes make processes, which arm events of an actor
// that they share.
func family(w *sim.World) {
	shared := &scriptRun{ops("K", "+k"), w.Actor("K")}
	arm := func() { shared.arm(w, 0) }
	for _, name := range []string{"A", "B"} {
		w.Process(name, func(p *sim.Proc) {
			for range 2 {
				p.Step("work")
				arm()
				w.Process("child", func(p *sim.Proc) {
					p.Step("work")
					arm()
				})
			}
		})
	}
}

// An event is named after its process, its label and its count, the processes
// made during the run after the event that made them, and the events that others
// arm after who arms them. So an event has the same name in every order.
func TestNamesDoNotDependOnTheOrder(t *testing.T) {
	s := untimedly(family)
	want := names(t, s, nil)
	require.Equal(t, []string{
		"A:start#1", "A:work#1", "A:work#1/child:start#1", "A:work#1/child:work#1",
		"A:work#2", "A:work#2/child:start#1", "A:work#2/child:work#1",
		"B:start#1", "B:work#1", "B:work#1/child:start#1", "B:work#1/child:work#1",
		"B:work#2", "B:work#2/child:start#1", "B:work#2/child:work#1",
		"K:e0@A#1", "K:e0@A#2", "K:e0@A.work#1/child#1", "K:e0@A.work#2/child#1",
		"K:e0@B#1", "K:e0@B#2", "K:e0@B.work#1/child#1", "K:e0@B.work#2/child#1",
	}, want)
	for seed := range uint64(200) {
		require.Equal(t, want, names(t, s, randomly(seed)))
	}
}

// A process that has nothing to do with the others does not rename their events:
// a schedule recorded without it can be replayed with it.
func TestNamesDoNotDependOnStrangers(t *testing.T) {
	stranger := func(name string) func(w *sim.World) {
		return func(w *sim.World) {
			w.Process(name, func(p *sim.Proc) {
				p.Step("work")
				p.Step("work")
			})
		}
	}
	for name, f := range map[string]func(w *sim.World){
		"first": func(w *sim.World) { stranger("Z")(w); family(w) },
		"last":  func(w *sim.World) { family(w); stranger("Z")(w) },
	} {
		got := names(t, untimedly(f), randomly(7))
		for _, n := range names(t, untimedly(family), nil) {
			require.Contains(t, got, n, name)
		}
	}
}

// The name is all there is to an ID.
func TestIDsAreComputedFromNames(t *testing.T) {
	s := untimedly(family)
	for seed := range uint64(20) {
		tr := run(t, s, sim.Config{Chooser: randomly(seed), Record: true}).Trace
		for _, d := range tr.Schedule {
			id, err := sim.ParseEventID(d.Name)
			require.NoError(t, err)
			require.Equal(t, d.Event, id, d.Name)
			parsed, err := sim.ParseDeviation(d.String())
			require.NoError(t, err)
			require.Equal(t, d, parsed)
		}
	}
}

// Two processes of one name would have the same events.
func TestProcessNamesAreUnique(t *testing.T) {
	twice := func(w *sim.World) {
		w.Actor("A")
		w.Process("A", func(*sim.Proc) {})
	}
	require.Equal(t, `scenario "test": process "A": there is one of that name already`, mistake(t, build(twice), sim.Config{}))
	inRun := func(w *sim.World) {
		w.Process("A", func(*sim.Proc) {
			for range 2 {
				w.Process("child", func(*sim.Proc) {})
			}
		})
	}
	require.Equal(t, `scenario "test": process "A:start#1/child": there is one of that name already`, mistake(t, build(inRun), sim.Config{}))
}

// Draws and faults have names of their own.
func TestNamesOfChoices(t *testing.T) {
	s := build(func(w *sim.World) {
		w.Draw().Int("n", 0, 3)
		w.Draw().Pick("color", "red", "green")
		w.Draw().Bool("hot")
		w.Process("A", func(p *sim.Proc) {
			for range 2 {
				p.Step("s")
				w.Fault("crash")
			}
			w.Draw().Int("m", 1, 2)
		})
	})
	last := choose(func(p *sim.Point) int { return p.N - 1 })
	tr := run(t, s, sim.Config{Chooser: last, Record: true}).Trace
	require.Equal(t, `[draw world:n#1 = 3 draw world:color#1 = 1 draw world:hot#1 = 1 fault A:crash#1 = 1 fault A:crash#2 = 1 draw A:m#1 = 2]`,
		fmt.Sprint([]sim.Deviation(tr.Schedule)))
	require.Equal(t, `[{n 3  0 3} {color 1 green 0 1} {hot 1 true 0 1} {m 2  1 2}]`, fmt.Sprint(tr.Params))
	require.Equal(t, sim.DrawID("n"), tr.Schedule[0].Event)
}
