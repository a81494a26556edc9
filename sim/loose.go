package sim

import "github.com/seed-3519b94c/simrun/sim/timed"

// timing is the set of all timings that fit the run. As long as every event may happen
// at any time from when it was armed, and nobody has asked the clock, there is nothing
// to know about it, and it is not kept: the world is loose. Whoever uses it ends that.
func (w *World) timing() *timed.State {
	if w.loose {
		w.tighten()
	}
	return &w.zone
}

func (w *World) tighten() {
	w.loose = false
	q := &w.pending
	for i := len(q.keys) - 1; i >= 0; i-- {
		q.vars[q.keys[i].slot] = w.zone.Arm(0, timed.Unbounded)
	}
	if w.moved {
		w.zone.Moved()
	}
}

// bound makes the window of a new event known, if that is of interest.
func (w *World) bound(slot int32, win Window) {
	if w.loose && win.Earliest == 0 && win.Latest >= Unbounded {
		return
	}
	w.pending.vars[slot] = w.timing().Arm(int64(win.Earliest), int64(win.Latest))
}

// unbound forgets the window of an event that will not happen.
func (w *World) unbound(slot int32) {
	switch {
	case w.loose:
	case w.cfg.Mode == Timed:
		w.zone.Cancel(w.pending.vars[slot])
	case w.cfg.Mode == Zones:
		w.track.Cancel(int32(w.pending.vars[slot]))
	}
}
