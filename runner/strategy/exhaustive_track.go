package strategy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/timed"
)

// tracking keeps the zone of a run: a variable for each event that can still matter.
// Those are the pending ones, of each process the last one, of each thing the last one
// that wrote it and those that have read it since, those that armed what is pending,
// and those that are marked.
type tracking struct {
	zone    timed.Zone
	scratch timed.Zone
	dry     bool // the zone is not kept: it is known what it will be
	partial bool
	things  map[uint64]uint32 // numbers of what is touched: resources, processes, events
	use     []usage           // by thing
	used    []uint32          // things that were touched in this run
	nodes   []node            // the set-up, then the events in the order of arming
	waiting []int32           // pending ones
	order   []int32           // those that fired
	edges   [][2]int32        // pairs of which the second one is not before the first
	facts   []timed.Fact
	cur     int32
	foot    []uint32 // of the current event, see effect
	all     bool     // the current event matters to everything
	active  bool     // the current event counted as activity
	now     counts
	// revived are events that did not count as activity and brought some about, ceased
	// those after which there was less, the last ones of each process.
	revived, ceased []int32
}

// node is an event.
type node struct {
	id               sim.EventID
	process, timer   uint32 // things
	from, armer      int32
	earliest, latest int64
	refs             int32 // reasons why it still matters, once it has fired
	fired            bool
	back             bool // it was taken back
	level            int  // at which it was taken
}

// usage is who used a thing: 0 stands for nobody, and for the set-up, which comes
// before everything anyway.
type usage struct {
	writer  int32
	readers []int32
}

func newTracking() tracking { return tracking{things: make(map[uint64]uint32)} }

// begin prepares for a run.
func (t *tracking) begin() {
	t.nodes = append(t.nodes[:0], node{fired: true})
	t.waiting, t.order, t.edges, t.facts = t.waiting[:0], t.order[:0], t.edges[:0], t.facts[:0]
	for _, i := range t.used {
		t.use[i].writer, t.use[i].readers = 0, t.use[i].readers[:0]
	}
	t.used, t.foot = t.used[:0], t.foot[:0]
	t.revived, t.ceased = t.revived[:0], t.ceased[:0]
	t.cur, t.all, t.now = 0, false, counts{}
	t.zone.Reset()
}

// thing numbers what is touched.
func (t *tracking) thing(hash uint64) uint32 {
	n, known := t.things[hash]
	if !known {
		n = uint32(len(t.things))
		t.things[hash] = n
	}
	for len(t.use) <= int(n) {
		t.use = append(t.use, usage{})
	}
	return n
}

// timerOf keeps what is done to a pending event apart from other things.
const timerOf = 0x9e3779b97f4a7c15

// Arm makes an event pending.
func (t *tracking) Arm(id sim.EventID, process uint64, from int32, earliest, latest int64) int32 {
	k := int32(len(t.nodes))
	if from < 0 {
		from = t.cur
	}
	t.nodes = append(t.nodes, node{
		id: id, process: t.thing(process), timer: t.thing(uint64(id) ^ timerOf),
		from: from, armer: t.cur, earliest: earliest, latest: latest,
	})
	t.waiting = append(t.waiting, k)
	t.keep(t.cur)
	if !t.dry {
		t.zone.Arm(timed.Var(k), timed.Var(from), earliest, latest)
	}
	if from != t.cur {
		t.edge(t.cur, k)
	}
	// What its process has done so far comes before it.
	if last := t.use[t.nodes[k].process].writer; last != t.cur {
		t.edge(last, k)
	}
	return k
}

// edge says that event b does not come before event a.
func (t *tracking) edge(a, b int32) {
	if a == 0 || a == b {
		return
	}
	t.edges = append(t.edges, [2]int32{a, b})
	if !t.dry {
		t.zone.After(timed.Var(b), timed.Var(a))
	}
}

// keep adds a reason why event k matters, release takes one away.
func (t *tracking) keep(k int32) { t.nodes[k].refs++ }

