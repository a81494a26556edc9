package sim

import (
	"github.com/seed-3519b94c/simrun/sim/env"
	"reflect"
	"time"
)

// waiting is where a process is blocked without an event of its own.
type waiting struct {
	list    *Waitlist
	on      Resource
	holder  *Proc // whom it waits for, if that is known
	timeout EventRef
	woken   Label
}

// Waitlist is a queue of blocked processes, for those who build primitives.
type Waitlist struct{ procs []*Proc }

// Len is the number of processes that are blocked on l.
func (l *Waitlist) Len() int { return len(l.procs) }

// Reset empties l, for use in the next run.
func (l *Waitlist) Reset() { l.procs = l.procs[:0] }

// Block parks p on list until Release; on is what it waits for and holder who has
// it, if that is known. p goes on in an event called woken.
func (p *Proc) Block(list *Waitlist, on Resource, holder *Proc, woken Label) {
	p.block(list, on, holder, woken)
}

// block is Block for a p that may have a timeout armed. It reports whether it was
// released.
func (p *Proc) block(list *Waitlist, on Resource, holder *Proc, woken Label) bool {
	p.wait.list, p.wait.on, p.wait.holder, p.wait.woken = list, on, holder, woken
	list.procs = append(list.procs, p)
	if rec := p.world.rec; rec != nil {
		rec.blocked(p)
	}
	if p.leaving() {
		p.coro.Switch()
		p.coro.Back()
	}
	released := p.wait.list == nil
	p.leave()
	return released
}

// leave takes p off the list that it is blocked on, if any.
func (p *Proc) leave() {
	if l := p.wait.list; l != nil {
		for i, q := range l.procs {
			if q == p {
				l.procs = append(l.procs[:i], l.procs[i+1:]...)
				break
			}
		}
	}
	p.wait = waiting{}
}

// Release lets the first process on list go on, when its `woken` event fires. It
// does nothing if none is blocked.
func (w *World) Release(list *Waitlist) {
	if len(list.procs) == 0 {
		return
	}
	p := list.procs[0]
	w.Cancel(p.wait.timeout)
	l := p.wait.woken
	p.leave()
	p.wake = w.arm(p, l, p.window(l), nil, 0)
}

// At is the scheduling point of a primitive, with the window that the profile
// gives it. It reports whether the call goes on: not if p is being unwound.
func (p *Proc) At(l Label) bool { return p.AtFor(l, p.window(l)) }

// AtFor is At with a window of the caller's.
func (p *Proc) AtFor(l Label, win Window) bool {
	p.StepFor(l, win)
	return !p.killed
}

// Dying reports whether p is being unwound: what it calls must have no effect.
func (p *Proc) Dying() bool { return p.killed }

// primitive is what every shared thing has: a world, a resource, and labels.
type primitive struct {
	w   *World
	res Resource
}

// Pooled returns the T that this scenario got under this name in its last run
// in this World, or a new one: for parts of a world that keep memory from run
// to run. The caller resets it.
func Pooled[T any](w *World, name string) *T {
	k := pooledKey{reflect.TypeFor[T](), name}
	if p, ok := w.pooled[k]; ok {
		if p.run == w.runs {
			if w.steps == 0 {
				w.misuse("%T %q: there is one of that name already", p.part, name)
			}
			return new(T) // a process that was restarted makes its own anew
		}
		p.run = w.runs
		return p.part.(*T)
	}
	v := new(T)
	w.pooled[k] = &pooledPart{v, w.runs}
	return v
}

// pooledPart is a part of a world and the run that used it last.
type pooledPart struct {
	part any
	run  uint64
}

type pooledKey struct {
	kind reflect.Type
	name string
}

// BlockFor blocks p on list for at most timeout, counted from since or, if that
// is 0, from now, and reports whether it was released. A timeout that is past
// already is due at once.
func (p *Proc) BlockFor(list *Waitlist, on Resource, woken, timedOut Label, since env.Mark, timeout time.Duration) bool {
	w := p.world
	if timeout >= 0 {
		p.wait.timeout = p.armTimeout(timedOut, since, timeout)
	}
	w.idle = false
	released := p.block(list, on, nil, woken)
	if !released && !p.killed {
		w.Write(on)
	}
	return released
}

func (p *Proc) armTimeout(l Label, since env.Mark, timeout time.Duration) EventRef {
	w := p.world
	slack := p.slack(l)
	win := slack.Plus(timeout)
	if since == 0 {
		return w.arm(p, l, win, nil, 0)
	}
	if p.elapsed(w.markOf(since), int64(timeout)) {
		return w.arm(p, l, slack, nil, 0)
	}
	// Not yet due, so it will be: exactly when counts from the mark. How late the
	// system may be counts from when it is due.
	return w.armAt(p, l, win, int(since), nil, 0)
}
