package depopt

import "github.com/seed-3519b94c/simrun/sim/env"

// instance is what a runner has of a module: its code, and what became of it.
type instance struct {
	url, id   *URL
	code      *Code
	promise   env.Promise // of its evaluation, also a failed one; nil: none
	exports   *Exports
	importers []*instance
}

// Exports is one evaluation of a module: what its importers see.
type Exports struct {
	Gen     int // of the runner, when the module's own code ran
	ID      *URL
	Sources []string // what ran: the module, or what is in the bundle
	Imports []*Exports

	node   *instance
	code   *Code
	states *states  // of a module that keeps framework state
	ctx    *context // what its code has defined
}

// flight is a fetch that is under way.
type flight struct{ promise env.Promise }

// Runner evaluates the modules of an environment (6.9). It runs on the server's loop, or
// on its own.
type Runner struct {
	e        *Environment
	sys      *System
	loop     env.Loop
	path     Transport
	byID     map[*URL]*instance
	byURL    map[*URL]*instance
	order    []*instance // those of byID, in order
	inflight map[*URL]*flight
	gen      int
	running  int // evaluations that are going on
	queue    int // messages that wait
	handling bool
	global   states
	res      struct{ gen, queue int }
}

func (r *Runner) reset(e *Environment, t Transport) {
	r.e, r.sys, r.path = e, e.sys, t
	r.loop = e.loop
	if t.Loop != nil {
		r.loop = t.Loop
	}
	if r.byID == nil {
		r.byID, r.byURL, r.inflight = make(map[*URL]*instance), make(map[*URL]*instance), make(map[*URL]*flight)
	}
	clear(r.inflight)
	r.forget()
	r.gen, r.running, r.queue, r.handling = 1, 0, 0, false
	r.global = states{}
}

func (r *Runner) forget() {
	clear(r.byID)
	clear(r.byURL)
	clear(r.order)
	r.order = r.order[:0]
}

// Gen counts how often the runner has forgotten its modules, from 1.
func (r *Runner) Gen() int { return r.gen }

// module is the instance of a URL: from a fetch that is in flight, or by one of its
// own. A reload does not touch what is in flight.
func (r *Runner) module(u *URL) env.Promise {
	r.e.touchRead(r.e.resource(resInflight, u))
	if f := r.inflight[u]; f != nil {
		r.e.obs.SharedFetch(u)
		return f.promise
	}
	r.e.touchWrite(r.e.resource(resInflight, u))
	r.e.touchRead(r.e.resource(resRunnerURL, u))
	known := r.byURL[u]
	f := &flight{}
	f.promise = r.invoke(u, known != nil && known.code != nil).Then(func(v any) (any, error) {
		r.landed(u, f)
		return r.info(known, v.(*Reply)), nil
	}, func(err error) (any, error) {
		r.landed(u, f)
		return nil, err
	})
	r.inflight[u] = f
	return f.promise
}

func (r *Runner) landed(u *URL, f *flight) {
	r.e.touchWrite(r.e.resource(resInflight, u))
	if r.inflight[u] == f {
		delete(r.inflight, u)
	}
}

// info is the instance that a reply is about. For one from the cache that is the one
// known before the call, perhaps orphaned since; code goes into the maps as they are
// now, also if it was asked for by an evaluation of an older generation.
func (r *Runner) info(known *instance, rep *Reply) *instance {
	if rep.Cache {
		return known
	}
	n := r.byID[rep.ID]
	if n == nil {
		n = &instance{url: rep.URL, id: rep.ID}
		r.byID[rep.ID] = n
		r.order = append(r.order, n)
	}
	r.byURL[rep.URL] = n
	r.e.touchWrite(r.e.resource(resRunnerID, rep.ID))
	r.e.touchWrite(r.e.resource(resRunnerURL, rep.URL))
	if rep.Reset {
		n.promise, n.exports = nil, nil
	}
	n.code = rep.Code
	r.e.obs.CachesChanged()
	return n
}

