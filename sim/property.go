package sim

import (
	"strings"
	"time"
)

// properties are what a scenario says must hold.
type properties struct {
	always      []alwaysProperty
	obligations []*Obligation
	eventually  []*eventually
	goals       []string
	reached     []bool
	waiting     int // eventualities not yet seen, in calm
	deadlines   int // pending deadline events
	looking     bool
}

type alwaysProperty struct {
	name  string
	check func() error
	ours  bool // not stated by the scenario's author
}

type eventually struct {
	name   string
	within time.Duration
	holds  func() bool
	seen   bool
}

func (ps *properties) reset() {
	ps.always, ps.obligations, ps.eventually = ps.always[:0], ps.obligations[:0], ps.eventually[:0]
	ps.goals, ps.reached = ps.goals[:0], ps.reached[:0]
	ps.waiting, ps.deadlines, ps.looking = 0, 0, false
}

// stated counts what was stated by the scenario's author.
func (ps *properties) stated() int {
	n := len(ps.obligations) + len(ps.eventually) + len(ps.goals)
	for i := range ps.always {
		if !ps.always[i].ours {
			n++
		}
	}
	return n
}

// Always states what must hold after every event: check returns nil, or what is
// wrong. It must only look.
func (w *World) Always(name string, check func() error) {
	if w.judged(name) {
		w.props.always = append(w.props.always, alwaysProperty{name: name, check: check})
	}
}

// Eventually states what must come true within a bound of virtual time after
// calm has begun: when faults have stopped and nothing is late any more. A bound
// of 0 is the time until the world is at rest.
func (w *World) Eventually(name string, within time.Duration, holds func() bool) {
	if !w.judged(name) {
		return
	}
	e := &eventually{name: name, within: within, holds: holds}
	w.props.eventually = append(w.props.eventually, e)
	if w.calm {
		w.await(len(w.props.eventually) - 1)
	}
}

// Sometimes states a goal: something that some run must reach, or the test that
// explores the scenario is vacuous.
//
// Exhaustive search runs one order of each class of orders that differ only in the order of
// events which do not conflict. If whether the goal is reached depends on state that nobody
// declares by Read and Write, it may be reached in an order that is not run: declare what
// the goal looks at, by a Read where it is reached. A goal that an exhausted scenario has
// not reached is out of reach only then.
func (w *World) Sometimes(name string) Goal {
	w.props.goals = append(w.props.goals, name)
	w.props.reached = append(w.props.reached, false)
	return Goal{w, len(w.props.goals) - 1}
}

// Goal is what Sometimes returns.
type Goal struct {
	w *World
	i int
}

// Reached says that the goal was reached in this run.
func (g Goal) Reached() {
	if w := g.w; !w.props.reached[g.i] {
		w.props.reached[g.i] = true
		w.Level(len(w.levels) + 1)
	}
}

// Level says how near a run has come to something rare, by a number that rises: so
// many of the conditions for it have come together. Splitting, which estimates how
// often it happens, goes on from where a level was reached. Reaching a goal for the
// first time is a level too.
func (w *World) Level(n int) {
	const most = 1000
	for len(w.levels) < min(n, most) {
		w.levels = append(w.levels, w.steps)
	}
}

// check evaluates what must hold after an event.
func (ps *properties) check(w *World) {
	for i := range ps.always {
		a := &ps.always[i]
		if err := guard(w, a.name, a.check); err != nil {
			if w.track != nil && !a.ours {
				w.track.Broken(a.name)
				continue
			}
			w.Fail(a.name, "", "%v", err)
			return
		}
	}
}

// guard evaluates a property; a panic in it is a mistake of the scenario.
func guard[T any](w *World, name string, f func() T) T {
	defer func() {
		if r := recover(); r != nil {
			if m, ok := r.(misuse); ok {
				panic(m)
			}
			at := ""
			if site := panicSite(); site != "" {
				at = " at " + site
			}
			w.misuse("property %q panicked%s: %v", name, at, r)
		}
	}()
	return f()
}

