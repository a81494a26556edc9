package env

import "time"

// PromiseState says whether and how a promise is settled.
type PromiseState uint8

// The states of a promise.
const (
	// Pending: not settled, though perhaps resolved to another promise.
	Pending PromiseState = iota
	// Fulfilled: has its value.
	Fulfilled
	// Rejected: has its reason.
	Rejected
)

// Promise is a promise of ECMA-262 (27.2): who holds a rejection handler on which
// promise can be told, and every derived promise is one of its own. Its callbacks
// run as microtasks, in the order in which they were attached. What a callback
// returns resolves the derived promise; a returned error rejects it. nil is undefined.
type Promise interface {
	// Then attaches callbacks; a nil one passes the value or reason on.
	Then(onFulfilled func(v any) (any, error), onRejected func(reason error) (any, error)) Promise
	Catch(onRejected func(reason error) (any, error)) Promise
	Finally(onFinally func() (any, error)) Promise
	State() PromiseState
	Value() any    // of a fulfilled promise
	Reason() error // of a rejected promise
}

// Async is a running async function, as seen from inside.
type Async interface {
	// Await waits for a promise, at least one microtask, and returns its value or
	// reason. Anything else is waited for as a promise of it.
	Await(v any) (any, error)
}

// LoopTimer is a timer of a Loop.
type LoopTimer interface {
	// Clear stops the timer; it may have run, or be running.
	Clear()
	// Unref lets the loop end although the timer is pending.
	Unref()
}

// Loop is a JavaScript event loop, as the code that runs on it sees it: one task at
// a time, and after each the microtasks, in order, until there are none. Code of one
// task, and of the microtasks after it, is atomic.
type Loop interface {
	// Async calls body as an async function: at once, up to its first Await. What it
	// returns resolves the promise, an error rejects it.
	Async(body func(a Async) (any, error)) Promise
	// NewPromise is a pending promise and the functions that settle it: only the
	// first call counts.
	NewPromise() (p Promise, resolve func(v any), reject func(reason error))
	// Resolve is Promise.resolve: a promise is returned as it is.
	Resolve(v any) Promise
	// Reject is a new rejected promise.
	Reject(reason error) Promise
	// All is Promise.all: its value is a []any.
	All(vs ...any) Promise
	// Race is Promise.race.
	Race(vs ...any) Promise
	// QueueMicrotask runs fn after the present callback, in order with promise jobs.
	QueueMicrotask(fn func())
	// NextTick runs fn after the present callback and its microtasks, before anything
	// else: Node's process.nextTick, called from a promise job.
	NextTick(fn func())
	// SetTimeout runs fn in a task of its own, not before d has passed. Node counts
	// whole milliseconds, and zero is one.
	SetTimeout(fn func(), d time.Duration) LoopTimer
	// SetInterval runs fn again and again, with at least d between two starts.
	SetInterval(fn func(), d time.Duration) LoopTimer
	// IO is work that is done elsewhere, by a thread pool or a device, and takes as
	// long as label does: its promise is fulfilled in a task of its own. It keeps the
	// loop alive.
	IO(label string) Promise
	// Post runs fn as a task of its own, called name, after those that wait. It may be
	// called by code of the loop and by whoever has something to tell it.
	Post(name string, fn func())
	// Ref keeps the loop alive although it has nothing to do, as an open socket does;
	// each call needs its Release.
	Ref()
	Release()
	// Throw raises reason as an uncaught exception of the present callback.
	Throw(reason error)
}