// frame is an evaluation that waits for one that it imports.
type frame struct {
	n  *instance
	up *frame
}

func (f *frame) has(n *instance) bool {
	for ; f != nil; f = f.up {
		if f.n == n {
			return true
		}
	}
	return false
}

// imports is import(u), by from or, if that is nil, by nobody.
func (r *Runner) imports(a env.Async, u *URL, from *instance, stack *frame) (*Exports, error) {
	v, err := a.Await(r.module(u))
	if err != nil {
		return nil, err
	}
	n := v.(*instance)
	r.e.touchWrite(r.e.resource(resRunnerID, n.id))
	if from != nil {
		n.importers = append(n.importers, from)
	}
	if stack.has(n) && n.exports != nil {
		return n.exports, nil // an import cycle: what there is so far
	}
	switch {
	case n.promise == nil:
		p := r.loop.Async(func(b env.Async) (any, error) {
			x, err := r.evaluate(b, n, &frame{n, stack})
			if err != nil {
				return nil, err
			}
			return x, nil
		})
		n.promise = p
	case n.promise.State() == env.Rejected:
		r.e.obs.Replayed(n.id)
	}
	if v, err = a.Await(n.promise); err != nil {
		return nil, err
	}
	return v.(*Exports), nil
}

// evaluate runs the code of n: static imports strictly one after the other, each fetched
// and evaluated before the next one is fetched, then its own.
func (r *Runner) evaluate(a env.Async, n *instance, stack *frame) (*Exports, error) {
	x := &Exports{ID: n.id, node: n, code: n.code}
	n.exports = x
	r.running++
	err := r.runCode(a, x, stack)
	r.running--
	r.e.obs.CachesChanged()
	return x, err
}

func (r *Runner) runCode(a env.Async, x *Exports, stack *frame) error {
	code := x.code
	for _, u := range code.Imports {
		y, err := r.imports(a, u, x.node, stack)
		if err != nil {
			return err
		}
		x.Imports = append(x.Imports, y)
	}
	if err := await(a, r.loop.IO(x.ID.label(ioEval))); err != nil {
		return err
	}
	if m := code.Module; m != nil {
		if d := r.e.slow(x.ID, m.Slow.Eval, m.Slow.Once); d > 0 {
			if err := sleep(a, r.loop, d); err != nil {
				return err
			}
		}
	}
	r.e.touchRead(r.res.gen)
	x.Gen = r.gen
	switch {
	case code.Module != nil:
		x.Sources = code.Module.own
		if code.Module.Keeps {
			x.states = &states{}
		}
	case code.Bundle != nil:
		x.Sources = code.Bundle.Sources
		if d := code.Bundle.dep; d != nil && d.Defines {
			x.ctx = r.define(x, contextKey)
		}
	}
	r.e.obs.Evaluated(x)
	return nil
}

// Import is import(url) from outside of all modules. It runs on the runner's loop.
func (r *Runner) Import(a env.Async, url string) (*Exports, error) {
	return r.imports(a, r.sys.urls.source(url), nil, nil)
}

// invoke asks the environment for a module. The path keeps the order.
func (r *Runner) invoke(u *URL, known bool) env.Promise {
	p, resolve, reject := r.loop.NewPromise()
	answer := func(rep *Reply, err error) {
		if err != nil {
			reject(err)
		} else {
			resolve(rep)
		}
	}
	var timer env.LoopTimer
	if r.path.Timeout > 0 {
		timer = r.loop.SetTimeout(func() { reject(&Error{Code: Internal, Text: "invoke timed out", At: u}) }, r.path.Timeout)
	}
	r.path.Invoke.Send(func() {
		r.e.loop.Async(func(a env.Async) (any, error) {
			rep, err := r.e.fetchModule(a, u, known)
			back := func() {
				if timer != nil {
					timer.Clear()
				}
				answer(rep, err)
			}
			if r.path.Reply == nil {
				back()
			} else {
				r.path.Reply.Send(back)
			}
			return nil, nil
		})
	})
	return p
}