// Calm ends the storm: from here on there are no faults, every window is its
// nominal value, and events happen in nominal order, so that everything that
// can run does. Bounds count from here. It begins by itself when the world is at
// rest, or after Limits.Storm events. Calling it again does nothing.
func (w *World) Calm() {
	if w.calm {
		return
	}
	w.calm = true
	if w.cur.id != 0 {
		w.everything()
	}
	if w.rec != nil {
		w.rec.calm()
	}
	for _, o := range w.props.obligations {
		for _, k := range o.open {
			o.deadline(k)
		}
	}
	for i := range w.props.eventually {
		w.await(i)
	}
}

// deadlineLabel is the label of the event at the end of a bound.
func (w *World) deadlineLabel(property string) Label {
	return w.Label(inLabel.Replace(property) + ".deadline")
}

// inLabel replaces what a label must not have.
var inLabel = strings.NewReplacer(":", ".", "\n", " ")

// await begins to wait for an eventuality.
func (w *World) await(i int) {
	ps := &w.props
	if ps.waiting++; ps.waiting == 1 && !ps.looking {
		ps.looking = true
		ps.always = append(ps.always, alwaysProperty{name: "eventually", ours: true, check: ps.look(w)})
	}
	if e := ps.eventually[i]; e.within > 0 {
		cur := w.cur
		w.cur.proc = w.procs[0]
		w.arm(w.procs[0], w.deadlineLabel(e.name), Exactly(e.within), ps, int64(i))
		w.cur = cur
		ps.deadlines++
	}
}

// look notes which eventualities have come true.
func (ps *properties) look(w *World) func() error {
	return func() error {
		for _, e := range ps.eventually {
			if !e.seen && guard(w, e.name, e.holds) {
				e.seen = true
				ps.waiting--
			}
		}
		return nil
	}
}

// Fire is the deadline of an eventuality.
func (ps *properties) Fire(w *World, arg int64) {
	ps.deadlines--
	if e := ps.eventually[arg]; !e.seen && !guard(w, e.name, e.holds) {
		w.Fail(e.name, "not reached", "did not come true within %v of calm", e.within)
	}
}

// rest is called when only background processes have something to do. It
// reports whether the run is over.
func (w *World) rest() bool {
	w.Calm()
	if w.props.waiting > 0 {
		w.props.look(w)() //nolint:errcheck // it never fails
	}
	open, bounded := w.owed()
	if open == "" && !bounded {
		w.deadlocked()
		return true
	}
	// What has a bound may still be saved by a background process.
	if bounded && len(w.pending.keys) > w.props.deadlines {
		return false
	}
	if open == "" {
		open = w.owedBounded()
	}
	name, what, _ := strings.Cut(open, "\x00")
	w.Fail(name, "not closed", "%s, and the world is at rest", what)
	if graph := w.waitFor(); graph != "" {
		w.verdict = Deadlock
		w.failure.WaitFor = graph
	}
	return true
}

// owed names the first thing without a bound that is still open, and reports
// whether there is one with a bound.
func (w *World) owed() (name string, bounded bool) {
	for _, o := range w.props.obligations {
		if len(o.open) == 0 {
			continue
		}
		if o.within > 0 {
			bounded = true
		} else if name == "" {
			name = o.name + "\x00" + o.say(o.open[0].key) + " was not closed"
		}
	}
	for _, e := range w.props.eventually {
		if e.seen {
			continue
		}
		if e.within > 0 {
			bounded = true
		} else if name == "" {
			name = e.name + "\x00did not come true"
		}
	}
	return name, bounded
}

func (w *World) owedBounded() string {
	for _, o := range w.props.obligations {
		if len(o.open) > 0 {
			return o.name + "\x00" + o.say(o.open[0].key) + " was not closed"
		}
	}
	for _, e := range w.props.eventually {
		if !e.seen {
			return e.name + "\x00did not come true"
		}
	}
	return ""
}

// waitFor lists the processes that are blocked for good: who waits for what,
// and who holds it.
func (w *World) waitFor() string {
	var b strings.Builder
	for _, p := range w.procs {
		if p.wait.list == nil || p.background {
			continue
		}
		b.WriteString(p.waitsFor())
	}
	return b.String()
}
