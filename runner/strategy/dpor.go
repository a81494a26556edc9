package strategy

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// NewDPOR makes the walk that goes into fewer events at a point: those that turn out to
// be needed, source-DPOR (Abdulla, Aronis, Jonsson and Sagonas, "Source sets: a
// foundation for optimal dynamic partial order reduction", JACM 64, 2017). Where many
// processes have nothing to do with each other it takes far fewer runs than NewReduced,
// whose sleep sets cut most of them short, but only late.
//
// At first it goes into one event of each point. For every event x that it comes to,
// and every earlier event e of which x would not have to come after, it makes sure that
// at the point before e one of the events is gone into with which an order begins that
// has x before e. In time that is not all: an order may be impossible only because of
// the order of two other events. So where no timing is left, the conflicting events on a
// circle of bounds that asks for too much are looked up, and at the points before
// them everything possible is gone into; and so it is where an event that is pending
// must wait for another one.
//
// Two events that do not conflict here may do so in another order: what an event touches
// can depend on what it reads first. The method is made for events of which that is not
// so. An event that sleeps at a point is therefore not taken for one with which the order
// that is wanted begins: if there is no other, everything possible is gone into.
//
// That this is enough, in time and for such events, is tested, against search without
// reduction over very many random programs, and not proved. And it passes states by
// that the world can come to: what must always hold (World.Always) is judged as if it
// looked at something that every event writes, so that nothing is gained where it is
// stated.
func NewDPOR() *Reduced {
	r := NewReduced()
	r.dpor = new(dpor)
	return r
}

// dpor is what is known of the order of events beyond what sleep sets need.
type dpor struct {
	cancelled []sim.EventID // by the current event
	waits     [][2]int32    // pairs of pending events of which one must wait for the other, looked up in this path
	relaxer
}

// levelSet is a set of levels.
type levelSet []uint64

func (s levelSet) has(d int) bool { return d>>6 < len(s) && s[d>>6]>>(d&63)&1 != 0 }

func (s *levelSet) add(d int) {
	for len(*s) <= d>>6 {
		*s = append(*s, 0)
	}
	(*s)[d>>6] |= 1 << (d & 63)
}

func (s *levelSet) union(o levelSet) {
	for len(*s) < len(o) {
		*s = append(*s, 0)
	}
	for i, w := range o {
		(*s)[i] |= w
	}
}

// races looks at the event of the last level, which did this: what must come before it,
// and where else to go because of it.
func (r *Reduced) races(this *effect) {
	x := r.depth
	lv := &r.levels[x]
	lv.this = this
	lv.past = lv.past[:0]
	if x == 0 {
		return
	}
	armer := r.nodes[r.nodes[r.cur].armer].level
	var direct levelSet // what x depends on
	direct.add(armer)
	for d := 1; d < x; d++ {
		if r.levels[d].this.conflicts(this) {
			direct.add(d)
		}
	}
	for d := 0; d < x; d++ {
		if direct.has(d) {
			lv.past.union(r.levels[d].past)
		}
	}
	for d := 1; d < x; d++ {
		if direct.has(d) && d != armer && !lv.past.has(d) { // nothing in between
			r.race(d, x, direct)
		}
	}
	for d := 0; d < x; d++ {
		if direct.has(d) {
			lv.past.add(d)
		}
	}
	for _, id := range r.dpor.cancelled {
		r.want(x, id)
	}
	if this.everything {
		lv.wantAll()
	}
	if r.zone.Empty() {
		lv.wantOne()
		r.breakCircle(r.nodes, r.edges, r.facts, -1, -1)
	}
}

// race makes sure that an order is gone into in which the event of level x comes before
// that of level e.
func (r *Reduced) race(e, x int, direct levelSet) {
	at := &r.levels[e]
	var between levelSet // those that need not come after e
	var first []sim.EventID
	for j := e + 1; j <= x; j++ {
		past := r.levels[j].past
		if j == x {
			past = slices.Clone(past)
			past.union(direct)
		} else if past.has(e) {
			continue
		}
		initial := true
		for i := e + 1; i < j; i++ {
			if between.has(i) && past.has(i) {
				initial = false
				break
			}
		}
		between.add(j)
		if initial {
			first = append(first, r.levels[j].events[r.levels[j].taken])
		}
	}
	for _, id := range first {
		if i := slices.Index(at.events, id); i >= 0 && at.fates[i] != unwanted {
			return
		}
	}
	for _, id := range first {
		if i := slices.Index(at.events, id); i >= 0 {
			at.fates[i] = wanted
			return
		}
	}
	at.wantAll()
}

// want goes into an event at a level, if it may be next there.
func (r *Reduced) want(d int, id sim.EventID) {
	lv := &r.levels[d]
	if i := slices.Index(lv.events, id); i >= 0 {
		lv.fates[i] = max(lv.fates[i], wanted)
	} else if !lv.sleeps(id) {
		lv.wantAll()
	}
}

func (lv *level) sleeps(id sim.EventID) bool {
	return slices.ContainsFunc(lv.sleep, func(e *effect) bool { return e.id == id })
}

// wantOne goes into some event that was not wanted so far.
func (lv *level) wantOne() {
	if i := slices.Index(lv.fates, unwanted); i >= 0 && !slices.Contains(lv.fates, wanted) {
		lv.fates[i] = wanted
	}
}

// breakCircle goes into everything before those orders of events that make time
// impossible: of what happened, or if wait is given, of it happening before first.
func (r *Reduced) breakCircle(nodes []node, edges [][2]int32, facts []timedFact, wait, first int32) {
	for _, e := range r.dpor.circle(nodes, edges, facts, wait, first) {
		if e[0] != nodes[e[1]].armer {
			r.levels[nodes[e[0]].level].wantAll()
		}
	}
}

// mustWait looks up why events that are pending may not be next.
func (r *Reduced) mustWait() {
	for _, q := range r.waiting {
		p := r.blocks(q)
		if p < 0 || slices.Contains(r.dpor.waits, [2]int32{q, p}) {
			continue
		}
		r.dpor.waits = append(r.dpor.waits, [2]int32{q, p})
		r.breakCircle(r.nodes, r.edges, r.facts, q, p)
	}
}
