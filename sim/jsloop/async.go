package jsloop

import (
	"errors"

	"github.com/seed-3519b94c/simrun/sim/coro"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Async is a running async function, as seen from inside.
type Async struct {
	loop   *Loop
	c      *coro.Coro
	body   func(a *Async) (Value, error)
	logic  func(a env.Async) (any, error) // instead of body
	p      *Promise
	wait   reaction // of the await that is under way
	from   *Promise // what the last await waited for
	value  Value
	thrown error
}

// Async calls body as an async function: it runs up to its first Await at once. What
// it returns resolves the promise; an error that it returns, or a Throw, rejects it.
func (l *Loop) Async(body func(a *Async) (Value, error)) *Promise {
	return l.begin(&Async{body: body})
}

// begin calls a, which has a body.
func (l *Loop) begin(a *Async) *Promise {
	a.loop, a.p = l, &Promise{loop: l}
	a.c = l.pool.Start(a)
	a.resume()
	return a.p
}

// Run is the coroutine's job.
func (a *Async) Run(*coro.Coro) {
	a.value, a.thrown = try(a.call)
}

func (a *Async) call() (Value, error) {
	if a.logic != nil {
		return a.logic(a)
	}
	return a.body(a)
}

// resume runs the body up to its next await or its end.
func (a *Async) resume() {
	switch a.c.Resume() {
	case coro.Panicked:
		if a.c.Panic().Value == any(exiting{}) {
			panic(exiting{})
		}
		panic(a.c.Panic())
	case coro.Finished:
		a.p.settle(a.value, a.thrown)
	}
}

// settled is the reaction to what an await waits for.
func (a *Async) settled(p *Promise) {
	a.from = p
	a.resume()
}

// errGone is what an Await in a deferred function throws, when the body has been abandoned
// or the process exits.
var errGone = errors.New("jsloop: the loop has been closed")

// Await is the await operator (ECMA-262 27.7.5.3): it returns v's value, or throws
// its reason, after one microtask for a plain value or a promise.
func (a *Async) Await(v Value) (Value, error) {
	if a.loop.left { // in a deferred function
		return nil, errGone
	}
	p := a.loop.Resolve(v)
	a.wait = reaction{native: a}
	p.register(&a.wait)
	a.from = nil
	a.c.Yield()
	if a.from == nil {
		return nil, errGone
	}
	if a.from.state == Rejected {
		return nil, a.from.reason
	}
	return a.from.value, nil
}

// ForAwait is for await (const x of xs) over an array: body runs for each element in
// turn; an error of body, or the reason of a rejected element, ends the loop.
func (a *Async) ForAwait(xs []Value, body func(x Value) error) error {
	for _, x := range xs {
		v, err := a.Await(a.loop.iterResult(x))
		if err != nil {
			return err
		}
		if err := body(v); err != nil {
			return err
		}
	}
	_, err := a.Await(a.loop.iterResult(nil)) // done: true
	return err
}

// iterResult is AsyncFromSyncIteratorContinuation (27.1.4.4): the promise of the
// iterator's result settles one microtask after the element's own.
func (l *Loop) iterResult(x Value) *Promise {
	p := &Promise{loop: l}
	l.Resolve(x).react(reaction{native: p})
	return p
}
