package sim

import (
	"github.com/seed-3519b94c/simrun/sim/coro"
)

// setup lets the scenario build its world.
func (w *World) setup() {
	defer func() {
		if r := recover(); r != nil {
			w.panics(w.procs[0], capturePanic(r))
		}
	}()
	w.scenario.Build(w)
	w.checkPinned()
	w.endEvent()
}

// loop resumes processes until the run is over.
func (w *World) loop() {
	w.next = w.advance()
	for w.next != nil {
		p := w.next
		w.next = nil
		w.goesOn(p)
		p.coro.Entering()
		p.coro.Switch()
		// They hand over to each other: it need not be p that comes back.
		if c := w.stackCoro; c.Out() == coro.Panicked {
			w.panics(w.stack, c.Panic())
			w.stack.coro = nil
			return
		}
		if s := w.stale; s != nil {
			w.stale = nil
			s.unwindStale()
			w.next = w.advance()
		}
	}
}

// goesOn says that p is the next to run.
func (w *World) goesOn(p *Proc) {
	w.resumed(p)
	w.stack = p
	if p.coro == nil {
		p.begin(w.pool.Start((*procJob)(p)))
	}
	w.stackCoro = p.coro
}

// advance ends the current event and fires events until one belongs to a
// process that must be resumed. nil: the run is over. It runs in whichever
// goroutine is current, so that a process that is next after itself needs no
// switch at all.
func (w *World) advance() *Proc {
	for {
		e := w.fireNext()
		if e == nil {
			return nil
		}
		if e.handler == nil {
			return e.proc
		}
		if next, over := w.handle(e); next != nil || over || w.stale != nil {
			return next
		}
	}
}

// fireNext makes the next event the current one. nil: the run is over. The event
// is in a slot that is free already: it holds until something is armed.
func (w *World) fireNext() *event {
	w.endEvent()
	if w.stopped {
		return nil
	}
	i, ok := w.pick()
	if !ok {
		return nil
	}
	slot := w.pending.keys[i].slot
	e := &w.pending.slab[slot]
	w.fire(i, slot, e)
	return e
}

// handle runs the handler of e and those of the events after it, until one belongs
// to a process or the run is over. A panic in a handler ends the run, and must not
// unwind the process on whose stack it happens to run.
func (w *World) handle(e *event) (next *Proc, over bool) {
	defer func() {
		if !w.inHandler {
			return
		}
		w.inHandler = false
		if r := recover(); r != nil {
			w.panics(w.cur.proc, capturePanic(r))
		}
	}()
	for e.handler != nil {
		w.inHandler = true
		w.resumed(e.proc)
		e.handler.Fire(w, e.arg)
		w.inHandler = false
		if w.stale != nil { // this stack is to be left
			return nil, false
		}
		if e = w.fireNext(); e == nil {
			return nil, true
		}
	}
	return e.proc, false
}

// pick returns the position of the next event.
func (w *World) pick() (int, bool) {
	q := &w.pending
	if w.foreground == 0 && w.rest() {
		return 0, false
	}
	if w.steps >= w.alarm {
		if w.steps >= w.limits.Steps {
			return 0, w.exceed("steps", "%d events", w.limits.Steps)
		}
		w.Calm()
		w.alarm = w.limits.Steps
	}
	last := len(q.keys) - 1
	if last < 0 {
		return 0, false
	}
	if w.now > int64(w.limits.Virtual) && w.overtime() {
		return 0, w.exceed("virtual time", "%v", w.limits.Virtual)
	}
	if w.cfg.Mode == Zones {
		return w.pickTracked()
	}
	if w.cfg.Mode == Sampled || last == 0 {
		return last, true
	}
	return w.choosePending(last)
}

// overtime reports whether more virtual time has passed than the limit allows, where the
// nominal time is beyond it. Events that come earlier than nominal, one after the other, run
// ahead in nominal time: then what counts is whether it may be as late as that.
func (w *World) overtime() bool {
	if w.cfg.Mode != Timed || w.loose {
		return true
	}
	_, hi := w.zone.Now()
	return hi > int64(w.limits.Virtual)
}