func (t *tracking) release(k int32) {
	n := &t.nodes[k]
	if n.refs--; n.refs == 0 && k != 0 && !t.dry {
		t.zone.Drop(timed.Var(k))
	}
}

// Fire makes event k the current one.
func (t *tracking) Fire(k int32, active bool) {
	n := &t.nodes[k]
	n.fired = true
	t.cur, t.active, t.all, t.foot = k, active, false, t.foot[:0]
	t.order = append(t.order, k)
	n.level = len(t.order)
	t.forget(k)
	if !t.dry {
		t.zone.Fire(timed.Var(k))
	}
	t.foot = append(t.foot, n.timer<<1|1)
	t.touch(n.process, true)
	t.release(n.armer)
	for _, p := range t.waiting {
		if t.nodes[p].process == n.process {
			t.edge(k, p)
		}
	}
}

// forget takes event k off the list of pending ones.
func (t *tracking) forget(k int32) {
	i := slices.Index(t.waiting, k)
	last := len(t.waiting) - 1
	t.waiting[i] = t.waiting[last]
	t.waiting = t.waiting[:last]
}

// outcome is what the current event came to, given the counts after it. The world is at
// rest when there is no activity: what revives it must come before what else would
// have been the last activity, or never comes.
func (t *tracking) outcome(now counts) (e effect) {
	e.add(t.foot, t.all, now.pending-t.now.pending, now.activity-t.now.activity)
	if t.cur == 0 {
		return e
	}
	switch {
	case !t.active && e.activity > 0:
		e.revives = true
		t.placed(t.ceased, &t.revived)
	case e.activity < 0:
		e.ceases = true
		t.placed(t.revived, &t.ceased)
	}
	return e
}

// placed puts the current event after some events and among others.
func (t *tracking) placed(after []int32, among *[]int32) {
	for _, k := range after {
		t.edge(k, t.cur)
	}
	t.keep(t.cur)
	for i, k := range *among {
		if t.nodes[k].process == t.nodes[t.cur].process {
			t.release(k)
			(*among)[i] = t.cur
			return
		}
	}
	*among = append(*among, t.cur)
}

// Touch says that the current event reads or writes something.
func (t *tracking) Touch(resource uint64, write bool) { t.touch(t.thing(resource), write) }

func (t *tracking) touch(thing uint32, write bool) {
	if t.cur == 0 {
		return
	}
	foot := thing << 1
	if write {
		foot |= 1
	}
	if n := len(t.foot); n == 0 || t.foot[n-1] != foot {
		t.foot = append(t.foot, foot)
	}
	u := &t.use[thing]
	if u.writer == t.cur {
		return
	}
	t.edge(u.writer, t.cur)
	if u.writer == 0 && len(u.readers) == 0 {
		t.used = append(t.used, thing)
	}
	if !write {
		t.read(u)
		return
	}
	for _, r := range u.readers {
		t.edge(r, t.cur)
	}
	t.keep(t.cur)
	if u.writer != 0 {
		t.release(u.writer)
	}
	for _, r := range u.readers {
		t.release(r)
	}
	u.writer, u.readers = t.cur, u.readers[:0]
}

// read notes the current event as a reader. Of the readers of one process the last one
// is enough.
func (t *tracking) read(u *usage) {
	for i, r := range u.readers {
		if r == t.cur {
			return
		}
		if t.nodes[r].process == t.nodes[t.cur].process {
			t.keep(t.cur)
			t.release(r)
			u.readers[i] = t.cur
			return
		}
	}
	t.keep(t.cur)
	u.readers = append(u.readers, t.cur)
}

// Cancel takes pending event k back.
func (t *tracking) Cancel(k int32) {
	t.Alter(k)
	t.nodes[k].back = true
	t.forget(k)
	if !t.dry {
		t.zone.Drop(timed.Var(k))
	}
	t.release(t.nodes[k].armer)
}

