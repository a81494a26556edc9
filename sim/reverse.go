package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim/timed"
)

// Reversal says whether two events that came in one order could have come in the
// other one.
type Reversal uint8

// The answers.
const (
	// Reversible: some timing that the windows allow lets the second one go first.
	Reversible Reversal = iota
	// Ordered: the first one leads to the second, or what happens between them does.
	Ordered
	// Untimely: it takes more lateness than the windows allow.
	Untimely
)

// Reverse asks, after a recorded run, whether second could have happened before first,
// two of its events that happened in that order. If not for lateness alone, stall is how
// much more of it there would have to be than the windows allow, and late names an event
// that needs it.
//
// It counts what leads to the two events, and keeps the order of what depends on each
// other there, but for the two. What they do to others may change all that comes after:
// so Reversible means that it can be tried.
func (w *World) Reverse(first, second EventID) (answer Reversal, stall time.Duration, late string, err error) {
	r := w.rec
	if r == nil || w.cfg.Mode != Timed {
		return 0, 0, "", ErrNotRecorded
	}
	a, b := r.firedAs(first), r.firedAs(second)
	if a < 0 || b < 0 || r.position[a] >= r.position[b] {
		return 0, 0, "", fmt.Errorf("reverse two events of scenario %q: the run has no such pair", w.scenario.Name)
	}
	edges := slices.DeleteFunc(r.dependences(nil), func(e [2]int) bool { return e == [2]int{a, b} && !r.leads(a, b) })
	for i := range r.armedEvents {
		if e := &r.armedEvents[i]; e.Fired && e.Arm >= 0 { // it was armed at a mark: that comes before it too
			edges = append(edges, [2]int{e.Arm, i})
		}
	}
	in := make([]bool, len(r.armedEvents))
	closure(edges, in, b)
	if in[a] {
		return Ordered, 0, "", nil
	}
	closure(edges, in, a)
	run := r.reversed(in, append(edges, [2]int{b, a}))
	found, err := run.SmallestStall()
	switch {
	case err != nil: // no lateness helps: what clocks told rules it out
		return Ordered, 0, "", nil
	case found.Lateness == 0:
		return Reversible, 0, "", nil
	}
	if len(found.Late) > 0 {
		late = r.nameOf(r.armedEvents[found.Late[0]].id)
	}
	return Untimely, time.Duration(found.Lateness), late, nil
}

// leads reports whether a armed b, or both are of one process.
func (r *recorder) leads(a, b int) bool {
	return int(r.armedEvents[b].cause) == a || r.armedEvents[a].proc == r.armedEvents[b].proc
}

// firedAs is the armed event that fired under that name; -1 if none did.
func (r *recorder) firedAs(id EventID) int {
	for i := range r.armedEvents {
		if r.armedEvents[i].id == id && r.armedEvents[i].Fired {
			return i
		}
	}
	return -1
}

// closure marks x and all that comes before it. Edges go from earlier to later events,
// in the order of the later ones.
func closure(edges [][2]int, in []bool, x int) {
	in[x] = true
	for changed := true; changed; {
		changed = false
		for i := len(edges) - 1; i >= 0; i-- {
			if e := edges[i]; in[e[1]] && !in[e[0]] {
				in[e[0]], changed = true, true
			}
		}
	}
}

// endless is the nominal duration of what has no latest: no lateness is counted up to
// there. Sums of many of them stay finite.
const endless = 1 << 48

// reversed is the part of the run that is in, with those edges, and such that lateness
// counts from where windows end.
func (r *recorder) reversed(in []bool, edges [][2]int) *timed.Run {
	run := &timed.Run{Events: make([]timed.Event, len(r.armedEvents))}
	for i := range r.armedEvents {
		e := r.armedEvents[i].Event
		if !in[i] {
			run.Events[i] = timed.Event{Arm: -1, Until: -1, Latest: timed.Unbounded}
			continue
		}
		if e.Nominal = e.Latest; e.Latest >= timed.Unbounded {
			e.Nominal = max(endless, e.Earliest)
		}
		if e.Latest > e.Earliest { // what takes an exact time is not late
			e.Latest = timed.Unbounded
		}
		run.Events[i] = e
	}
	for _, i := range r.order {
		if in[i] {
			run.Order = append(run.Order, i)
		}
	}
	for _, e := range edges {
		if in[e[0]] && in[e[1]] {
			run.Edges = append(run.Edges, e)
		}
	}
	for _, f := range r.facts {
		if (f.Event < 0 || in[f.Event]) && (f.Ref < 0 || in[f.Ref]) {
			run.Facts = append(run.Facts, f)
		}
	}
	return run
}
