package sim

import "github.com/seed-3519b94c/simrun/sim/timed"

// event is a pending event, in a slab slot that is reused.
type event struct {
	id       EventID
	proc     *Proc
	handler  Handler // nil: the event resumes proc
	arg      int64
	nominal  int64 // instant on a good day
	at       int64 // what the pending list is ordered by: nominal, or the sampled instant
	label    Label
	occ      uint32
	cause    EventID // the event at whose instant it was armed
	gen      uint32  // odd while in use; tells a stale EventRef
	rec      int32   // its index in the recording
	armed    int32   // the number of events fired before it was armed
	enabled  int32   // the same, of when it was last enabled
	idle     bool    // does not count as activity
	disabled bool    // out of the list, but not gone: see World.Disable
}

// EventRef names a pending event, so that it can be cancelled. The zero
// EventRef names none.
type EventRef struct {
	slot int32
	gen  uint32
}

// key is what is asked of a pending event at every step.
type key struct {
	at      int64
	slot    int32
	process int32 // its index
}

// pending is the list of pending events, latest first: the next one is at the
// end, where taking and most insertions are cheap. Up to some 50 pending events
// nothing is faster; at 1,000 it costs 0.2 us.
type pending struct {
	keys []key
	slab []event
	free []int32
	// Of the event in each slot, beside the slab since the way of a step leads over
	// all that are pending: its variable, and the last event that overtook it, 0 if
	// none did.
	vars []timed.Var
	late []EventID
	out  int // events that are disabled, and so in no list
}

func (q *pending) reset() {
	for i := range q.slab {
		if e := &q.slab[i]; e.gen&1 == 1 {
			e.gen++
		}
	}
	q.keys, q.out = q.keys[:0], 0
	q.free = q.free[:0]
	for i := len(q.slab) - 1; i >= 0; i-- {
		q.free = append(q.free, int32(i))
	}
}

// take gives out a slot.
func (q *pending) take() (int32, *event) {
	if n := len(q.free); n > 0 {
		slot := q.free[n-1]
		q.free = q.free[:n-1]
		return slot, &q.slab[slot]
	}
	q.slab, q.vars, q.late = append(q.slab, event{}), append(q.vars, 0), append(q.late, 0)
	return int32(len(q.slab) - 1), &q.slab[len(q.slab)-1]
}

// insert puts an event into the order, by instant and then by arming: ties are first
// in, first out.
func (q *pending) insert(k key) {
	q.keys = append(q.keys, k)
	// The youngest goes behind all that are due at the same instant, so that
	// instants alone decide.
	keys, i := q.keys, len(q.keys)-1
	for i > 0 && k.at >= keys[i-1].at {
		keys[i] = keys[i-1]
		i--
	}
	keys[i] = k
}

// remove takes the event at position i out and frees its slot. The caller has
// read what it needs.
func (q *pending) remove(i int) {
	slot := q.keys[i].slot
	q.takeOut(i)
	q.release(slot)
}

// takeOut takes the event at position i out of the list and keeps its slot.
func (q *pending) takeOut(i int) {
	last := len(q.keys) - 1
	if i < last {
		copy(q.keys[i:], q.keys[i+1:])
	}
	q.keys = q.keys[:last]
}

func (q *pending) release(slot int32) {
	q.slab[slot].gen++
	q.free = append(q.free, slot)
}

func (q *pending) find(slot int32) int {
	for i := len(q.keys) - 1; i >= 0; i-- {
		if q.keys[i].slot == slot {
			return i
		}
	}
	return -1
}
