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
// end, where taking and most insertions are cheap.
type pending struct {
	keys []key
	room []key // what keys is a part of, with space on both sides, so that the shorter side moves
	head int   // where in it keys begins
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
	q.keys, q.head, q.out = q.room[:0], 0, 0
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

// near is how many of the soonest events are looked at one by one, for most events are
// armed among them. Beyond, the place is found by bisection.
const near = 16

// insert puts an event into the order, by instant and then by arming: ties are first
// in, first out.
func (q *pending) insert(k key) {
	n := len(q.keys)
	if n > near && k.at >= q.keys[n-near].at {
		q.insertFar(k)
		return
	}
	if n == cap(q.keys) {
		q.spread()
	}
	q.keys = append(q.keys, k)
	// The youngest goes behind all that are due at the same instant, so that
	// instants alone decide.
	keys, i := q.keys, n
	for ; i > 0 && k.at >= keys[i-1].at; i-- {
		keys[i] = keys[i-1]
	}
	keys[i] = k
}

// insertFar is insert of an event that is not near.
func (q *pending) insertFar(k key) {
	if q.head == 0 || len(q.keys) == cap(q.keys) {
		q.spread()
	}
	n := len(q.keys)
	i := q.place(n, k.at)
	if i < n/2 {
		q.head--
		q.keys = q.room[q.head : q.head+n+1]
		copy(q.keys, q.keys[1:i+1])
	} else {
		q.keys = q.keys[:n+1]
		copy(q.keys[i+1:], q.keys[i:n])
	}
	q.keys[i] = k
}

// spread puts the list in the middle of its room, which is made larger if that is no more
// than twice what it holds.
func (q *pending) spread() {
	room, n := q.room, len(q.keys)
	if len(room) <= 2*n+2 {
		room = make([]key, 4*n+near)
	}
	q.head = (len(room) - n) / 2
	copy(room[q.head:], q.keys)
	q.room, q.keys = room, room[q.head:q.head+n]
}

// place is the first position before end whose event is due at that instant or sooner.
func (q *pending) place(end int, at int64) int {
	lo, hi := 0, end
	for lo < hi {
		if mid := int(uint(lo+hi) / 2); q.keys[mid].at > at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
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

// find is the position of the event in a slot, -1 if it is not in the list.
func (q *pending) find(slot int32) int {
	n := len(q.keys)
	for i := n - 1; i >= max(0, n-near); i-- {
		if q.keys[i].slot == slot {
			return i
		}
	}
	at := q.slab[slot].at
	for i := q.place(n, at); i < n && q.keys[i].at == at; i++ {
		if q.keys[i].slot == slot {
			return i
		}
	}
	return -1
}
