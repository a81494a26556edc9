package coord

import (
	"errors"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// ErrNotReady is what WaitFor gives when its time is over.
var ErrNotReady = errors.New("not ready in time")

// Gate is closed, and then opened or failed, once. The zero Gate is closed.
type Gate struct {
	settled bool
	err     error
	waiters []func(error)
}

// Settled reports whether g was opened or failed, and the failure.
func (g *Gate) Settled() (settled bool, err error) { return g.settled, g.err }

// Open lets everybody through, now and from now on.
func (g *Gate) Open() { g.settle(nil) }

// Fail turns everybody away with err, now and from now on.
func (g *Gate) Fail(err error) { g.settle(err) }

// settle counts only the first time. Who waits goes on in the order of coming.
func (g *Gate) settle(err error) {
	if g.settled {
		return
	}
	g.settled, g.err = true, err
	waiters := g.waiters
	g.waiters = nil
	for _, fn := range waiters {
		fn(err)
	}
}

// Wait calls fn once g is settled: at once if it is.
func (g *Gate) Wait(fn func(error)) {
	if g.settled {
		fn(g.err)
		return
	}
	g.waiters = append(g.waiters, fn)
}

// WaitFor is Wait for at most d; then fn gets ErrNotReady. The timer is called label.
func (g *Gate) WaitFor(t env.Timers, label string, d time.Duration, fn func(error)) {
	if g.settled {
		fn(g.err)
		return
	}
	over := false
	once := func(err error) {
		if !over {
			over = true
			fn(err)
		}
	}
	timer := t.After(label, d, func() { once(ErrNotReady) })
	g.Wait(func(err error) {
		timer.Cancel()
		once(err)
	})
}
