package jsloop

import "github.com/seed-3519b94c/simrun/sim/env"

// Microtasks is the microtask queue of a Loop as an env.Microtasks: for logic that has
// a loop of its own and needs no more of JavaScript's than this queue. Who drains it
// does not step the loop.
type Microtasks Loop

var _ env.Microtasks = (*Microtasks)(nil)

// Microtasks returns the loop's microtask queue.
func (l *Loop) Microtasks() *Microtasks { return (*Microtasks)(l) }

// Enqueue is QueueMicrotask.
func (m *Microtasks) Enqueue(fn func()) { m.micro.push(funcJob(fn)) }

// Drain runs entries in order until there are none.
func (m *Microtasks) Drain() {
	for m.micro.n > 0 {
		(*Loop)(m).stepMicrotask()
	}
}

// Reset forgets what is queued.
func (m *Microtasks) Reset() {
	for m.micro.n > 0 {
		m.micro.pop()
	}
}