// choosePending asks the chooser which of the enabled events is next. The
// outcome is not recorded as such: an event that is passed over remembers who
// overtook it last, and when it fires that becomes a hold.
func (w *World) choosePending(last int) (int, bool) {
	q, e := &w.pending, &w.enabled
	e.keys, e.some, e.n = q.keys, nil, last+1
	if !w.loose && !w.zone.AllMayFire() {
		e.some = w.mayFire(last)
		e.n = len(e.some)
	}
	if w.calm {
		at := e.position(0)
		e.n = 0
		return at, true
	}
	if e.n < 2 {
		return e.position(0), true
	}
	w.contested++
	var c int
	if w.picker != nil {
		c = w.picker.PickEvent(e)
	} else {
		c = w.cfg.Chooser.Choose(w.schedulePoint())
	}
	if c < 0 || c >= e.n {
		w.misuse("step %d: the chooser returned alternative %d of %d", w.steps, c, e.n)
	}
	at := e.position(c)
	if c > 0 {
		over := q.slab[q.keys[at].slot].id
		if e.some == nil {
			for _, k := range q.keys[at+1:] {
				q.late[k.slot] = over
			}
		} else {
			for _, i := range e.some[:c] {
				q.late[q.keys[i].slot] = over
			}
		}
	}
	return at, true
}

// mayFire lists the positions of the enabled events, the one that is due first first.
func (w *World) mayFire(last int) []int32 {
	q, some := &w.pending, w.some[:0]
	for i := last; i >= 0; i-- {
		if w.zone.MayFire(q.vars[q.keys[i].slot]) {
			some = append(some, int32(i))
			if w.calm {
				break
			}
		}
	}
	w.some = some
	return some
}

// schedulePoint tells a chooser about the enabled events.
func (w *World) schedulePoint() *Point {
	q, e, alts := &w.pending, &w.enabled, w.alts[:0]
	for i := range e.n {
		at := e.position(i)
		ev := &q.slab[q.keys[at].slot]
		alts = append(alts, Alternative{ID: ev.id, Process: q.keys[at].process, Label: ev.label, Nominal: ev.nominal, Armed: ev.armed, position: int32(at)})
	}
	w.alts = alts
	w.point = Point{Kind: KindSchedule, N: e.n, Enabled: alts, Steps: w.steps, world: w}
	return &w.point
}

// fire makes the event at position i the current one.
func (w *World) fire(i int, slot int32, e *event) {
	w.steps++
	if !e.idle {
		w.foreground--
	}
	switch {
	case w.loose:
		w.moved = true
	case w.cfg.Mode == Timed:
		w.zone.Fire(w.pending.vars[slot])
	case w.cfg.Mode == Zones:
		w.track.Fire(int32(w.pending.vars[slot]), !e.idle)
	}
	w.now = max(w.now, e.at)
	if late := w.pending.late[slot]; late != 0 {
		w.deviate(Deviation{Kind: KindSchedule, Event: e.id, After: late})
	}
	p := e.proc
	w.cur = current{id: e.id, proc: p, print: mix(mix(uint64(e.id), uint64(p.last)), uint64(e.cause))}
	p.last = e.id
	w.rolling = mix(w.rolling, uint64(e.id)^uint64(w.enabled.n))
	w.enabled.n = 0
	if w.log != nil {
		w.log.fired(e)
	}
	if w.rec != nil {
		w.rec.fired(w, e, w.pending.late[slot])
	}
	if w.observer != nil {
		w.observer.Fired(e.id)
	}
	w.pending.remove(i)
}

// endEvent closes the books on the current event.
func (w *World) endEvent() {
	if w.cur.id == 0 {
		return
	}
	w.print += w.cur.print
	if len(w.props.always) > 0 && !w.stopped {
		w.props.check(w)
	}
	if w.track != nil {
		w.tracked()
	}
	w.cur.id = 0
}

func (w *World) deviate(d Deviation) { w.devs = append(w.devs, d) }
