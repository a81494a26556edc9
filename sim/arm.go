package sim

import "strings"

// arm makes an event of p pending. With a handler it is a callback, without it
// resumes p.
func (w *World) arm(p *Proc, l Label, win Window, h Handler, arg int64) EventRef {
	return w.armAt(p, l, win, 0, h, arg)
}

// armAt is arm with a window that counts from mark m, or from now if m is 0.
func (w *World) armAt(p *Proc, l Label, win Window, m int, h Handler, arg int64) EventRef {
	if w.calm {
		win.Earliest, win.Latest = win.Nominal, win.Nominal
	}
	if len(w.pending.keys) >= w.limits.Pending {
		w.exceed("pending events", "%d, the last one %s:%s", w.limits.Pending, p.name, w.labels.list[l])
		return EventRef{}
	}
	if h != nil && w.cur.proc != p {
		l = w.qualified(l, w.cur.proc)
	}
	if !win.ok() {
		w.misuse("%w", win.check(p.name+":"+w.labels.list[l]))
	}
	slot, e := w.pending.take()
	from := w.now
	if m != 0 {
		from = w.marks[m-1].now
	}
	e.id, e.occ = p.at(l).next()
	e.proc, e.handler, e.arg, e.label = p, h, arg, l
	e.cause, e.armed = w.cur.id, int32(w.steps)
	e.enabled = e.armed
	w.pending.late[slot] = 0
	e.nominal = from + int64(win.Nominal)
	e.idle, e.disabled = p.background || w.idle, false
	e.gen++
	e.at = e.nominal
	switch {
	case w.cfg.Mode == Sampled:
		e.at = from + w.sampler.draw(win, mix(w.seedNow(), uint64(e.id)))
	case w.track != nil:
		w.pending.vars[slot] = w.trackArm(slot, e, win, m)
	case m != 0:
		w.pending.vars[slot] = w.timing().ArmAt(w.marks[m-1].v, int64(win.Earliest), int64(win.Latest))
	default:
		w.bound(slot, win)
	}
	if !e.idle {
		w.foreground++
	}
	if w.rec != nil {
		w.rec.armed(w, e, win, m)
	}
	w.pending.insert(key{e.at, slot, p.index})
	return EventRef{slot, e.gen}
}

// seedNow is the seed with which durations are drawn at this step.
func (w *World) seedNow() uint64 {
	for len(w.reseed) > 0 && w.steps >= w.reseed[0].Step {
		w.seed, w.reseed = w.reseed[0].Seed, w.reseed[1:]
	}
	return w.seed
}

// Cancel takes a pending event back and reports whether it was still pending.
func (w *World) Cancel(r EventRef) bool {
	e := w.ofRef(r)
	if e == nil {
		w.trackGone(r)
		return false
	}
	if e.disabled {
		w.trackAlter(r)
		if late := w.pending.late[r.slot]; late != 0 {
			w.deviate(Deviation{Kind: KindSchedule, Event: e.id, After: late})
		}
		w.pending.out--
		w.pending.release(r.slot)
		return true
	}
	w.unbound(r.slot)
	if late := w.pending.late[r.slot]; late != 0 {
		w.deviate(Deviation{Kind: KindSchedule, Event: e.id, After: late})
	}
	if !e.idle {
		w.foreground--
	}
	if w.rec != nil {
		w.rec.cancelled(e)
	}
	w.pending.remove(w.pending.find(r.slot))
	return true
}

// qualified is the label of an event that another process arms on a callback
// process: `label@armer`. Its occurrences are counted per armer, so that they
// do not depend on the order in which several armers come.
func (w *World) qualified(l Label, armer *Proc) Label {
	if int(l) < len(armer.arms) && armer.arms[l] != 0 {
		return armer.arms[l]
	}
	// A process made during the run has colons in its name, and a label has none.
	q := Label(w.labels.intern(w.labels.list[l] + "@" + strings.ReplaceAll(armer.name, ":", ".")))
	armer.arms = grow(armer.arms, int(l))
	armer.arms[l] = q
	return q
}

// grow lengthens s with zeros so that s[i] exists.
func grow[T any](s []T, i int) []T {
	for len(s) <= i {
		var zero T
		s = append(s, zero)
	}
	return s
}
