package coro

import (
	"runtime"
	"strings"
)

// kill is how far the killing of a job has come.
type kill uint8

const (
	alive   kill = iota
	killed       // Yield panics with killPanic
	evicted      // it survived that; Yield ends the goroutine
)

// killPanic unwinds a killed job.
type killPanic struct{ victim *Coro }

// String is what a job that prints a recovered value shows.
func (killPanic) String() string { return "coro: the coroutine has been killed" }

// evictedPanic tells the resumer that a job was ended by force.
type evictedPanic struct{}

// Kill ends the job. A job that never started does not run; a blocked one unwinds
// out of its Yield and runs its deferred functions, in which Yields return at
// once. The result is
//
//   - Killed, normally;
//   - Finished, if the job recovered from the kill and returned;
//   - Panicked, if it panicked while unwinding;
//   - Survived, if it recovered from the kill and yielded again. It is then ended
//     as by runtime.Goexit, which runs its deferred functions and which nothing
//     can recover, and its coroutine is not used again.
//
// Killing a coroutine whose job has ended does nothing.
func (c *Coro) Kill() Status {
	switch c.state {
	case idle, gone:
		return c.status
	case running:
		panic("coro: Kill of a coroutine that is running")
	case ready:
		c.status = Killed
		c.pool.put(c)
		return Killed
	}
	c.kill = killed
	c.Entering()
	if c.unwind() {
		c.pool.drop(c)
		return Survived
	}
	c.putBack()
	return c.status
}

// unwind lets the job run with the kill set, and reports whether it had to be
// evicted.
func (c *Coro) unwind() (wasEvicted bool) {
	defer func() {
		if c.kill == evicted {
			if _, ok := recover().(evictedPanic); ok {
				wasEvicted = true
			}
		}
	}()
	c.Switch()
	c.pool.follow()
	return c.kill == evicted && c.state == gone
}

// yieldKilled is Yield in a job that has been killed. Deferred functions may
// yield, for they cannot know; a job that is no longer unwinding has swallowed the
// kill and is evicted.
func (c *Coro) yieldKilled() {
	if c.kill == evicted || unwinding() {
		return
	}
	c.kill = evicted
	runtime.Goexit()
}

// exit runs when the coroutine's goroutine ends, and marks it so. A Goexit of the
// job's own passes on to the resumer. One of ours must not, so it is turned into a
// panic here: iter.Pull recovers that and raises it in the resumer, if that waits for
// it there, where unwind takes it.
func (c *Coro) exit() {
	c.state = gone
	c.callResumer()
	if c.kill == evicted {
		panic(evictedPanic{})
	}
}

// strike raises the panic that unwinds a killed job. Its frame is what unwinding
// looks for, so it must have one.
//
//go:noinline
func strike(victim *Coro) { panic(killPanic{victim}) }

// unwinding reports whether the caller runs in a deferred function of a kill: as
// long as such functions run, the frame of strike stands below them on the stack.
func unwinding() bool {
	var pcs [64]uintptr
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		if n == 0 {
			return false
		}
		frames := runtime.CallersFrames(pcs[:n])
		for more := true; more; {
			var f runtime.Frame
			f, more = frames.Next()
			if strings.HasSuffix(f.Function, "/coro.strike") {
				return true
			}
		}
	}
}
