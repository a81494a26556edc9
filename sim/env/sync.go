package env

import "time"

// Forever is the timeout of a call that waits without a bound.
const Forever time.Duration = -1

// Mutex excludes. It is not reentrant: locking it twice deadlocks, as with
// sync.Mutex.
type Mutex interface {
	Lock()
	Unlock()
}

// Uint32 is an atomic counter.
type Uint32 interface {
	Add(delta uint32) (sum uint32)
	Swap(v uint32) (old uint32)
	Load() uint32
}

// Queue is an unbounded first-in first-out queue with any number of producers.
type Queue[T any] interface {
	// Push appends v.
	Push(v T)
	// Pop blocks while the queue is empty.
	Pop() T
	// TakeAll appends everything queued to dst, without blocking.
	TakeAll(dst []T) []T
}

// Waker lets one process wait until another wakes it. Wake-ups are not counted:
// any number of them before a Poll make one, and a Poll consumes it.
type Waker interface {
	Wake()
	// Poll blocks until a wake-up is there or timeout has passed, and reports
	// which: true for a wake-up. Zero only looks, Forever waits without bound.
	Poll(timeout time.Duration) (woken bool)
	// PollUntil is Poll with a timeout that counts from since.
	PollUntil(since Mark, timeout time.Duration) (woken bool)
}

// Output is a stream that people read, such as standard error.
type Output interface {
	// Write appends s in one call.
	Write(s string)
}
