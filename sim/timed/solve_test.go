package timed_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/timed"
)

// deviation is how late and how early the events of a timing are.
func deviation(r *timed.Run, times []int64) (late, early int64) {
	for i, e := range r.Events {
		d := times[i] - e.Nominal
		if e.Arm >= 0 {
			d -= times[e.Arm]
		}
		late, early = max(late, d), max(early, -d)
	}
	return late, early
}

// lateAlone is the lateness of the only late event; index -1 if none is late or
// more than one.
func lateAlone(r *timed.Run, times []int64) (index int, lateness int64) {
	index = -1
	for i, e := range r.Events {
		d := times[i] - e.Nominal
		if e.Arm >= 0 {
			d -= times[e.Arm]
		}
		if d > 0 {
			if index >= 0 {
				return -1, 0
			}
			index, lateness = i, d
		}
	}
	return index, lateness
}

// requireSolved compares what is solved with the best of all timings of a run.
func requireSolved(t require.TestingT, r *timed.Run, all [][]int64) {
	const none = int64(1 << 40)
	late, early := none, none
	culprit, alone := -1, none
	for _, times := range all {
		l, e := deviation(r, times)
		if l < late || l == late && e < early {
			late, early = l, e
		}
		if i, l := lateAlone(r, times); i >= 0 && (l < alone || l == alone && i < culprit) {
			culprit, alone = i, l
		}
	}
	times, err := r.Times()
	stall, err2 := r.SmallestStall()
	if len(all) == 0 {
		require.ErrorIs(t, err, timed.ErrNoTiming)
		require.ErrorIs(t, err2, timed.ErrNoTiming)
		return
	}
	require.NoError(t, err)
	require.NoError(t, err2)
	require.Contains(t, all, times, "it is a timing of the run")
	l, e := deviation(r, times)
	require.Equal(t, late, l, "no timing is less late")
	require.Equal(t, early, e, "of these none is less early")
	require.Equal(t, late, stall.Lateness)
	if late == 0 {
		require.Equal(t, timed.Stall{Culprit: -1}, stall)
		return
	}
	require.NotEmpty(t, stall.Late)
	require.Subset(t, stall.Cycle, stall.Late)
	require.Equal(t, culprit, stall.Culprit)
	if culprit >= 0 {
		require.Equal(t, alone, stall.CulpritLateness)
	}
}

// timingsOf are the timings of a node, by the index of a recorded event.
func timingsOf(n *node, r *record) [][]int64 {
	all := make([][]int64, 0, len(n.due))
	for _, due := range n.due {
		times := make([]int64, len(r.run.Events))
		for e, i := range r.of {
			if i >= 0 {
				times[i] = due[e]
			}
		}
		all = append(all, times)
	}
	return all
}

// At every moment of a small program, Times and SmallestStall are the best of
// all timings that lead there.
func TestSolveAgreesWithAllTimings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(t)
		c := newConcrete(p)
		c.act(0, 0, "")
		y := newSymbolic(t, p, c.nodes)
		y.onNode = func(_ string, n *node, r *record) { requireSolved(t, &r.run, timingsOf(n, r)) }
		y.act(0, 0, "")
	})
}

// drawRun makes a run of which only some of the order matters, with facts that
// may or may not be true of some timing.
func drawRun(t *rapid.T) *timed.Run {
	r := &timed.Run{Edges: [][2]int{}}
	n := rapid.IntRange(1, 5).Draw(t, "events")
	arm := []int{-1}
	for i := range n {
		a := rapid.Int64Range(0, 3).Draw(t, "earliest")
		b := rapid.Int64Range(a, 4).Draw(t, "latest")
		e := timed.Event{
			Arm: rapid.SampledFrom(arm).Draw(t, "arm"), Earliest: a, Nominal: rapid.Int64Range(a, b).Draw(t, "nominal"), Latest: b,
			Fired: rapid.IntRange(0, 4).Draw(t, "fired") > 0, Until: -1,
		}
		r.Events = append(r.Events, e)
		if e.Fired {
			for _, before := range r.Order {
				if rapid.Bool().Draw(t, "ordered") {
					r.Edges = append(r.Edges, [2]int{before, i})
				}
			}
			r.Order = append(r.Order, i)
			arm = append(arm, i)
		} else if len(r.Order) > 0 {
			r.Edges = append(r.Edges, [2]int{rapid.SampledFrom(r.Order).Draw(t, "pending at"), i})
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "facts") {
		f := timed.Fact{Event: rapid.SampledFrom(arm).Draw(t, "event"), Ref: rapid.SampledFrom(arm).Draw(t, "ref")}
		f.Lo = rapid.Int64Range(0, 5).Draw(t, "lo")
		f.Hi = rapid.SampledFrom([]int64{f.Lo, f.Lo + 2, timed.Unbounded}).Draw(t, "hi")
		r.Facts = append(r.Facts, f)
	}
	return r
}

// allTimings tries every timing of whole numbers.
func allTimings(r *timed.Run) [][]int64 {
	var all [][]int64
	times := make([]int64, len(r.Events))
	at := func(i int) int64 {
		if i < 0 {
			return 0
		}
		return times[i]
	}
	var try func(i int)
	try = func(i int) {
		if i < len(times) {
			e := r.Events[i]
			for d := e.Earliest; d <= e.Latest; d++ {
				times[i] = at(e.Arm) + d
				try(i + 1)
			}
			return
		}
		for _, e := range r.Edges {
			if times[e[0]] > times[e[1]] {
				return
			}
		}
		for _, f := range r.Facts {
			if d := at(f.Event) - at(f.Ref); d < f.Lo || d > f.Hi {
				return
			}
		}
		all = append(all, slices.Clone(times))
	}
	try(0)
	return all
}

func TestSolveOfEdgesAgreesWithAllTimings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRun(t)
		requireSolved(t, r, allTimings(r))
	})
}

