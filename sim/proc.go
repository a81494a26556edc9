package sim

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/coro"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Proc is a process: a sequential chain of events. One with a body is a
// coroutine of ordinary Go code that blocks through its methods and through the
// primitives of its World; one without, made by World.Actor, only has events
// with handlers, which costs a fifth. It implements env.Proc.
type Proc struct {
	world      *World
	name       string
	hash       uint64
	index      int32
	being      Resource // whether it is alive
	body       func(*Proc)
	coro       *coro.Coro
	wake       EventRef     // the pending event that resumes it
	last       EventID      // its latest event
	labels     []labelState // of those that it uses
	places     []int32      // by label: where in labels, from 1 on; 0: not used yet
	profile    *Profile
	arms       []Label // by label: the label qualified with this armer
	background bool
	killed     bool
	done       bool
	spawnDepth int
	life       int
	wait       waiting
}

var _ env.Proc = (*Proc)(nil)

// Handler is what an event of an actor does. The argument is the one given when
// the event was armed: a handler that needs no more than a number costs nothing
// to arm.
type Handler interface {
	Fire(w *World, arg int64)
}

// Name is the process's name.
func (p *Proc) Name() string { return p.name }

// World is the world that p lives in.
func (p *Proc) World() *World { return p.world }

// resumed notes, for Where, who runs. The race detector does not see it: an atomic
// store would cost a tenth of a step, and a word is read whole without.
//
//go:norace
func (w *World) resumed(p *Proc) { w.where, w.whereStep = p, w.steps }

// Where tells the process that was resumed last, and the number of events before
// that. It may be called from another goroutine, to find out which process does
// not come back.
//
//go:norace
func (w *World) Where() (process string, steps int) {
	if p := w.where; p != nil {
		return p.name, w.whereStep
	}
	return worldName, 0
}

// yield hands over until an event resumes p.
func (p *Proc) yield() {
	if p.leaving() {
		p.coro.Switch()
		p.coro.Back()
	}
}

// leaving begins a yield, and reports whether p has to hand over. Whoever yields asks
// for the next event itself, simply goes on when it is its own, and hands over to the
// process whose it is. To the loop goes what is left.
func (p *Proc) leaving() bool {
	w := p.world
	if p.killed { // unwinding: deferred functions of the body do nothing any more
		if p.coro == nil {
			w.misuse("process %q: %s", p.name, afterEnd)
		}
		p.coro.Yield()
		return false
	}
	next := w.advance()
	if next == p && w.stale == nil {
		return false
	}
	if next == nil || w.stale != nil {
		w.next = next
		return p.coro.Leaving()
	}
	w.goesOn(next)
	return p.coro.LeavingFor(next.coro)
}

// Running is the process that calls a primitive whose event is l. That nobody
// does who can block is a mistake of the scenario.
func (w *World) Running(l Label) *Proc {
	if w.unwinding != nil {
		return w.unwinding
	}
	p := w.cur.proc
	if w.stopped && !w.inHandler && p.coro == nil {
		w.misuse("%s: %s", w.labels.list[l], afterEnd)
	}
	if w.inHandler || p.coro == nil {
		w.misuse("%s: called by %q, which is not a process with a body and so cannot block", w.labels.list[l], p.name)
	}
	return p
}

// afterEnd says who calls what has ended.
const afterEnd = "called after its life or the run has ended. A process starts no goroutine that calls the world: " +
	"what would be one is another process, by World.Process"

// outOfTurn refuses a step of p that p does not make itself.
func (w *World) outOfTurn(p *Proc, l Label) {
	if p.done || w.stopped {
		w.misuse("step %q of %q: %s", w.labels.list[l], p.name, afterEnd)
	}
	w.misuse("step %q of %q: called while %q runs. A process makes its steps itself: no other one does, nor a goroutine that it starts", w.labels.list[l], p.name, w.cur.proc.name)
}

// Step is a scheduling point: the work called label takes as long as the
// profile says, and the code after the call is its effect.
func (p *Proc) Step(label string) {
	l := p.label(label)
	p.StepFor(l, p.window(l))
}

// StepFor is Step with a window of the caller's.
func (p *Proc) StepFor(l Label, win Window) {
	w := p.world
	if !p.killed {
		if w.cur.proc != p {
			w.outOfTurn(p, l)
		}
		p.wake = w.arm(p, l, win, nil, 0)
	}
	if p.leaving() { // yield, on the way of every step: see coro.Coro.Leaving
		if p.coro.Odd() {
			p.coro.SwitchOdd()
		} else {
			p.coro.SwitchEven()
		}
		p.coro.Back()
	}
}

// Sleep blocks for at least d, and for as much longer as the profile says: the row
// of label if there is one, else Timer. Zero and less is a Step.
func (p *Proc) Sleep(label string, d time.Duration) {
	if d <= 0 {
		p.Step(label)
		return
	}
	l := p.label(label)
	p.StepFor(l, p.slack(l).Plus(d))
}

// After arms an event of an actor: handler is called with arg once the window,
// counted from now, lets it. The event belongs to p; armed by another process
// it is called `label@armer`.
func (p *Proc) After(l Label, win Window, h Handler, arg int64) EventRef {
	return p.world.arm(p, l, win, h, arg)
}
