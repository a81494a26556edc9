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
