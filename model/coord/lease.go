package coord

import "slices"

// Lease has one holder at a time. Who waits gets it by priority, the highest first,
// and among equals first in, first out.
type Lease struct {
	held    bool
	waiters []leaseWaiter
	turn    int // which holder this is; a release by an earlier one does nothing
}

type leaseWaiter struct {
	priority int
	got      func(release func())
}

// Acquire asks for the lease. got is called when it is there, at once if it is free;
// the holder calls release when it is done.
func (l *Lease) Acquire(priority int, got func(release func())) {
	if !l.held {
		l.grant(got)
		return
	}
	i := len(l.waiters)
	for i > 0 && l.waiters[i-1].priority < priority {
		i--
	}
	l.waiters = slices.Insert(l.waiters, i, leaseWaiter{priority, got})
}

func (l *Lease) grant(got func(release func())) {
	l.held = true
	l.turn++
	turn := l.turn
	got(func() {
		if l.turn == turn && l.held {
			l.release()
		}
	})
}

func (l *Lease) release() {
	l.held = false
	if len(l.waiters) == 0 {
		return
	}
	w := l.waiters[0]
	l.waiters = slices.Delete(l.waiters, 0, 1)
	l.grant(w.got)
}

// Held reports whether somebody has the lease.
func (l *Lease) Held() bool { return l.held }

// Waiting is how many wait for the lease.
func (l *Lease) Waiting() int { return len(l.waiters) }

// WaitingFrom is how many wait with at least this priority.
func (l *Lease) WaitingFrom(priority int) int {
	n := 0
	for _, w := range l.waiters {
		if w.priority >= priority {
			n++
		}
	}
	return n
}
