package sim

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/coro"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// What follows is for parts of a world that are called by code which does not
// know the world, such as package simclock: they have no Proc at hand, may be
// called from where nothing can block, and learn of some changes only afterwards.

// AtEnd calls f at the end of every event of this run, the set-up included, as the
// last thing that the event does: what f reads, writes and arms is the event's. It
// is for state that code changes without a call that the world could see. The name
// is said when f panics. Properties stated before look before f, those after, after.
func (w *World) AtEnd(name string, f func()) {
	w.props.always = append(w.props.always, alwaysProperty{name: name, ours: true, check: func() error {
		w.print -= w.cur.print // endEvent has counted the event before it asks the properties
		f()
		w.print += w.cur.print
		return nil
	}}) // whatever is judged, and nothing that the scenario states
}

// AtExit calls f when this run is over and its processes have ended, whatever it came
// to. It can change nothing of the run any more.
func (w *World) AtExit(f func()) { w.exits = append(w.exits, f) }

// Bubble says that the logic of this run has goroutines of its own, which run while an
// event has its effect: what they do in it is up to the scheduler of Go as soon as more
// than one of them is awake. The mode of the run's trace tells.
func (w *World) Bubble() {
	if w.cfg.Mode != Timed {
		w.misuse("mode %v: not for goroutines in a bubble", w.cfg.Mode)
	}
	w.bubbled = true
}

// Mistake ends the run with an error: something is wrong with the scenario, not
// with the logic under test.
func (w *World) Mistake(format string, args ...any) { w.misuse(format, args...) }

// Caller is the process to which the current event belongs, or whose deferred
// functions are running: who called. Unlike Running it may be one that cannot block.
func (w *World) Caller() *Proc {
	if w.unwinding != nil {
		return w.unwinding
	}
	return w.cur.proc
}

// NominalNow is the boring answer of Proc.Now, without reading the clock: nothing is
// committed, and what the clock is found to read later may differ, unless only one
// answer is possible.
func (w *World) NominalNow() time.Duration {
	if w.cfg.Mode == Sampled {
		return time.Duration(w.now)
	}
	if w.track != nil {
		w.track.Unsure()
	}
	lo, hi := w.instant()
	return time.Duration(min(max(w.now, lo), hi))
}

// Background reports whether the events of p do not count as activity.
func (p *Proc) Background() bool { return p.background }

// AfterSince is After with a window that counts from m. What it names must not be
// past already: ask Elapsed.
func (p *Proc) AfterSince(m env.Mark, l Label, win Window, h Handler, arg int64) EventRef {
	p.world.markOf(m)
	return p.world.armAt(p, l, win, int(m), h, arg)
}

// SetActivity says whether a pending event counts as activity, which keeps the
// world from coming to rest. Events of background processes do not from the start.
func (w *World) SetActivity(r EventRef, counts bool) {
	if r.gen == 0 || w.pending.slab[r.slot].gen != r.gen {
		w.trackGone(r)
		return
	}
	e := &w.pending.slab[r.slot]
	w.trackAlter(r)
	if e.idle != counts {
		return
	}
	e.idle = !counts
	if counts {
		w.foreground++
	} else {
		w.foreground--
	}
}

// Current is the ID of the event that is having its effect.
func (w *World) Current() EventID { return w.cur.id }

// AfterChained is After for an event of a chain, in which each arms the next in a way
// that no schedule changes: it is called label, whoever arms it, and to the
// fingerprint first, with which the chain began, is its cause. So a model can keep
// many periodic timers in one pending event without ordering their ticks.
func (p *Proc) AfterChained(first EventID, l Label, win Window, h Handler, arg int64) EventRef {
	w := p.world
	armer := w.cur.proc
	w.cur.proc = p
	r := w.arm(p, l, win, h, arg)
	w.cur.proc = armer
	if r.gen != 0 {
		w.pending.slab[r.slot].cause = first
	}
	return r
}

// Choice decides among n alternatives that are no parameters of the scenario, such as
// which server a balancer picks: 0 is the boring one.
func (w *World) Choice(label string, n int) int {
	if n < 1 {
		w.misuse("choice %q: among %d", label, n)
	}
	return int(w.choose(KindDraw, w.cur.proc, w.dataLabelOf(label), 0, n, 0))
}

// Coroutines are for parts of a world that run code in coroutines of their own, such
// as the async functions of package jsloop. What is left of them at the end of a run
// is killed.
func (w *World) Coroutines() *coro.Pool { return &w.parts }
