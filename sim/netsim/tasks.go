package netsim

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// taskKind is what a task is about.
type taskKind uint8

const (
	aTimer taskKind = iota
	aWork
	aTick // the lateness of a tick of a periodic timer
	aStart
	aStallEnd
	aSignal
)

// task is something that happens to a life later, in a slot that is used again.
type task struct {
	life  *life
	kind  taskKind
	fn    func()
	work  func(error)
	err   error
	sig   env.Signal
	label string
	ref   sim.EventRef
	gen   uint32 // odd while in use
}

func (h *Host) resetTasks() {
	h.spare = h.spare[:0]
	for i := len(h.tasks) - 1; i >= 0; i-- {
		h.tasks[i] = task{}
		h.spare = append(h.spare, int32(i))
	}
}

// take makes a task of l and returns its slot.
func (l *life) take(t task) int32 {
	h := l.h
	if len(h.spare) == 0 {
		h.tasks = append(h.tasks, task{})
		h.spare = append(h.spare, int32(len(h.tasks)-1))
	}
	slot := h.spare[len(h.spare)-1]
	h.spare = h.spare[:len(h.spare)-1]
	t.life, t.gen = l, h.tasks[slot].gen+1
	h.tasks[slot] = t
	return slot
}

// arm makes t happen when win has passed.
func (l *life) arm(label sim.Label, win sim.Window, t task) int32 {
	slot := l.take(t)
	h := l.h
	arg := int64(slot)<<32 | int64(h.tasks[slot].gen)
	var r sim.EventRef
	if t.kind == aStart { // the n-th start is that of the n-th life, whoever made it
		r = h.p.AfterChained(h.n.w.Current(), label, win, (*tasks)(h), arg)
	} else {
		r = h.p.After(label, win, (*tasks)(h), arg)
	}
	h.tasks[slot].ref = r
	return slot
}

// release frees a slot.
func (h *Host) release(slot int32) {
	h.tasks[slot] = task{gen: h.tasks[slot].gen + 1}
	h.spare = append(h.spare, slot)
}

// ticket names a task.
func (l *life) ticket(slot int32) env.Ticket {
	return l.ticketOf(ofTask, int64(slot)<<30|int64(l.h.tasks[slot].gen))
}

// tasks handles the events of tasks.
type tasks Host

// Fire does the task.
func (ts *tasks) Fire(_ *sim.World, arg int64) {
	h := (*Host)(ts)
	slot := int32(arg >> 32)
	t := h.tasks[slot]
	if t.gen != uint32(arg) {
		return
	}
	h.enter()
	if h.direct() {
		h.release(slot)
		h.do(t)
		return
	}
	if t.kind == aStart || t.kind == aStallEnd || t.kind == aSignal && t.life.dies(t.sig) {
		h.release(slot)
		h.do(t)
		return
	}
	h.tasks[slot].ref = sim.EventRef{}
	due := func() { // it can be called off until the program comes to it
		if t := h.tasks[slot]; t.gen == uint32(arg) {
			h.release(slot)
			h.settled(t)
			h.do(t)
		}
	}
	if h.stalled {
		h.backlog = append(h.backlog, backlogged{t.life, due, t.kind != aSignal})
		return
	}
	h.loop.post(t.life, t.label, due)
}

// settled undoes the reference of a loop to t.
func (h *Host) settled(t task) {
	if t.kind == aTimer || t.kind == aWork {
		h.unref(t.life)
	}
}

// do has the effect of t.
func (h *Host) do(t task) {
	switch t.kind {
	case aTimer, aTick:
		t.fn()
	case aWork:
		t.work(t.err)
	case aStart:
		t.life.begin()
	case aStallEnd:
		h.goOn()
	case aSignal:
		t.life.signalled(t.sig)
	}
}

// forget calls off all that is to happen to l.
func (h *Host) forget(l *life) {
	for i := range h.tasks {
		if t := &h.tasks[i]; t.life == l {
			h.n.w.Cancel(t.ref)
			h.release(int32(i))
		}
	}
}

// The kinds of tickets.
const (
	ofTask = iota
	ofCall
	ofPeriodic
	ofSignal
)

// ticketOf makes a ticket of l.
func (l *life) ticketOf(kind, id int64) env.Ticket { return env.NewTicket(l, id<<2|kind) }

// CancelTicket implements env.Canceler.
func (l *life) CancelTicket(id int64) bool {
	h := l.h
	if l.over {
		return false
	}
	h.enter()
	switch id & 3 {
	case ofTask:
		slot := int32(id >> 32)
		t := &h.tasks[slot]
		if t.gen != uint32(id>>2)&(1<<30-1) || t.life != l {
			return false
		}
		h.n.w.Cancel(t.ref)
		h.settled(*t)
		h.release(slot)
		return true
	case ofCall:
		c := h.n.calls[id>>2]
		if c.over {
			return false
		}
		c.hangUp()
		h.unref(l)
		return true
	case ofPeriodic:
		return h.n.chains.cancel(int(id >> 2))
	}
	return l.removeSignal(id >> 2)
}

// soon calls fn in an event of its own, called name, that takes no time unless the
// profile has a row for it.
func (l *life) soon(name string, fn func()) {
	if l.over {
		return
	}
	label := l.h.n.w.Label(name)
	l.h.ref()
	l.arm(label, rowOr(l.h.p, label, sim.Window{}), task{kind: aTimer, fn: fn, label: name})
}

// Work implements env.Timers.
func (l *life) Work(label string, fn func(err error)) env.Ticket {
	if l.over {
		return env.Ticket{}
	}
	h := l.h
	at := h.n.w.Label(label)
	t := task{kind: aWork, work: fn, label: label}
	h.ref()
	if f := h.work[at]; f != nil {
		switch {
		case f.CanStick && h.n.w.Fault(f.stick):
			if h.n.w.Recording() {
				h.n.w.Note("%s: %s is stuck", h.name, label)
			}
			return l.ticket(l.take(t))
		case f.CanFail && h.n.w.Fault(f.fail):
			t.err = &WorkError{label}
		}
	}
	return l.ticket(l.arm(at, h.p.Window(at), t))
}

// After implements env.Timers.
func (l *life) After(label string, d time.Duration, fn func()) env.Ticket {
	if l.over {
		return env.Ticket{}
	}
	at := l.h.n.w.Label(label)
	l.h.ref()
	return l.ticket(l.arm(at, l.h.late(at).Plus(max(d, 0)), task{kind: aTimer, fn: fn, label: label}))
}

// WorkError is how a piece of work fails when a fault strikes.
type WorkError struct{ Label string }

func (e *WorkError) Error() string { return e.Label + " failed" }

// WorkFaults says what can go wrong with a kind of work.
type WorkFaults struct {
	CanFail  bool // `fail HOST LABEL`: it ends with a *WorkError
	CanStick bool // `stick HOST LABEL`: it never ends
}

type workFault struct {
	WorkFaults
	fail, stick string
}

// Faulty lets the work of h called label fail or stick, as faults of the world.
func (h *Host) Faulty(label string, f WorkFaults) {
	h.enter()
	h.work[h.n.w.Label(label)] = &workFault{f, "fail " + h.name + " " + label, "stick " + h.name + " " + label}
}
