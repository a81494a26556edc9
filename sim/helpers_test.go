package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// newWorld is a world that is closed with the test.
func newWorld(t testing.TB) *sim.World {
	w := sim.NewWorld()
	t.Cleanup(w.Close)
	return w
}

// run runs s once in a world of its own.
func run(t testing.TB, s *sim.Scenario, cfg sim.Config) *sim.Result {
	t.Helper()
	r, err := newWorld(t).Run(s, cfg)
	require.NoError(t, err)
	return r
}

// mistake runs s once and returns what is wrong with it.
func mistake(t *testing.T, s *sim.Scenario, cfg sim.Config) string {
	t.Helper()
	w := newWorld(t)
	_, err := w.Run(s, cfg)
	require.Error(t, err)
	_, err = w.Run(build(func(w *sim.World) { w.Process("A", func(p *sim.Proc) { p.Step("s") }) }), sim.Config{})
	require.NoError(t, err, "the world must be usable after a mistake")
	return err0(w.Run(s, cfg))
}

func err0(_ *sim.Result, err error) string { return err.Error() }

// build is a scenario that consists of one function.
func build(f func(w *sim.World)) *sim.Scenario { return &sim.Scenario{Name: "test", Build: f} }

// untimed is a profile under which every order is possible.
func untimed() *sim.Profile {
	any := sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded}
	return &sim.Profile{Name: "untimed", Step: any, Timer: any, Windows: map[string]sim.Window{"start": {Latest: sim.Unbounded}}}
}

// untimedly is build under the profile untimed.
func untimedly(f func(w *sim.World)) *sim.Scenario {
	return &sim.Scenario{Name: "test", Profiles: []*sim.Profile{untimed()}, Build: f}
}

// story runs s once and tells it.
func story(t *testing.T, s *sim.Scenario, cfg sim.Config) string {
	t.Helper()
	cfg.Record = true
	return tell(run(t, s, cfg).Trace)
}

// tell writes a trace, one line an event.
func tell(t *sim.Trace) string {
	var b strings.Builder
	for _, n := range t.Setup {
		fmt.Fprintf(&b, "%s\n", n)
	}
	for i, e := range t.Events {
		if i == t.Calm {
			fmt.Fprintln(&b, "calm")
		}
		var what []string
		add := func(verb string, list []int32) {
			for _, r := range list {
				what = append(what, verb+" "+t.Resources[r])
			}
		}
		add("reads", e.Reads)
		add("writes", e.Writes)
		for _, o := range e.Outcomes {
			what = append(what, fmt.Sprintf("%v %s = %d", o.Kind, o.Name, o.Value))
		}
		what = append(what, e.Notes...)
		if e.HeldAfter >= 0 {
			what = append(what, "held until after "+t.EventName(int(e.HeldAfter)))
		}
		fmt.Fprintf(&b, "%s\n", strings.TrimRight(fmt.Sprintf("%8v  %-24s %s", e.Nominal, t.EventName(i), strings.Join(what, "; ")), " "))
	}
	fmt.Fprintf(&b, "%v", t.Verdict)
	if t.Verdict != sim.Pass {
		fmt.Fprintf(&b, ": %s: %s\nsignature: %s", t.Failure.Property, t.Failure.Message, t.Signature)
	}
	fmt.Fprintf(&b, "\n%s", t.Failure.WaitFor)
	for _, d := range t.Schedule {
		fmt.Fprintln(&b, d)
	}
	return b.String()
}

// walk is a chooser that takes any alternative, at random.
type walk struct{ rand *sim.Rand }

func randomly(seed uint64) walk { return walk{sim.NewRand(seed)} }

func (c walk) Choose(p *sim.Point) int { return c.rand.IntN(p.N) }

// choose is a chooser made of a function.
type choose func(p *sim.Point) int

func (c choose) Choose(p *sim.Point) int { return c(p) }

// order is a chooser that takes the events in a given order, where they are
// enabled, and of other choices the boring alternative.
type order struct {
	events []sim.EventID
	at     int
	wrong  bool // an event of the order was not enabled
}

func inOrder(t testing.TB, events ...string) *order {
	o := new(order)
	for _, e := range events {
		id, err := sim.ParseEventID(e)
		require.NoError(t, err)
		o.events = append(o.events, id)
	}
	return o
}

func (o *order) Choose(p *sim.Point) int {
	if p.Kind != sim.KindSchedule || o.at >= len(o.events) {
		return 0
	}
	for i, a := range p.Enabled {
		if a.ID == o.events[o.at] {
			return i
		}
	}
	o.wrong = true
	return 0
}

func (o *order) Began(*sim.World) { o.at, o.wrong = 0, false }

func (o *order) Fired(id sim.EventID) {
	if o.at < len(o.events) && o.events[o.at] == id {
		o.at++
	}
}

// tally is what all runs of a scenario come to.
type tally struct {
	orders, classes int
	signatures      map[string]int
}

// exhaust runs every order of s. seen, if not nil, is shown every run, recorded.
func exhaust(t testing.TB, s *sim.Scenario, seen func(*sim.Result)) tally {
	t.Helper()
	w, e := newWorld(t), strategy.NewExhaustive(nil)
	classes := make(map[uint64]bool)
	sum := tally{signatures: make(map[string]int)}
	for more := true; more; more = e.Next() {
		r, err := w.Run(s, sim.Config{Chooser: e, Record: seen != nil})
		require.NoError(t, err)
		sum.orders++
		sum.signatures[r.Signature()]++
		classes[r.Fingerprint] = true
		if seen != nil {
			seen(r)
		}
		require.Less(t, sum.orders, 1_000_000, "too many orders")
	}
	sum.classes = len(classes)
	return sum
}
