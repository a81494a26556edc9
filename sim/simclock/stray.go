package simclock

import (
	"runtime"
	"strings"
)

const stray = "clock %q: used by a goroutine that the world does not know, beside %q: what a process would start with go is another process, by World.Process, or all of it is to run in a bubble (NewBubble)"

// refuseStrays ends the program, or the run, if the calling goroutine is one that the code
// under test started by itself: it would arm timers in the name of whoever happens to run.
// To look costs a microsecond, so it is done where a timer is made for the first time.
func (c *Clock) refuseStrays() {
	if c.bubble == nil && !onStack(func(f string) bool {
		return f == "runtime.corostart" || strings.HasPrefix(f, engine)
	}) {
		c.w.Mistake(stray, c.name, c.w.Caller().Name())
	}
}

// engine is what the functions of the world start with.
const engine = "github.com/seed-3519b94c/simrun/sim.(*"

// onStack reports whether the calling goroutine is in a function whose name is ok.
func onStack(ok func(function string) bool) bool {
	pcs := make([]uintptr, 64)
	n := runtime.Callers(2, pcs)
	for n == len(pcs) {
		pcs = make([]uintptr, 2*n)
		n = runtime.Callers(2, pcs)
	}
	frames := runtime.CallersFrames(pcs[:n])
	for more := true; more; {
		var f runtime.Frame
		if f, more = frames.Next(); ok(f.Function) {
			return true
		}
	}
	return false
}
