package timed_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/timed"
)

// program is a small world for the oracles: what is done in the set-up, place 0,
// and when event e fires, place e+1. Each event is armed in one place only.
type program struct {
	windows [][3]int64 // earliest, nominal, latest
	places  [][]action
}

type action struct {
	do    string // arm, armAt, cancel, mark, drop, ask, read
	event int
	place int   // whose mark
	d     int64 // of ask
}

func drawProgram(t *rapid.T) *program {
	n := rapid.IntRange(1, 5).Draw(t, "events")
	p := &program{places: make([][]action, n+1)}
	for e := range n {
		a := rapid.Int64Range(0, 3).Draw(t, "earliest")
		b := rapid.Int64Range(a, min(a+2, 4)).Draw(t, "latest")
		p.windows = append(p.windows, [3]int64{a, rapid.Int64Range(a, b).Draw(t, "nominal"), b})
		place := rapid.IntRange(0, e).Draw(t, "armed at")
		do := action{do: "arm", event: e}
		if rapid.IntRange(0, 2).Draw(t, "from a mark") == 0 {
			do = action{do: "armAt", event: e, place: rapid.IntRange(0, e).Draw(t, "mark")}
		}
		p.places[place] = append(p.places[place], do)
	}
	for place := range p.places {
		for range rapid.IntRange(0, 2).Draw(t, "more") {
			do := action{do: rapid.SampledFrom([]string{"mark", "mark", "mark", "cancel", "drop", "ask", "ask", "read"}).Draw(t, "do")}
			do.event = rapid.IntRange(0, n-1).Draw(t, "event")
			do.place = rapid.IntRange(0, place).Draw(t, "place")
			do.d = rapid.Int64Range(0, 5).Draw(t, "d")
			p.places[place] = append(p.places[place], do)
			if do.do == "mark" { // first thing of the place, so that others of the place may use it
				slices.Reverse(p.places[place])
			}
		}
	}
	return p
}

// node is a moment between two events, told apart by everything that was
// observable until then.
type node struct {
	now     []int64 // each with the same index: one timing
	since   [][]int64
	due     [][]int64
	enabled map[int]bool
}

// concrete is a world in which every event knows its instant.
type concrete struct {
	p       *program
	nodes   map[string]*node
	now     int64
	due     []int64 // -1: not armed
	pending []bool
	marks   []int64 // by place; -1: none
}

func newConcrete(p *program) *concrete {
	c := &concrete{p: p, nodes: map[string]*node{}}
	for range p.windows {
		c.due, c.pending = append(c.due, -1), append(c.pending, false)
	}
	for range p.places {
		c.marks = append(c.marks, -1)
	}
	return c
}

func (c *concrete) copy() *concrete {
	d := *c
	d.due, d.pending, d.marks = slices.Clone(c.due), slices.Clone(c.pending), slices.Clone(c.marks)
	return &d
}

// act does the actions of a place from the i-th on, then goes on with all events
// that may be next.
func (c *concrete) act(place, i int, trace string) {
	if i == len(c.p.places[place]) {
		c.settle(trace)
		return
	}
	a := c.p.places[place][i]
	switch a.do {
	case "arm", "armAt":
		w, ref, kind := c.p.windows[a.event], c.now, "arm"
		if a.do == "armAt" && c.marks[a.place] >= 0 {
			ref, kind = c.marks[a.place], "at"
			if c.now-ref > w[2] {
				w, ref, kind = [3]int64{}, c.now, "over"
			}
		}
		for t := max(c.now, ref+w[0]); t <= ref+w[2]; t++ {
			d := c.copy()
			d.due[a.event], d.pending[a.event] = t, true
			d.act(place, i+1, fmt.Sprintf("%s %s%d", trace, kind, a.event))
		}
		return
	case "cancel":
		c.pending[a.event] = false
	case "mark":
		c.marks[place] = c.now
	case "drop":
		c.marks[a.place] = -1
	case "ask":
		if c.marks[a.place] >= 0 {
			trace += fmt.Sprintf(" ask:%v", c.now-c.marks[a.place] >= a.d)
		}
	case "read":
		trace += fmt.Sprintf(" read:%d", c.now)
	}
	c.act(place, i+1, trace)
}

