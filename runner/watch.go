package runner

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// watchEvery is how often the watch looks, on the wall clock.
const watchEvery = 500 * time.Millisecond

// errStuck is what a process that does not come back is reported as.
var errStuck = errors.New("a process does not come back: it blocks or spins outside of its environment")

// errGone is what a process that ends the goroutine it runs in is reported as.
var errGone = errors.New("it called runtime.Goexit, as t.FailNow and require do: in a process use a property or World.Fail")

// mayBeGone sets err if a process has ended the goroutine of w in the middle of a run.
func (w *worker) mayBeGone(err *error) {
	if *err == nil && w.busy.Load() {
		process, _ := w.world.Where()
		*err = fmt.Errorf("scenario %q: process %q: %w", w.o.Scenario.Name, process, errGone)
	}
}

// guarded calls f, which runs schedules on workers, and comes back with an error
// if one of their runs does not: if neither a run nor an event has ended for
// o.Stuck, or for blockedFor if its process is seen to wait. Then f is left behind, and
// the worlds of the workers must not be touched. A panic of f comes out here.
func guarded(o *Options, workers []*worker, f func() error) error {
	stuck, stop := watch(o, workers)
	defer stop()
	ended := make(chan error, 1)
	var panicked any
	go func() {
		var err error
		defer func() {
			for _, w := range workers {
				w.mayBeGone(&err)
			}
			if panicked = recover(); panicked != nil {
				panicked = fmt.Sprintf("%v\n\n%s", panicked, debug.Stack())
			}
			ended <- err
		}()
		err = f()
	}()
	select {
	case err := <-ended:
		if panicked != nil {
			panic(panicked)
		}
		return err
	case err := <-stuck:
		return err
	}
}

// watch looks for a worker that makes no progress, and tells of the first. It
// returns a function that ends it.
func watch(o *Options, workers []*worker) (stuck <-chan error, stop func()) {
	if o.Stuck < 0 {
		return nil, func() {}
	}
	found := make(chan error, 1)
	quit := make(chan struct{})
	type progress struct {
		runs  uint64
		steps int
	}
	go func() {
		since := make([]time.Time, len(workers))
		last := make([]progress, len(workers))
		tick := o.Clock.Ticker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			now := o.Clock.Now()
			for i, w := range workers {
				process, steps := w.world.Where()
				p := progress{w.runs.Load(), steps}
				if p != last[i] || !w.busy.Load() || since[i].IsZero() {
					last[i], since[i] = p, now
				}
				idle := now.Sub(since[i])
				if idle < min(o.Stuck, blockedFor) {
					continue
				}
				if s := standing(w.world); idle >= o.Stuck || s.blocked() {
					found <- fmt.Errorf("scenario %q: process %q: %w (for %v, after step %d); inside a process only calls through env may block%s",
						o.Scenario.Name, process, errStuck, min(idle, o.Stuck).Round(time.Second/10), steps, s.text())
					return
				}
			}
		}
	}()
	return found, func() { close(quit) }
}
