package sim

// Disable takes a pending event out of what can happen until Enable puts it back:
// its guard, such as "the lock is free", does not hold. It keeps its name and what it
// remembers of being overtaken; its window counts anew from Enable. An event that is
// disabled does not keep the world from coming to rest. Disable does nothing for an
// event that is not pending, or is disabled already.
//
// It is how a lock blocks until it is free, as in textbooks: a process that stands
// before a lock that is taken has no event. A Mutex is otherwise: asking for it is
// an event, and so is being woken.
func (w *World) Disable(r EventRef) {
	e := w.ofRef(r)
	switch {
	case e == nil:
		w.trackGone(r)
		return
	case e.disabled:
		w.trackAlter(r)
		return
	}
	e.disabled = true
	w.pending.out++
	w.unbound(r.slot)
	if !e.idle {
		w.foreground--
	}
	if w.rec != nil {
		w.rec.cancelled(e)
	}
	w.pending.takeOut(w.pending.find(r.slot))
}

// Enable undoes Disable: the event may happen in win from now. It does nothing for an
// event that is not disabled.
func (w *World) Enable(r EventRef, win Window) {
	e := w.ofRef(r)
	if e == nil {
		w.trackGone(r)
		return
	}
	w.trackAlter(r)
	if !e.disabled {
		return
	}
	w.pending.out--
	e.disabled, e.enabled = false, int32(w.steps)
	if w.calm {
		win.Earliest, win.Latest = win.Nominal, win.Nominal
	}
	if !win.ok() {
		w.misuse("%w", win.check(e.proc.name+":"+w.labels.list[e.label]))
	}
	e.nominal = w.now + int64(win.Nominal)
	e.at = e.nominal
	switch {
	case w.cfg.Mode == Sampled:
		e.at = w.now + w.sampler.draw(win, mix(w.cfg.Seed, uint64(e.id)))
	case w.track != nil:
		w.pending.vars[r.slot] = w.trackArm(r.slot, e, win, 0)
	default:
		w.bound(r.slot, win)
	}
	if !e.idle {
		w.foreground++
	}
	if w.rec != nil {
		w.rec.armed(w, e, win, 0)
	}
	w.pending.insert(key{e.at, r.slot, e.proc.index})
}

// ofRef is the event that r names, or nil if it is no longer pending.
func (w *World) ofRef(r EventRef) *event {
	if r.gen == 0 || w.pending.slab[r.slot].gen != r.gen {
		return nil
	}
	return &w.pending.slab[r.slot]
}