func (c *concrete) settle(trace string) {
	n := c.nodes[trace]
	if n == nil {
		n = &node{enabled: map[int]bool{}, since: make([][]int64, len(c.marks))}
		c.nodes[trace] = n
	}
	n.now, n.due = append(n.now, c.now), append(n.due, c.due)
	for i, m := range c.marks {
		if m >= 0 {
			n.since[i] = append(n.since[i], c.now-m)
		}
	}
	first := int64(1 << 60)
	for e, is := range c.pending {
		if is {
			first = min(first, c.due[e])
		}
	}
	for e, is := range c.pending {
		if is && c.due[e] == first {
			n.enabled[e] = true
			d := c.copy()
			d.now, d.pending[e] = first, false
			d.act(e+1, 0, fmt.Sprintf("%s fire%d", trace, e))
		}
	}
}

// symbolic is the same world on a State, with the record of the run.
type symbolic struct {
	t       require.TestingT
	p       *program
	nodes   map[string]*node
	visited map[string]bool
	s       *timed.State
	vars    []timed.Var // by event; 0: not pending
	marks   []timed.Var // by place; 0: none
	rec     record
	onNode  func(trace string, n *node, r *record)
}

// record is a timed.Run in the making.
type record struct {
	run  timed.Run
	of   []int // index in run.Events of an event; -1: not armed
	last int   // index in run.Events of the last fired event
}

func newSymbolic(t require.TestingT, p *program, nodes map[string]*node) *symbolic {
	y := &symbolic{t: t, p: p, nodes: nodes, visited: map[string]bool{}, s: new(timed.State), rec: record{last: -1}}
	y.s.Reset()
	y.vars, y.marks = make([]timed.Var, len(p.windows)), make([]timed.Var, len(p.places))
	for range p.windows {
		y.rec.of = append(y.rec.of, -1)
	}
	return y
}

func (y *symbolic) copy() *symbolic {
	z := *y
	z.s, z.vars, z.marks = y.s.Clone(), slices.Clone(y.vars), slices.Clone(y.marks)
	z.rec.of = slices.Clone(y.rec.of)
	z.rec.run = timed.Run{
		Events: slices.Clone(y.rec.run.Events), Order: slices.Clone(y.rec.run.Order), Facts: slices.Clone(y.rec.run.Facts),
	}
	return &z
}

// instant is the recorded event of a place.
func (y *symbolic) instant(place int) int {
	if place == 0 {
		return -1
	}
	return y.rec.of[place-1]
}

func (y *symbolic) arm(e, ref int, w [3]int64, v timed.Var) {
	y.vars[e] = v
	y.rec.of[e] = len(y.rec.run.Events)
	y.rec.run.Events = append(y.rec.run.Events, timed.Event{Arm: ref, Earliest: w[0], Nominal: w[1], Latest: w[2], Until: -1})
}

// assume goes on with what lo <= now-mark <= hi leaves.
func (y *symbolic) assume(place int, lo, hi int64) *symbolic {
	z := y.copy()
	z.s.AssumeSince(z.marks[place], lo, hi)
	z.rec.run.Facts = append(z.rec.run.Facts, timed.Fact{Event: z.rec.last, Ref: z.instant(place), Lo: lo, Hi: hi})
	return z
}

