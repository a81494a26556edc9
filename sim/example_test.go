package sim_test

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
)

// lostUpdate is two processes that add one to a counter, by a read and a write.
func lostUpdate(w *sim.World) {
	x, counter := 0, w.Resource("counter")
	for _, name := range []string{"A", "B"} {
		w.Process(name, func(p *sim.Proc) {
			p.Step("read")
			w.Read(counter)
			v := x
			p.Step("write")
			w.Write(counter)
			x = v + 1
		})
	}
	w.Eventually("sum", 0, func() bool { return x == 2 })
}

// A world runs a scenario by a chooser. Without one it is the nominal run.
func Example() {
	w := sim.NewWorld()
	defer w.Close()
	s := &sim.Scenario{Name: "tutorial/lost-update", Build: lostUpdate}

	r, err := w.Run(s, sim.Config{Record: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Verdict, "-", r.Failure.Property, r.Failure.Message)
	for i, e := range r.Trace.Events {
		fmt.Println(e.Time, r.Trace.EventName(i))
	}
	// Output:
	// violation - sum did not come true, and the world is at rest
	// 0s A:start#1
	// 0s B:start#1
	// 1µs A:read#1
	// 1µs B:read#1
	// 2µs A:write#1
	// 2µs B:write#1
}

// A Chooser decides which of the enabled events is next. What it decides is
// recorded as deviations from the nominal order.
func ExampleChooser() {
	w := sim.NewWorld()
	defer w.Close()
	s := &sim.Scenario{Name: "tutorial/lost-update", Build: lostUpdate}

	r, err := w.Run(s, sim.Config{Chooser: lastFirst{}, Record: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Verdict)
	for _, d := range r.Trace.Schedule {
		fmt.Println(d)
	}
	// Output:
	// pass
	// hold A:start#1 after B:start#1
	// hold B:read#1 after A:write#1
}

// lastFirst always takes the event that is last in nominal order.
type lastFirst struct{}

func (lastFirst) Choose(p *sim.Point) int { return p.N - 1 }
