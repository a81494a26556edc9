package jsloop

// Then is promise.then(onFulfilled, onRejected). A nil callback passes the value or
// reason on. What a callback returns resolves the returned promise; a returned
// error, or a Throw, rejects it.
func (p *Promise) Then(onFulfilled func(Value) (Value, error), onRejected func(error) (Value, error)) *Promise {
	derived := &Promise{loop: p.loop, derived: true}
	p.react(reaction{derived: derived, onFulfilled: onFulfilled, onRejected: onRejected})
	return derived
}

// Catch is promise.catch(onRejected).
func (p *Promise) Catch(onRejected func(error) (Value, error)) *Promise {
	return p.Then(nil, onRejected)
}

// Finally is promise.finally(onFinally) (27.2.5.3): the promise's own result passes
// through, unless onFinally throws or returns a promise that is rejected. It waits
// for a returned promise.
//
// By the standard, and in V8, the result arrives after three more microtasks, since
// the value passes through a promise of its own; JavaScriptCore settles the derived
// promise at once.
func (p *Promise) Finally(onFinally func() (Value, error)) *Promise {
	if p.loop.cfg.Flavour == Bun {
		derived := &Promise{loop: p.loop, derived: true}
		p.react(reaction{native: &bunFinally{derived, onFinally}})
		return derived
	}
	l := p.loop
	return p.Then(
		func(v Value) (Value, error) {
			out, err := onFinally()
			if err != nil {
				return nil, err
			}
			return l.Resolve(out).Then(func(Value) (Value, error) { return v, nil }, nil), nil
		},
		func(reason error) (Value, error) {
			out, err := onFinally()
			if err != nil {
				return nil, err
			}
			return l.Resolve(out).Then(func(Value) (Value, error) { return nil, reason }, nil), nil
		})
}

// bunFinally is a finally reaction in JavaScriptCore.
type bunFinally struct {
	derived   *Promise
	onFinally func() (Value, error)
}

func (f *bunFinally) settled(p *Promise) {
	out, err := try(f.onFinally)
	if err != nil {
		f.derived.reject(err)
		return
	}
	if source := promiseOf(out); source != nil {
		source.react(reaction{native: &passThrough{f.derived, p}})
		return
	}
	if thenable, ok := out.(Thenable); ok {
		f.callThen(thenable, p)
		return
	}
	f.derived.settled(p)
}

// callThen waits for a thenable: JavaScriptCore calls its then at once, not in a job.
func (f *bunFinally) callThen(thenable Thenable, source *Promise) {
	wait := &Promise{loop: source.loop}
	resolve, reject := wait.resolvers()
	wait.react(reaction{native: &passThrough{f.derived, source}})
	_, thrown := try(func() (Value, error) { return nil, thenable.Then(resolve, reject) })
	if thrown != nil {
		reject(thrown)
	}
}

// passThrough settles derived like source, if it is fulfilled itself.
type passThrough struct{ derived, source *Promise }

func (t *passThrough) settled(p *Promise) {
	if p.state == Rejected {
		t.derived.reject(p.reason)
		return
	}
	t.derived.settled(t.source)
}
