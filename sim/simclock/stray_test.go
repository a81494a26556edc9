package simclock_test

import (
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/simclock"
	"github.com/stretchr/testify/require"
)

// A constructor that starts a goroutine, as that of a cache with a janitor does, makes its
// timers on a clock for processes: the program ends, and says what to do instead.
func TestStrayGoroutineMakesTimer(t *testing.T) {
	const want = `scenario "test": clock "clock": used by a goroutine that the world does not know, beside "A": ` +
		`what a process would start with go is another process, by World.Process, or all of it is to run in a bubble (NewBubble)`
	for what, call := range map[string]func(c *simclock.Clock){
		"ticker":  func(c *simclock.Clock) { c.Ticker(ms) },
		"after":   func(c *simclock.Clock) { c.After(ms) },
		"timeout": func(c *simclock.Clock) { c.WithTimeout(t.Context(), ms) },
	} {
		t.Run(what, func(t *testing.T) {
			said := make(chan any, 1)
			_, err := newWorld(t).Run(process(exact(), func(p *sim.Proc, c *simclock.Clock) {
				done := make(chan bool)
				go func() {
					defer close(done)
					defer func() { said <- recover() }()
					call(c)
				}()
				<-done
			}), sim.Config{})
			require.EqualError(t, err, want)
			require.EqualError(t, (<-said).(error), want, "with which the program would end")
		})
	}
}

// A coroutine that a process runs inside its own is not one.
func TestCoroutineMakesTimer(t *testing.T) {
	run(t, process(exact(), func(p *sim.Proc, c *simclock.Clock) {
		for ch := range pulled(func() <-chan time.Time { return c.After(ms) }) {
			require.Equal(t, "1970-01-01 00:00:00.001 +0000 UTC", fmt.Sprint(c.Recv(ch)))
		}
	}))
}

// pulled yields what f returns in a coroutine.
func pulled(f func() <-chan time.Time) iter.Seq[<-chan time.Time] {
	return func(yield func(<-chan time.Time) bool) {
		next, stop := iter.Pull(func(yield func(<-chan time.Time) bool) { yield(f()) })
		defer stop()
		ch, _ := next()
		yield(ch)
	}
}
