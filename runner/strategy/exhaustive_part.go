package strategy

import (
	"maps"
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/timed"
)

// level is a point at which an event is next, and that event. The first level is the
// set-up.
type level struct {
	events []sim.EventID // that may be next and do not sleep
	fates  []fate        // of these events
	taken  int
	of     int       // how many such events there were before any of them was given away
	sleep  []*effect // what slept already
	done   []*effect // what was gone into here before
	below  []*effect // what sleeps after the event
	now    counts
	event  *effect // of the event, as far as known
	data   []branch
	// answers are the intervals of time that the event asked for, so that they need not
	// be computed again.
	answers []answer
	zone    *timed.Zone // before the event; nil if it was not kept
	// past are the levels whose events must come before this one, and this is what the
	// event did: only in source-DPOR.
	past levelSet
	this *effect
}

// fate is what is to become of an event that may be next.
type fate uint8

const (
	unwanted fate = iota
	wanted        // it is to be gone into
	gone          // it has been, or is by another part
)

// wantAll goes into every event.
func (lv *level) wantAll() {
	for i, f := range lv.fates {
		lv.fates[i] = max(f, wanted)
	}
}

// take goes into event i.
func (lv *level) take(i int) {
	lv.taken, lv.fates[i] = i, gone
	lv.event = &effect{id: lv.events[i]}
}

// Put lets go of memory that only makes the next run faster.
func (r *Reduced) Put() {
	for i := range r.levels {
		r.levels[i].zone = nil
	}
	r.spare, r.live = nil, 0
}

// Split gives a part of what is left to a walk of its own, nil if there is nothing to
// give. The two together go through what this one would have.
func (r *Reduced) Split() *Reduced {
	for d := max(r.base, 1); d < len(r.levels); d++ {
		// What goes into the other part sleeps on the event that is taken here now: all
		// that it can come to must be known.
		lv := &r.levels[d]
		if len(lv.data) > 0 || !lv.event.known || !slices.ContainsFunc(lv.fates, func(f fate) bool { return f != gone }) {
			continue
		}
		// Whatever else is to be gone into up to here is decided now: the parts do not know
		// of each other.
		for i := range r.levels[:d+1] {
			r.levels[i].wantAll()
		}
		o := NewReduced()
		if r.dpor != nil {
			o.dpor = new(dpor)
		}
		o.Draws, o.base, o.partial, o.unrun = r.Draws, d, r.partial, true
		o.things, o.reported = maps.Clone(r.things), maps.Clone(r.reported)
		o.levels = slices.Clone(r.levels[:d+1])
		for i := range o.levels {
			l := &o.levels[i]
			l.events, l.data, l.answers, l.zone = slices.Clone(l.events), slices.Clone(l.data), nil, nil
			l.event = l.event.clone()
			l.fates, l.past = slices.Clone(l.fates), slices.Clone(l.past)
		}
		l := &o.levels[d]
		l.done = append(slices.Clone(l.done), l.event)
		l.take(l.another())
		for i := range lv.fates {
			lv.fates[i] = gone
		}
		return o
	}
	return nil
}

// Next moves on to the next path and reports whether there is one.
func (r *Reduced) Next() bool {
	r.levels = r.levels[:min(len(r.levels), r.depth+1)]
	for d := len(r.levels) - 1; d >= r.base; d-- {
		lv := &r.levels[d]
		if d == r.depth { // the event may have made fewer choices than those before it
			lv.data = lv.data[:min(len(lv.data), r.data)]
		}
		for i := len(lv.data) - 1; i >= 0; i-- {
			if lv.data[i].taken+1 < lv.data[i].of {
				lv.data[i].taken++
				lv.data = lv.data[:i+1]
				return r.resume(d)
			}
		}
		lv.data = lv.data[:0]
		if i := lv.another(); i >= 0 {
			lv.done = append(lv.done, lv.event)
			lv.take(i)
			return r.resume(d)
		}
		if lv.zone != nil {
			r.spare = append(r.spare, lv.zone)
			lv.zone = nil
		}
		r.levels = r.levels[:d]
	}
	return false
}

// another is an event that is still to be gone into; -1 if there is none.
func (lv *level) another() int { return slices.Index(lv.fates, wanted) }

// resume makes level d the last one. The zone is kept anew from the last level that
// has a copy of it.
func (r *Reduced) resume(d int) bool {
	r.levels, r.unrun = r.levels[:d+1], true
	for r.live = d; r.live > 0 && r.levels[r.live].zone == nil; r.live-- {
	}
	return true
}
