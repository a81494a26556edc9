package jsloop

import "github.com/seed-3519b94c/simrun/sim/env"

// State is the state of a promise.
type State = env.PromiseState

// The states of a promise.
const (
	// Pending: not settled, though perhaps resolved to another promise.
	Pending = env.Pending
	// Fulfilled: has its value.
	Fulfilled = env.Fulfilled
	// Rejected: has its reason.
	Rejected = env.Rejected
)

// Thenable is an object with a then method that is not a Promise. Then is called in
// a microtask of its own when a promise is resolved with it. It calls one of its
// arguments, now or later; an error that it returns is thrown.
type Thenable interface {
	Then(resolve func(Value), reject func(error)) error
}

// Promise is ECMA-262's promise object (27.2).
type Promise struct {
	loop    *Loop
	value   Value
	reason  error
	first   *reaction // in the order of registration: first, then rest
	rest    []*reaction
	state   State
	handled bool // [[PromiseIsHandled]]
	derived bool // returned by Then, Catch or Finally
	tracked tracked
}

// State returns whether and how p is settled.
func (p *Promise) State() State { return p.state }

// Value returns the value of a fulfilled promise.
func (p *Promise) Value() Value { return p.value }

// Reason returns the reason of a rejected promise.
func (p *Promise) Reason() error { return p.reason }

// reaction is a PromiseReaction record (27.2.1.2) and, once queued, the
// PromiseReactionJob for it (27.2.2.1).
type reaction struct {
	source      *Promise // set when queued
	derived     *Promise
	onFulfilled func(Value) (Value, error)
	onRejected  func(error) (Value, error)
	native      settler // instead of the callbacks
}

// settler is a reaction of the language itself: no callback of the user's.
type settler interface{ settled(p *Promise) }

// run is the PromiseReactionJob.
func (r *reaction) run(*Loop) error {
	p := r.source
	if r.native != nil {
		r.native.settled(p)
		return nil
	}
	if p.state == Fulfilled {
		if r.onFulfilled == nil {
			r.derived.fulfill(p.value)
			return nil
		}
		r.derived.settle(try(func() (Value, error) { return r.onFulfilled(p.value) }))
		return nil
	}
	if r.onRejected == nil {
		r.derived.reject(p.reason)
		return nil
	}
	r.derived.settle(try(func() (Value, error) { return r.onRejected(p.reason) }))
	return nil
}

// react is PerformPromiseThen (27.2.5.4.1).
func (p *Promise) react(r reaction) { p.register(&r) }

// register is react with a reaction that the caller keeps. It is the promise's until it
// runs.
func (p *Promise) register(rp *reaction) {
	switch {
	case p.state != Pending:
		rp.source = p
		if p.state == Rejected && !p.handled {
			p.loop.tracker.handle(p)
		}
		p.loop.micro.push(rp)
	case p.first == nil:
		p.first = rp
	default:
		p.rest = append(p.rest, rp)
	}
	p.handled = true
}

// fulfill is FulfillPromise (27.2.1.4).
func (p *Promise) fulfill(v Value) {
	p.state, p.value = Fulfilled, v
	p.trigger()
}

// reject is RejectPromise (27.2.1.7).
func (p *Promise) reject(reason error) {
	p.state, p.reason = Rejected, reason
	if !p.handled {
		p.loop.tracker.rejected(p)
	}
	p.trigger()
}

// trigger is TriggerPromiseReactions (27.2.1.8).
func (p *Promise) trigger() {
	if p.first == nil {
		return
	}
	p.first.source = p
	p.loop.micro.push(p.first)
	for _, r := range p.rest {
		r.source = p
		p.loop.micro.push(r)
	}
	p.first, p.rest = nil, nil
}

// resolve is the body of a promise resolve function (27.2.1.3.2). A promise or
// thenable costs a NewPromiseResolveThenableJob, and a promise one job more, for
// the reaction to it.
func (p *Promise) resolve(v Value) {
	if source := promiseOf(v); source != nil {
		if source == p {
			p.reject(&TypeError{"Chaining cycle detected for promise #<Promise>"})
			return
		}
		p.loop.micro.push(&adoptJob{p, source})
		return
	}
	if thenable, ok := v.(Thenable); ok {
		p.loop.micro.push(&thenableJob{p, thenable})
		return
	}
	p.fulfill(v)
}

// settle is what a return value or a throw does.
func (p *Promise) settle(v Value, thrown error) {
	if thrown != nil {
		p.reject(thrown)
		return
	}
	p.resolve(v)
}

// settled makes a Promise the settler of those that take over the state of another.
func (p *Promise) settled(source *Promise) {
	if source.state == Fulfilled {
		p.fulfill(source.value)
		return
	}
	p.reject(source.reason)
}

// adoptJob is NewPromiseResolveThenableJob (27.2.2.2) for a promise: it calls the
// promise's own then.
type adoptJob struct{ p, source *Promise }

func (j *adoptJob) run(*Loop) error {
	j.source.react(reaction{native: j.p})
	return nil
}

// thenableJob is NewPromiseResolveThenableJob for any other thenable.
type thenableJob struct {
	p        *Promise
	thenable Thenable
}

func (j *thenableJob) run(*Loop) error {
	resolve, reject := j.p.resolvers()
	_, thrown := try(func() (Value, error) { return nil, j.thenable.Then(resolve, reject) })
	if thrown != nil {
		reject(thrown)
	}
	return nil
}

// resolvers is CreateResolvingFunctions (27.2.1.3): only the first call counts.
func (p *Promise) resolvers() (resolve func(Value), reject func(error)) {
	done := false
	resolve = func(v Value) {
		if !done {
			done = true
			p.resolve(v)
		}
	}
	reject = func(reason error) {
		if !done {
			done = true
			p.reject(reason)
		}
	}
	return resolve, reject
}

// NewPromise is new Promise(executor). The executor runs at once; what it throws
// rejects the promise.
func (l *Loop) NewPromise(executor func(resolve func(Value), reject func(error))) *Promise {
	p := &Promise{loop: l}
	resolve, reject := p.resolvers()
	if thrown := call(func() { executor(resolve, reject) }); thrown != nil {
		reject(thrown)
	}
	return p
}

// WithResolvers is Promise.withResolvers.
func (l *Loop) WithResolvers() (p *Promise, resolve func(Value), reject func(error)) {
	p = &Promise{loop: l}
	resolve, reject = p.resolvers()
	return p, resolve, reject
}

// Resolve is Promise.resolve: a promise is returned as it is (27.2.4.7.1).
func (l *Loop) Resolve(v Value) *Promise {
	if p := promiseOf(v); p != nil {
		return p
	}
	p := &Promise{loop: l}
	p.resolve(v)
	return p
}

// Reject is Promise.reject.
func (l *Loop) Reject(reason error) *Promise {
	p := &Promise{loop: l}
	p.reject(reason)
	return p
}
