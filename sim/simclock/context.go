package simclock

import (
	"context"
	"time"
)

// core is the parent of a context that is handed out. That one is of the standard
// library, so that contexts derived from it, context.Cause and all else are as usual;
// a parent with a method AfterFunc is one that cancels without a goroutine (see
// context.AfterFunc), and whose Err is the reason that the child gives.
type core struct {
	c        *Clock
	run      int
	parent   context.Context
	deadline time.Time
	done     chan struct{}
	err      error
	e        *entry
	notify   func() // cancels the child
}

func deadlineExceeded() error { return context.DeadlineExceeded }

// Deadline is a part of context.Context.
func (k *core) Deadline() (time.Time, bool) { return k.deadline, true }

// Done is a part of context.Context.
func (k *core) Done() <-chan struct{} { return k.done }

// Err is a part of context.Context.
func (k *core) Err() error { return k.err }

// Value is a part of context.Context.
func (k *core) Value(key any) any { return k.parent.Value(key) }

// AfterFunc is explained at core.
func (k *core) AfterFunc(f func()) (stop func() bool) {
	k.notify = f
	return func() bool {
		had := k.notify != nil
		k.notify = nil
		return had
	}
}

// deadlineContext is what is handed out: looking at it leaves a footprint, and first
// asks the parent.
type deadlineContext struct {
	context.Context
	k *core
}

// Err is that of a context.
func (d *deadlineContext) Err() error {
	d.k.ask()
	return d.Context.Err()
}

// Done is that of a context.
func (d *deadlineContext) Done() <-chan struct{} {
	d.k.ask()
	return d.Context.Done()
}

func (k *core) ask() {
	if k.c.scanning || k.run != k.c.run {
		return
	}
	k.follow()
	k.c.w.Read(k.e.res)
}

// follow cancels k if its parent is cancelled.
func (k *core) follow() {
	if k.err == nil && k.parent.Done() != nil {
		if err := k.parent.Err(); err != nil {
			k.cancel(err)
		}
	}
}

// cancel ends k for a reason. What a process does that is being unwound has no effect.
func (k *core) cancel(err error) {
	w := k.c.w
	switch {
	case k.run != k.c.run || w.Caller().Dying():
		return
	case k.err != nil:
		w.Read(k.e.res) // it came too late
		return
	}
	w.Write(k.e.res)
	w.Cancel(k.e.ref)
	k.end(err)
}

// end tells all that wait for k.
func (k *core) end(err error) {
	k.err = err
	close(k.done)
	if k.notify != nil {
		k.notify()
	}
}

// withDeadline does what context.WithDeadline does, in that order. left is how long
// it is until the deadline.
func (c *Clock) withDeadline(parent context.Context, deadline time.Time, left func() time.Duration) (context.Context, context.CancelFunc) {
	if parent == nil {
		panic("cannot create context from nil parent")
	}
	if sooner, ok := parent.Deadline(); ok && sooner.Before(deadline) {
		return context.WithCancel(parent)
	}
	k := &core{c: c, run: c.run, parent: parent, deadline: deadline, done: make(chan struct{}), e: c.take(kindDeadline)}
	k.e.ctx = k
	child, cancel := context.WithCancel(k)
	k.follow()
	if k.err == nil {
		if d := left(); d <= 0 {
			k.cancel(context.DeadlineExceeded)
		} else {
			k.e.start(d)
		}
	}
	if k.err == nil && c.bubble != nil || k.mayBeTooLate() {
		c.contexts = append(c.contexts, k)
	}
	return &deadlineContext{child, k}, func() {
		k.cancel(context.Canceled)
		cancel()
	}
}

// endContexts ends, with the run, all contexts for which goroutines may wait.
func (c *Clock) endContexts() {
	for _, k := range c.contexts {
		if k.err == nil {
			k.end(context.Canceled)
		}
	}
}

// mayBeTooLate reports whether the parent, if it is cancelled, ends k or comes too late
// for that because of the deadline.
func (k *core) mayBeTooLate() bool {
	if k.err != nil && k.c.bubble != nil && k.parent == k.c.bubble.runs {
		return false // that is not cancelled before the run is over
	}
	return k.err != context.Canceled && k.parent.Done() != nil
}

// lookAtContexts follows the parents that were cancelled in this event, or charges it with
// having come too late. Parents come before their children here.
func (c *Clock) lookAtContexts() {
	live := c.contexts[:0]
	for _, k := range c.contexts {
		switch late := k.err != nil; {
		case !late:
			if k.follow(); k.err == nil {
				live = append(live, k)
			}
		case !k.mayBeTooLate():
		case k.parent.Err() != nil:
			c.w.Read(k.e.res)
		default:
			live = append(live, k)
		}
	}
	clear(c.contexts[len(live):])
	c.contexts = live
}
