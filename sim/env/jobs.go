package env

// Microtasks is the microtask queue of one event loop (ECMA-262 calls its
// entries jobs). It belongs to the process that drains it.
type Microtasks interface {
	// Enqueue puts fn at the end of the queue.
	Enqueue(fn func())
	// Drain runs entries in order until the queue is empty, those that were
	// enqueued meanwhile included.
	Drain()
}
