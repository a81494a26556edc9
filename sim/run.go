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
	w.endEvent()
}

// loop resumes processes until the run is over.
func (w *World) loop() {
	w.next = w.advance()
	for w.next != nil {
		p := w.next
		w.next = nil
		switch p.resume() {
		case coro.Finished:
			p.ended()
			w.next = w.advance()
		case coro.Panicked:
			w.panics(p, p.coro.Panic())
			p.coro = nil
			return
		}
		if s := w.stale; s != nil {
			w.stale = nil
			s.unwindStale()
			w.next = w.advance()
		}
	}
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
	e := &w.pending.slab[w.pending.keys[i].slot()]
	w.fire(i, e)
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
	if w.now > int64(w.limits.Virtual) {
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

// choosePending asks the chooser which of the enabled events is next. The
// outcome is not recorded as such: an event that is passed over remembers who
// overtook it last, and when it fires that becomes a hold.
func (w *World) choosePending(last int) (int, bool) {
	q := &w.pending
	w.alts = w.alts[:0]
	first := -1
	for i := last; i >= 0; i-- {
		slot := q.keys[i].slot()
		e := &q.slab[slot]
		if !w.zone.MayFire(e.v) {
			continue
		}
		if first < 0 {
			first = i
			if w.calm {
				return i, true
			}
		}
		w.alts = append(w.alts, Alternative{ID: e.id, Process: e.proc.index, Label: e.label, Nominal: e.nominal, Armed: e.armed, slot: int32(i)})
	}
	if len(w.alts) < 2 {
		return first, true
	}
	w.contested++
	w.point = Point{Kind: KindSchedule, N: len(w.alts), Enabled: w.alts, Steps: w.steps, world: w}
	c := w.cfg.Chooser.Choose(&w.point)
	if c < 0 || c >= len(w.alts) {
		w.misuse("step %d: the chooser returned alternative %d of %d", w.steps, c, len(w.alts))
	}
	for _, a := range w.alts[:c] {
		q.slab[q.keys[a.slot].slot()].late = w.alts[c].ID
	}
	return int(w.alts[c].slot), true
}

// fire makes the event at position i the current one.
func (w *World) fire(i int, e *event) {
	w.steps++
	if !e.idle {
		w.foreground--
	}
	switch w.cfg.Mode {
	case Timed:
		w.zone.Fire(e.v)
	case Zones:
		w.track.Fire(int32(e.v), !e.idle)
	}
	w.now = max(w.now, e.at)
	if e.late != 0 {
		w.deviate(Deviation{Kind: KindSchedule, Event: e.id, After: e.late})
	}
	p := e.proc
	w.cur = current{id: e.id, proc: p, print: mix(mix(uint64(e.id), uint64(p.last)), uint64(e.cause))}
	p.last = e.id
	w.rolling = mix(w.rolling, uint64(e.id)^uint64(len(w.alts)))
	w.alts = w.alts[:0]
	if w.log != nil {
		w.log.fired(e)
	}
	if w.rec != nil {
		w.rec.fired(w, e)
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
