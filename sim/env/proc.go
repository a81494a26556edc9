package env

import "time"

// Proc is how a process sees itself and the clock.
type Proc interface {
	// Name is the process's name, unique in its world.
	Name() string
	// Step is a scheduling point: the piece of work called label starts when
	// the previous call returned, takes some time, and has its effect (the code
	// after the call) at its end.
	Step(label string)
	// Sleep blocks for at least d. Zero and less is a Step.
	Sleep(label string, d time.Duration)
	// Now reads the clock: the time since the start of the world. Reading it
	// commits to a value, so logic that only wants to know whether something is
	// due asks Elapsed, which commits to less.
	Now() time.Duration
	// Mark remembers the present instant, for Elapsed and Waker.Poll. Release
	// it when it is no longer needed: an instant that is kept costs something
	// on every later event.
	Mark() Mark
	// Elapsed reports whether at least d has passed since m.
	Elapsed(m Mark, d time.Duration) bool
	// Release forgets m.
	Release(m Mark)
}

// Mark names a remembered instant. The zero Mark is no instant.
type Mark int32
