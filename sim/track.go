package sim

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim/timed"
)

// Tracker is the Chooser of a run in Mode Zones. The World keeps no time in that
// mode; the tracker does, in a timed.Zone or in whatever way, and is told of all that
// makes one event depend on another. The handles of events are the tracker's own.
type Tracker interface {
	Chooser
	// Begin is called before the set-up, which counts as the event with the handle 0,
	// at the instant 0.
	Begin(w *World)
	// Arm is told of a new pending event: its identity, its process, the mark from
	// whose instant its window counts, -1 for the current event, and the window in
	// nanoseconds. What it returns is the handle of the event.
	Arm(id EventID, process uint64, from int32, earliest, latest int64) int32
	// MayFire reports whether an event may be the next one.
	MayFire(event int32) bool
	// Fire makes an event the current one, before it has its effect. active: it counted
	// as activity.
	Fire(event int32, active bool)
	// Touch says that the current event reads or writes a resource, or something that
	// is not part of the fingerprint and matters all the same.
	Touch(resource uint64, write bool)
	// Cancel says that the current event takes a pending one back, perhaps to arm it
	// again. Alter says that it does something else to it, or to one that was taken back.
	Cancel(event int32)
	Alter(event int32)
	// Stale says that the current event would have cancelled or altered an event if
	// that were still pending.
	Stale(event int32)
	// Mark is the handle of the current event, for as long as Drop is not called.
	Mark() int32
	Drop(mark int32)
	// Since is the interval of the time from a mark to the current event, from the
	// origin if mark is -1; Assume keeps only the timings in which it is between lo and hi.
	Since(mark int32) (lo, hi int64)
	Assume(mark int32, lo, hi int64)
	// Broken says that what must always hold does not hold after the current event. Such a
	// property looks at the state of the world, wherever that comes from, so it is not the
	// event that fails: the run goes on.
	Broken(property string)
	// Looked says that such a property was asked.
	Looked()
	// Failed says that the run fails in the current event, and ends with it.
	Failed()
	// Everything says that the order of the current event matters to all others,
	// and that none is due that is still pending. Unsure says so of an event that saw
	// the time without committing to it.
	Everything()
	Unsure()
	// Ended is called when the current event has had all of its effect, with the
	// numbers of pending events and of those that count as activity. The run ends if it
	// returns false.
	Ended(pending, foreground int) bool
	// Calm says that the run ends here, at the beginning of calm, with events that
	// are still to come: what becomes of them depends on more than the order of what
	// conflicts.
	Calm()
}

// beginTracking prepares a run in Mode Zones.
func (w *World) beginTracking() error {
	w.track = nil
	if w.cfg.Mode != Zones {
		return nil
	}
	t, ok := w.cfg.Chooser.(Tracker)
	if !ok {
		return fmt.Errorf("mode %v: the chooser %T is no Tracker", Zones, w.cfg.Chooser)
	}
	if w.cfg.Record {
		return fmt.Errorf("mode %v: a run in it cannot be recorded; run its order in mode %v", Zones, Timed)
	}
	if w.refs == nil {
		w.refs = make(map[EventRef]int32)
	}
	clear(w.refs)
	// A storm that ends by a number of events would make all orders different.
	w.track, w.alarm = t, w.limits.Steps
	t.Begin(w)
	return nil
}

// trackArm is told of the event in slot.
func (w *World) trackArm(slot int32, e *event, win Window, m int) timed.Var {
	from := int32(-1)
	if m != 0 {
		from = int32(w.marks[m-1].v)
	}
	h := w.track.Arm(e.id, e.proc.hash, from, int64(win.Earliest), int64(win.Latest))
	w.refs[EventRef{slot, e.gen}] = h
	return timed.Var(h)
}

// trackGone is told of every use of a reference to what is not pending any more.
func (w *World) trackGone(r EventRef) {
	if w.track != nil && r.gen != 0 {
		w.track.Stale(w.refs[r])
	}
}

// trackAlter is told of every change of a pending event.
func (w *World) trackAlter(r EventRef) {
	if w.track != nil {
		w.track.Alter(int32(w.pending.vars[r.slot]))
	}
}

// pickTracked asks the tracker for the position of the next event.
func (w *World) pickTracked() (int, bool) {
	if w.calm {
		w.track.Calm()
		return 0, false
	}
	q := &w.pending
	w.alts = w.alts[:0]
	for i := len(q.keys) - 1; i >= 0; i-- {
		slot := q.keys[i].slot
		if e := &q.slab[slot]; w.track.MayFire(int32(q.vars[slot])) {
			w.alts = append(w.alts, Alternative{ID: e.id, Process: e.proc.index, Label: e.label, Nominal: e.nominal, position: int32(i)})
		}
	}
	w.point = Point{Kind: KindSchedule, N: len(w.alts), Enabled: w.alts, Steps: w.steps, world: w}
	c := w.track.Choose(&w.point)
	if c >= len(w.alts) {
		w.misuse("step %d: the chooser returned alternative %d of %d", w.steps, c, len(w.alts))
	}
	if c < 0 {
		return 0, false
	}
	w.now, w.enabled.n = 0, len(w.alts) // nominal instants are those of the event alone
	return int(w.alts[c].position), true
}

// tracked tells the tracker that the current event has ended.
func (w *World) tracked() {
	for i := range w.props.always {
		if !w.props.always[i].ours {
			w.track.Looked()
			break
		}
	}
	if !w.track.Ended(len(w.pending.keys), w.foreground) {
		w.stopped = true
	}
}

// touch tells the tracker of something that is no resource of the scenario.
func (w *World) touch(what uint64, write bool) {
	if w.track != nil {
		w.track.Touch(what, write)
	}
}

// everything says that the order of the current event and all others matters.
func (w *World) everything() {
	if w.track != nil {
		w.track.Everything()
	}
}

// since is the interval of the time from a mark to now.
func (w *World) since(v timed.Var) (lo, hi int64) {
	if w.track != nil {
		return w.track.Since(int32(v))
	}
	return w.zone.Since(v)
}

func (w *World) assumeSince(v timed.Var, lo, hi int64) {
	if w.track != nil {
		w.track.Assume(int32(v), lo, hi)
		return
	}
	w.zone.AssumeSince(v, lo, hi)
}

// instant is the interval of now.
func (w *World) instant() (lo, hi int64) {
	if w.track != nil {
		return w.track.Since(-1)
	}
	return w.timing().Now()
}

func (w *World) pinNow(t int64) {
	if w.track != nil {
		w.track.Assume(-1, t, t)
		return
	}
	w.zone.PinNow(t)
}
