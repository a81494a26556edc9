package jsloop

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Env is js as logic sees it: an env.Loop. Its promises and those of the loop's own
// methods are the same.
func (js *Process) Env() env.Loop {
	js.device() // made here, and so mostly while the world is built, it has a short name
	return (*envLoop)(js)
}

// envLoop is a Process as an env.Loop.
type envLoop Process

func (l *envLoop) js() *Process { return (*Process)(l) }

// envPromise is a Promise as an env.Promise.
type envPromise Promise

// promiseOf is the promise that v is in one of its two forms; nil if it is none.
func promiseOf(v Value) *Promise {
	switch v := v.(type) {
	case *Promise:
		return v
	case *envPromise:
		return (*Promise)(v)
	}
	return nil
}

// Then implements env.Promise.
func (p *envPromise) Then(onFulfilled func(any) (any, error), onRejected func(error) (any, error)) env.Promise {
	return (*envPromise)((*Promise)(p).Then(onFulfilled, onRejected))
}

// Catch implements env.Promise.
func (p *envPromise) Catch(onRejected func(error) (any, error)) env.Promise {
	return (*envPromise)((*Promise)(p).Catch(onRejected))
}

// Finally implements env.Promise.
func (p *envPromise) Finally(onFinally func() (any, error)) env.Promise {
	return (*envPromise)((*Promise)(p).Finally(onFinally))
}

// State implements env.Promise.
func (p *envPromise) State() env.PromiseState { return p.state }

// Value implements env.Promise.
func (p *envPromise) Value() any { return p.value }

// Reason implements env.Promise.
func (p *envPromise) Reason() error { return p.reason }

// Async implements env.Loop.
func (l *envLoop) Async(body func(a env.Async) (any, error)) env.Promise {
	return (*envPromise)(l.Loop.begin(&Async{logic: body}))
}

// NewPromise implements env.Loop.
func (l *envLoop) NewPromise() (env.Promise, func(any), func(error)) {
	p, resolve, reject := l.WithResolvers()
	return (*envPromise)(p), resolve, reject
}

// Resolve implements env.Loop.
func (l *envLoop) Resolve(v any) env.Promise { return (*envPromise)(l.Loop.Resolve(v)) }

// Reject implements env.Loop.
func (l *envLoop) Reject(reason error) env.Promise { return (*envPromise)(l.Loop.Reject(reason)) }

// All implements env.Loop.
func (l *envLoop) All(vs ...any) env.Promise { return (*envPromise)(l.Loop.All(vs...)) }

// Race implements env.Loop.
func (l *envLoop) Race(vs ...any) env.Promise { return (*envPromise)(l.Loop.Race(vs...)) }

// SetTimeout implements env.Loop.
func (l *envLoop) SetTimeout(fn func(), d time.Duration) env.LoopTimer {
	return envTimer{l.Loop, l.Loop.SetTimeout(fn, milliseconds(d))}
}

// SetInterval implements env.Loop.
func (l *envLoop) SetInterval(fn func(), d time.Duration) env.LoopTimer {
	return envTimer{l.Loop, l.Loop.SetInterval(fn, milliseconds(d))}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Post implements env.Loop.
func (l *envLoop) Post(name string, fn func()) { l.js().Deliver(name, fn) }

// Throw implements env.Loop.
func (l *envLoop) Throw(reason error) { Throw(reason) }

// IO implements env.Loop: an event `io.label` of the process, and then a callback.
func (l *envLoop) IO(label string) env.Promise {
	js := l.js()
	p, resolve, _ := js.WithResolvers()
	op := &ioOperation{js: js, loop: js.Loop, label: label, resolve: resolve}
	js.Loop.Ref()
	at := js.w.Label(label)
	js.device().After(at, js.device().Window(at), op, 0)
	return (*envPromise)(p)
}

// device is the process that does the work of IO.
func (js *Process) device() *sim.Proc {
	if js.io == nil {
		js.io = js.w.Actor(js.name + ".io")
	}
	return js.io
}

// ioOperation is one IO in flight.
type ioOperation struct {
	js      *Process
	loop    *Loop
	label   string
	resolve func(Value)
}

// Fire completes the operation: the loop hears of it in its next poll.
func (op *ioOperation) Fire(*sim.World, int64) {
	if op.js.Loop == op.loop { // and not a life that has ended
		op.js.Deliver(op.label, op.done)
	}
}

func (op *ioOperation) done() {
	op.loop.Release()
	op.resolve(nil)
}

// envTimer is a Timer as an env.LoopTimer.
type envTimer struct {
	l *Loop
	t *Timer
}

// Clear implements env.LoopTimer.
func (t envTimer) Clear() { t.l.ClearTimeout(t.t) }

// Unref implements env.LoopTimer.
func (t envTimer) Unref() { t.l.Unref(t.t) }
