package sim

import (
	"github.com/seed-3519b94c/simrun/sim/env"
	"time"
)

// Waker is an env.Waker.
type Waker struct {
	primitive
	wake, poll, woken, timeout Label
	set, idle                  bool
	waiters                    Waitlist
}

var _ env.Waker = (*Waker)(nil)

// NewWaker makes a waker. Its events are `name.wake`, `name.poll` and, for a
// process that waited in Poll, `name.woken` or `name.timeout`.
func (w *World) NewWaker(name string) *Waker {
	k := Pooled[Waker](w, name)
	if k.w == nil {
		*k = Waker{
			primitive: primitive{w, w.Resource(name)},
			wake:      w.Label(name + ".wake"), poll: w.Label(name + ".poll"),
			woken: w.Label(name + ".woken"), timeout: w.Label(name + ".timeout"),
		}
	}
	k.set, k.idle, k.waiters.procs = false, false, k.waiters.procs[:0]
	return k
}

// Idle says that the bound of a Poll is no activity: a process that waits in one,
// and nothing else going on, is a world at rest. PollUntil, which waits for
// something that is due, stays activity. It returns k.
func (k *Waker) Idle() *Waker {
	k.idle = true
	return k
}

// Wake lets the present or the next Poll return.
func (k *Waker) Wake() {
	if !k.w.Running(k.wake).At(k.wake) {
		return
	}
	k.w.Write(k.res)
	k.set = true
	k.w.Release(&k.waiters)
}

// Poll waits for a wake-up, for at most timeout from now.
func (k *Waker) Poll(timeout time.Duration) bool { return k.PollUntil(0, timeout) }

// PollUntil waits for a wake-up, for at most timeout from since.
func (k *Waker) PollUntil(since env.Mark, timeout time.Duration) bool {
	p := k.w.Running(k.poll)
	if !p.At(k.poll) {
		return false
	}
	k.w.Write(k.res)
	if !k.set {
		if timeout == 0 {
			return false
		}
		k.w.idle = k.idle && since == 0
		if !p.BlockFor(&k.waiters, k.res, k.woken, k.timeout, since, timeout) || p.killed {
			return false
		}
		k.w.Write(k.res)
	}
	k.set = false
	return true
}
