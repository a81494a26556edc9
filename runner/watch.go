package runner

import (
	"fmt"
	"time"
)

// watchEvery is how often the watch looks, on the wall clock.
const watchEvery = 500 * time.Millisecond

// watch looks for workers whose run does not come back, and tells of the first.
// It returns a function that ends it.
func (c *campaign) watch() (stuck <-chan error, stop func()) {
	if c.o.Stuck < 0 {
		return nil, func() {}
	}
	found := make(chan error, 1)
	quit := make(chan struct{})
	workers := append([]*worker{c.judge}, c.workers...)
	go func() {
		since := make([]time.Time, len(workers))
		last := make([]uint64, len(workers))
		tick := c.o.Clock.Ticker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			now := c.o.Clock.Now()
			for i, w := range workers {
				if n := w.runs.Load(); n != last[i] || !w.busy.Load() || since[i].IsZero() {
					last[i], since[i] = n, now
				}
				if now.Sub(since[i]) >= c.o.Stuck {
					process, step := w.world.Where()
					found <- fmt.Errorf("scenario %q: process %q: %w (for %v, after step %d); inside a process only calls through env may block",
						c.o.Scenario.Name, process, errStuck, c.o.Stuck, step)
					return
				}
			}
		}
	}()
	return found, func() { close(quit) }
}