func (y *symbolic) act(place, i int, trace string) {
	if i == len(y.p.places[place]) {
		y.settle(trace)
		return
	}
	a := y.p.places[place][i]
	switch a.do {
	case "arm", "armAt":
		w := y.p.windows[a.event]
		if a.do == "arm" || y.marks[a.place] == 0 {
			y.arm(a.event, y.instant(place), w, y.s.Arm(w[0], w[2]))
			trace += fmt.Sprintf(" arm%d", a.event)
			break
		}
		mustBe, canBe := y.s.Overdue(y.marks[a.place], w[2])
		if canBe {
			z := y.assume(a.place, w[2]+1, timed.Unbounded)
			z.arm(a.event, z.instant(place), [3]int64{}, z.s.Arm(0, 0))
			z.act(place, i+1, fmt.Sprintf("%s over%d", trace, a.event))
		}
		if !mustBe {
			z := y.assume(a.place, 0, w[2])
			z.arm(a.event, z.instant(a.place), w, z.s.ArmAt(z.marks[a.place], w[0], w[2]))
			z.act(place, i+1, fmt.Sprintf("%s at%d", trace, a.event))
		}
		return
	case "cancel":
		y.cancel(a.event)
	case "mark":
		if y.marks[place] == 0 {
			y.marks[place] = y.s.Mark()
		}
	case "drop":
		if y.marks[a.place] != 0 {
			y.s.Drop(y.marks[a.place])
			y.marks[a.place] = 0
		}
	case "ask":
		if y.marks[a.place] != 0 {
			y.ask(place, i, trace, a)
			return
		}
	case "read":
		lo, hi := y.s.Now()
		for v := lo; v <= hi; v++ {
			z := y.copy()
			z.s.PinNow(v)
			z.rec.run.Facts = append(z.rec.run.Facts, timed.Fact{Event: z.rec.last, Ref: -1, Lo: v, Hi: v})
			z.act(place, i+1, fmt.Sprintf("%s read:%d", trace, v))
		}
		return
	}
	y.act(place, i+1, trace)
}

func (y *symbolic) ask(place, i int, trace string, a action) {
	lo, hi := y.s.Since(y.marks[a.place])
	if hi >= a.d {
		y.assume(a.place, a.d, timed.Unbounded).act(place, i+1, trace+" ask:true")
	}
	if lo < a.d {
		y.assume(a.place, 0, a.d-1).act(place, i+1, trace+" ask:false")
	}
}

func (y *symbolic) cancel(e int) {
	if y.vars[e] != 0 {
		y.s.Cancel(y.vars[e])
		y.vars[e] = 0
		y.rec.run.Events[y.rec.of[e]].Until = y.rec.last
	}
}

func (y *symbolic) settle(trace string) {
	n := y.nodes[trace]
	require.NotNil(y.t, n, "no timing leads to: %s", trace)
	y.visited[trace] = true
	lo, hi := y.s.Now()
	requireInterval(y.t, n.now, lo, hi)
	for i, m := range y.marks {
		require.Equal(y.t, len(n.since[i]) > 0, m != 0)
		if m != 0 {
			lo, hi := y.s.Since(m)
			requireInterval(y.t, n.since[i], lo, hi)
		}
	}
	if y.onNode != nil {
		z := y.copy()
		for e, v := range z.vars {
			if v != 0 {
				z.rec.run.Events[z.rec.of[e]].Until = z.rec.last
			}
		}
		y.onNode(trace, n, &z.rec)
	}
	for e, v := range y.vars {
		may := v != 0 && y.s.MayFire(v)
		require.Equal(y.t, n.enabled[e], may, "event %d after: %s", e, trace)
		if !may {
			continue
		}
		z := y.copy()
		z.s.Fire(v)
		z.vars[e], z.rec.last = 0, z.rec.of[e]
		z.rec.run.Order = append(z.rec.run.Order, z.rec.last)
		z.rec.run.Events[z.rec.last].Fired = true
		z.act(e+1, 0, fmt.Sprintf("%s fire%d", trace, e))
	}
}

// requireInterval: every value from lo to hi is among got, and no other.
func requireInterval(t require.TestingT, got []int64, lo, hi int64) {
	sorted := slices.Compact(slices.Sorted(slices.Values(got)))
	var want []int64
	for v := lo; v <= hi; v++ {
		want = append(want, v)
	}
	require.Equal(t, want, sorted)
}

// In small programs with windows of whole numbers every timing is tried. The
// State reaches exactly the same moments, with the same events enabled and the
// same readings possible.
func TestStateAgreesWithAllTimings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		c := newConcrete(p)
		c.act(0, 0, "")
		y := newSymbolic(t, p, c.nodes)
		y.act(0, 0, "")
		require.Len(t, y.visited, len(c.nodes))
	})
}
