package coord

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Backoff is a sequence of pauses: First, then each Factor times the one before, at
// most Cap.
type Backoff struct {
	First  time.Duration
	Factor int           // 0 and 1: all are equal
	Cap    time.Duration // 0: none
}

// Pause is the pause after the n-th failure, n from 1.
func (b Backoff) Pause(n int) time.Duration {
	d := b.First
	for range n - 1 {
		if b.Cap > 0 && d >= b.Cap || d > time.Duration(1<<62)/time.Duration(max(b.Factor, 1)) {
			break
		}
		d *= time.Duration(max(b.Factor, 1))
	}
	if b.Cap > 0 {
		d = min(d, b.Cap)
	}
	return d
}

// Retry tries until something succeeds.
type Retry struct {
	Timers   env.Timers
	Label    string // of the timer between two attempts
	Backoff  Backoff
	Attempts int // in all; 0: for ever
	// Worth reports whether a failure is worth another attempt. nil: all are.
	Worth func(err error) bool
	// Try makes attempt n, from 1, and calls done when it has ended, once.
	Try func(n int, done func(error))
	// End is called with nil after a success, and with the last failure when there
	// is no more attempt. It may be nil.
	End func(error)

	n    int
	over bool
}

// Start makes the first attempt.
func (r *Retry) Start() { r.attempt() }

func (r *Retry) attempt() {
	r.n++
	n := r.n
	r.Try(n, func(err error) {
		switch {
		case r.over || n != r.n:
		case err == nil, n == r.Attempts, r.Worth != nil && !r.Worth(err):
			r.over = true
			if r.End != nil {
				r.End(err)
			}
		default:
			r.Timers.After(r.Label, r.Backoff.Pause(n), r.attempt)
		}
	})
}
