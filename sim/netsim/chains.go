package netsim

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Periodic timers have exact periods, so those that began at one instant, or at
// instants that are exactly apart, need one pending event in all: that of the next
// tick. Such timers are a chain. Where several are due at the same instant, all of
// them are pending, and any order is possible. Three hundred servers whose heartbeats
// began at exact instants cost the world no more than one (ENGINE: a firing costs the
// square of what is pending).
type chains struct {
	list []*chain
	used int
	all  []*entry // by number
	nall int
	now  *chain // that has begun in, or of which a tick is, the event number step
	step int
}

type chain struct {
	n     *Net
	first sim.EventID // in which it began
	step  int         // the number of that event
	at    time.Duration
	heap  []*entry // not armed, by due and number
	armed int
	dueAt time.Duration // of those that are armed
	live  int
}

// entry is a periodic timer, or something that happens once at an exact instant.
type entry struct {
	ch     *chain
	life   *life
	label  sim.Label
	name   string
	number int
	period time.Duration // 0: once
	due    time.Duration // after the beginning of the chain
	fn     func()
	ref    sim.EventRef
	armed  bool
	dead   bool
	queued bool // a tick waits for the end of a stall, or for the loop
	row    bool // the profile says how late a tick may be
}

func (cs *chains) reset() {
	cs.used, cs.nall, cs.now = 0, 0, nil
}

// Every implements env.Timers. The label must be that of nothing else.
func (l *life) Every(label string, period time.Duration, fn func()) env.Ticket {
	h := l.h
	if l.over {
		return env.Ticket{}
	}
	if period <= 0 {
		h.n.w.Mistake("%s: every %v %q: a period must be above zero", h.name, period, label)
	}
	at := h.n.w.Label(label)
	_, hasRow := row(h.p, at)
	h.ref()
	e := h.n.chained(l, at, period)
	e.name, e.period, e.fn, e.row = label, period, fn, hasRow
	e.enlist()
	return l.ticketOf(ofPeriodic, int64(e.number))
}

// StartAt begins a life exactly d after now.
func (h *Host) StartAt(d time.Duration) {
	if h.cur != nil && !h.cur.over || d < 0 {
		h.n.w.Mistake("start %q %v from now: it is still running, or that is in the past", h.name, d)
	}
	h.n.w.Write(h.res)
	l := h.newLife()
	e := h.n.chained(l, h.n.w.Label("start"), d)
	e.fn = l.begin
	e.enlist()
}

// chained makes an entry that is due d from now.
func (n *Net) chained(l *life, label sim.Label, d time.Duration) *entry {
	cs := &n.chains
	ch := cs.present(n)
	if cs.nall == len(cs.all) {
		cs.all = append(cs.all, new(entry))
	}
	e := cs.all[cs.nall]
	*e = entry{ch: ch, life: l, label: label, number: cs.nall, due: ch.at + d}
	cs.nall++
	return e
}

// present is the chain that has begun in the current event or of which it is a tick,
// or else a new one.
func (cs *chains) present(n *Net) *chain {
	step := n.w.Steps()
	if cs.now != nil && cs.step == step {
		return cs.now
	}
	if cs.used == len(cs.list) {
		cs.list = append(cs.list, new(chain))
	}
	ch := cs.list[cs.used]
	cs.used++
	*ch = chain{n: n, first: n.w.Current(), step: step, heap: ch.heap[:0]}
	cs.now, cs.step = ch, step
	return ch
}

// enlist puts e into its chain.
func (e *entry) enlist() {
	ch := e.ch
	ch.live++
	ch.push(e)
	if ch.armed > 0 && e.due < ch.dueAt { // e comes before what is pending
		for _, x := range ch.n.chains.all[:ch.n.chains.nall] {
			if x.ch == ch && x.armed {
				ch.n.w.Cancel(x.ref)
				x.armed = false
				ch.push(x)
			}
		}
		ch.armed = 0
	}
	if ch.armed == 0 || e.due == ch.dueAt {
		ch.armNext()
	}
}

// armNext makes what is due next pending, all of it.
func (ch *chain) armNext() {
	for len(ch.heap) > 0 {
		e := ch.heap[0]
		if e.dead {
			ch.pop()
			continue
		}
		if ch.armed > 0 && e.due != ch.dueAt {
			return
		}
		ch.pop()
		ch.armed++
		ch.dueAt = e.due
		e.armed = true
		e.ref = e.life.h.p.AfterChained(ch.first, e.label, sim.Exactly(e.due-ch.at), e, 0)
		if e.period > 0 {
			ch.n.w.SetActivity(e.ref, false) // a heartbeat does not keep a world going
		}
	}
}

// Fire is a tick.
func (e *entry) Fire(w *sim.World, _ int64) {
	ch := e.ch
	cs := &ch.n.chains
	ch.at, e.armed = e.due, false
	ch.armed--
	cs.now, cs.step = ch, w.Steps()
	if !e.dead {
		h := e.life.h
		h.enter()
		if e.period == 0 {
			e.dead = true
			ch.live--
			e.fn()
		} else {
			e.due += e.period
			ch.push(e)
			e.tick()
		}
	}
	if ch.armed == 0 {
		ch.armNext()
	}
}

// tick lets the program do its work.
func (e *entry) tick() {
	h := e.life.h
	switch {
	case e.queued: // it has not come to the last one yet
	case e.row:
		e.queued = true
		slot := e.life.arm(e.label, h.p.Window(e.label), task{kind: aTick, label: e.name, fn: e.lateTick})
		h.n.w.SetActivity(h.tasks[slot].ref, false)
	case h.direct():
		e.fn()
	default:
		e.queued = true
		if h.stalled {
			h.backlog = append(h.backlog, backlogged{e.life, e.lateTick, true})
			return
		}
		h.loop.post(e.life, e.name, e.lateTick)
	}
}

func (e *entry) lateTick() {
	e.queued = false
	if !e.dead {
		e.fn()
	}
}

// cancel calls a periodic timer off.
func (cs *chains) cancel(number int) bool {
	e := cs.all[number]
	if e.dead {
		return false
	}
	e.life.h.unref(e.life)
	e.kill()
	return true
}

// kill takes e out. What is pending of a chain with others stays pending, and does
// nothing: the next tick counts from it.
func (e *entry) kill() {
	ch := e.ch
	e.dead = true
	if ch.live--; ch.live == 0 {
		for _, x := range ch.n.chains.all[:ch.n.chains.nall] {
			if x.ch == ch && x.armed {
				ch.n.w.Cancel(x.ref)
				x.armed = false
				ch.armed--
			}
		}
	}
}

// dropped takes out all that belongs to l.
func (cs *chains) dropped(l *life) {
	for _, e := range cs.all[:cs.nall] {
		if e.life == l && !e.dead {
			e.kill()
		}
	}
}

func before(a, b *entry) bool { return a.due < b.due || a.due == b.due && a.number < b.number }

func (ch *chain) push(e *entry) {
	q := append(ch.heap, e)
	i := len(q) - 1
	for i > 0 && before(e, q[(i-1)/2]) {
		q[i] = q[(i-1)/2]
		i = (i - 1) / 2
	}
	q[i] = e
	ch.heap = q
}

func (ch *chain) pop() {
	q := ch.heap
	last := q[len(q)-1]
	q = q[:len(q)-1]
	ch.heap = q
	if len(q) == 0 {
		return
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(q) {
			break
		}
		if child+1 < len(q) && before(q[child+1], q[child]) {
			child++
		}
		if !before(q[child], last) {
			break
		}
		q[i] = q[child]
		i = child
	}
	q[i] = last
}