// Alter changes pending event k, which comes later.
func (t *tracking) Alter(k int32) {
	n := &t.nodes[k]
	if !n.back {
		t.edge(n.armer, t.cur)
		t.edge(t.cur, k)
	}
	t.touch(n.timer, true)
}

// Stale says that event k would have been cancelled or altered if it were pending: then
// it matters how far its process has come, and who cancelled it.
func (t *tracking) Stale(k int32) {
	t.touch(t.nodes[k].process, false)
	t.touch(t.nodes[k].timer, false)
}

// Mark is the current event, which matters until Drop.
func (t *tracking) Mark() int32 {
	t.keep(t.cur)
	return t.cur
}

// Drop ends a mark.
func (t *tracking) Drop(mark int32) { t.release(mark) }

func (t *tracking) since(mark int32) (lo, hi int64) {
	return t.zone.Since(timed.Var(t.cur), timed.Var(max(mark, 0)))
}

// Assume keeps only the timings in which the time since mark is between lo and hi.
func (t *tracking) Assume(mark int32, lo, hi int64) {
	t.facts = append(t.facts, timed.Fact{Event: int(t.cur) - 1, Ref: int(max(mark, 0)) - 1, Lo: lo, Hi: hi})
	if !t.dry {
		t.zone.Assume(timed.Var(t.cur), timed.Var(max(mark, 0)), lo, hi)
	}
}

// everything puts the current event after all that have fired and before all that are
// pending.
func (t *tracking) everything() {
	if t.all || t.cur == 0 {
		return
	}
	t.all = true
	for k := range t.nodes {
		if n := &t.nodes[k]; n.fired && n.refs > 0 {
			t.edge(int32(k), t.cur)
		}
	}
	for _, k := range t.waiting {
		t.edge(t.cur, k)
	}
}

// blocks is an event that pending event k must wait for; -1 if it may be next.
func (t *tracking) blocks(k int32) int32 { return int32(t.zone.Blocks(timed.Var(k))) }

// real reports whether there is a timing in which all that has fired happens before all
// that is pending: whether the world can really come to this state.
func (t *tracking) real() bool {
	t.scratch.CopyFrom(&t.zone)
	for k := range t.nodes {
		if n := &t.nodes[k]; n.fired && n.refs > 0 {
			for _, p := range t.waiting {
				t.scratch.After(timed.Var(p), timed.Var(k))
			}
		}
	}
	return !t.scratch.Empty()
}

// realOrder is an order of the events that fired in which they can really happen, before
// all that is pending if so wanted.
func (t *tracking) realOrder(before bool) ([]sim.EventID, error) {
	edges := len(t.edges)
	defer func() { t.edges = t.edges[:edges] }()
	if before {
		for _, k := range t.order {
			for _, p := range t.waiting {
				t.edges = append(t.edges, [2]int32{k, p})
			}
		}
	}
	run := timed.Run{Events: make([]timed.Event, len(t.nodes)-1), Edges: make([][2]int, 0, len(t.edges)), Facts: t.facts}
	for i := range run.Events {
		n := &t.nodes[i+1]
		run.Events[i] = timed.Event{Arm: int(n.from) - 1, Earliest: n.earliest, Nominal: n.earliest, Latest: n.latest, Fired: n.fired}
	}
	for _, e := range t.edges {
		run.Edges = append(run.Edges, [2]int{int(e[0]) - 1, int(e[1]) - 1})
	}
	for _, k := range t.order {
		run.Order = append(run.Order, int(k)-1)
	}
	times, err := run.Times()
	if err != nil {
		return nil, fmt.Errorf("order the events of a run: %w (this is a bug of the search)", err)
	}
	order := slices.Clone(t.order)
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(times[a-1], times[b-1]) })
	ids := make([]sim.EventID, len(order))
	for i, k := range order {
		ids[i] = t.nodes[k].id
	}
	return ids, nil
}