func TestRunMistakes(t *testing.T) {
	fired := timed.Event{Arm: -1, Earliest: 1, Nominal: 1, Latest: 1, Fired: true}
	pending := timed.Event{Arm: -1, Earliest: 1, Nominal: 1, Latest: 1}
	with := func(e timed.Event, change func(*timed.Event)) timed.Event { change(&e); return e }
	for _, c := range []struct {
		want string
		run  timed.Run
	}{
		{"order: place 0: event 3", timed.Run{Order: []int{3}}},
		{"order: place 1: event 0", timed.Run{Events: []timed.Event{fired}, Order: []int{0, 0}}},
		{"order: place 0: event 0", timed.Run{Events: []timed.Event{pending}, Order: []int{0}}},
		{"event 0: fired, but is not in the order", timed.Run{Events: []timed.Event{fired}}},
		{"event 0: window 2, 1, 1", timed.Run{Events: []timed.Event{with(fired, func(e *timed.Event) { e.Earliest = 2 })}, Order: []int{0}}},
		{"event 0: armed by event 1", timed.Run{Events: []timed.Event{with(fired, func(e *timed.Event) { e.Arm = 1 })}, Order: []int{0}}},
		{"event 0: armed by event 1, which fired later", timed.Run{Events: []timed.Event{with(fired, func(e *timed.Event) { e.Arm = 1 }), fired}, Order: []int{0, 1}}},
		{"event 0: until event 7", timed.Run{Events: []timed.Event{with(pending, func(e *timed.Event) { e.Until = 7 })}}},
		{"edge 0: from event 0 to 1", timed.Run{Events: []timed.Event{fired}, Order: []int{0}, Edges: [][2]int{{0, 1}}}},
		{"fact 0: about events 0 and -1", timed.Run{Events: []timed.Event{with(pending, func(e *timed.Event) { e.Until = -1 })}, Facts: []timed.Fact{{Event: 0, Ref: -1}}}},
	} {
		_, err := c.run.Times()
		require.ErrorContains(t, err, c.want)
		_, err = c.run.SmallestStall()
		require.ErrorContains(t, err, c.want)
		require.NotErrorIs(t, err, timed.ErrNoTiming)
	}
}

// longRun fires n events in a random order that a State allows.
func longRun(n, pending int, pick func(enabled int) int) *timed.Run {
	var s timed.State
	s.Reset()
	m := mixer(7)
	r := &timed.Run{}
	type entry struct {
		v timed.Var
		i int
	}
	var now []entry
	arm := func(ref int) {
		e, l := m.window()
		r.Events = append(r.Events, timed.Event{Arm: ref, Earliest: e, Nominal: e + (l-e)/4, Latest: l})
		now = append(now, entry{s.Arm(e, l), len(r.Events) - 1})
	}
	for range pending {
		arm(-1)
	}
	for range n {
		var enabled []int
		for i, e := range now {
			if s.MayFire(e.v) {
				enabled = append(enabled, i)
			}
		}
		i := enabled[pick(len(enabled))]
		e := now[i]
		now = slices.Delete(now, i, i+1)
		s.Fire(e.v)
		r.Events[e.i].Fired = true
		r.Order = append(r.Order, e.i)
		arm(e.i)
	}
	for _, e := range now {
		r.Events[e.i].Until = r.Order[n-1]
	}
	return r
}

// A long run is solved, and what comes out satisfies every constraint.
func TestLongRun(t *testing.T) {
	m := mixer(3)
	r := longRun(10_000, 8, m.below)
	times, err := r.Times()
	require.NoError(t, err)
	last := int64(0)
	for _, i := range r.Order {
		require.GreaterOrEqual(t, times[i], last)
		last = times[i]
	}
	for i, e := range r.Events {
		d := times[i]
		if e.Arm >= 0 {
			d -= times[e.Arm]
		}
		require.True(t, e.Earliest <= d && d <= e.Latest)
		if !e.Fired {
			require.GreaterOrEqual(t, times[i], last)
		}
	}
	late, _ := deviation(r, times)
	stall, err := r.SmallestStall()
	require.NoError(t, err)
	require.Equal(t, late, stall.Lateness)
}
