package depopt

import "github.com/seed-3519b94c/simrun/sim/env"

// Code is a transformed module: what it is, and what its imports have become. Each
// import carries the version that was valid at the instant at which it was resolved.
type Code struct {
	At      *URL    // the id that it was made for
	Module  *Module // nil: a bundle, or nothing at all
	Bundle  *Bundle
	Imports []*URL // static, in order
	Lazy    []*URL // of the steps of its handler that import; nil entries for others
}

// pending is a transform that is under way.
type pending struct {
	ts      int64
	promise env.Promise // of those who share it; nil: nobody
	settle  func(any)
	fail    func(error)
}

// transformRequest is the transformed module of a URL (6.5). Two requests share one
// transform, unless the module was invalidated since that began: then the second
// starts over, and the first goes on for those who wait for it.
func (e *Environment) transformRequest(a env.Async, u *URL) (*Code, error) {
	for {
		ts := e.sys.tick()
		e.touchRead(e.resource(resPending, u))
		p := e.pending[u]
		if p == nil {
			return e.startTransform(a, u, ts)
		}
		n, err := e.graph.getByURL(a, u)
		if err != nil {
			return nil, err
		}
		if n == nil || p.ts > n.lastInvalid {
			return p.share(a, e.loop)
		}
		if e.pending[u] == p {
			e.touchWrite(e.resource(resPending, u))
			delete(e.pending, u)
		}
	}
}

// share waits for a transform that somebody else has begun.
func (p *pending) share(a env.Async, l env.Loop) (*Code, error) {
	if p.promise == nil {
		p.promise, p.settle, p.fail = l.NewPromise()
	}
	v, err := a.Await(p.promise)
	if err != nil {
		return nil, err
	}
	return v.(*Code), nil
}

func (e *Environment) startTransform(a env.Async, u *URL, ts int64) (*Code, error) {
	p := &pending{ts: ts}
	e.touchWrite(e.resource(resPending, u))
	e.pending[u] = p
	code, err := e.transformJob(a, u, ts)
	if e.pending[u] == p {
		e.touchWrite(e.resource(resPending, u))
		delete(e.pending, u)
	}
	switch {
	case p.promise == nil:
	case err != nil:
		p.fail(err)
	default:
		p.settle(code)
	}
	return code, err
}

// transformJob does the work of a transformRequest that began at ts. A URL that is
// known is not resolved again.
func (e *Environment) transformJob(a env.Async, u *URL, ts int64) (*Code, error) {
	n, err := e.graph.getByURL(a, u)
	if err != nil {
		return nil, err
	}
	var id *URL
	if n != nil {
		e.touchRead(n.resID)
		if n.result != nil {
			return n.result, nil
		}
		id = n.id
	} else {
		if id, err = e.resolve(a, u); err != nil {
			return nil, err
		}
		if same := e.graph.byID[id]; same != nil && same.result != nil {
			e.touchRead(same.resID)
			return same.result, nil
		}
	}
	leave := e.crawl.register(id)
	code, err := e.loadAndTransform(a, u, id, n)
	leave()
	if err != nil {
		return nil, err
	}
	if n == nil {
		n = e.graph.byID[id]
	}
	if n != nil && ts > n.lastInvalid {
		e.touchWrite(n.resID)
		n.result = code
		e.obs.Stored(e, id, code)
		e.obs.CachesChanged()
	}
	return code, nil
}

func (e *Environment) loadAndTransform(a env.Async, u, id *URL, n *node) (*Code, error) {
	code, err := e.load(a, id)
	if err != nil {
		return nil, err
	}
	if n == nil {
		if _, err := e.graph.ensure(a, u, id); err != nil {
			return nil, err
		}
	}
	return e.transform(a, code)
}

// load is the source of a module: a file of the bundles through the gate, a module of
// the other environment through the bridge, anything else from the disk.
func (e *Environment) load(a env.Async, id *URL) (*source, error) {
	switch {
	case id.Bridge:
		return e.sys.bridge.load(a, id)
	case id.Kind == File:
		if e.opt == nil {
			return nil, &Error{Code: NotFound, At: id}
		}
		b, err := e.opt.load(a, id)
		if err != nil {
			return nil, err
		}
		return e.sourceOfBundle(id, b), nil
	}
	m := e.sys.app.Module(id.Name)
	if m == nil {
		return nil, &Error{Code: NotFound, At: id}
	}
	if err := await(a, e.loop.IO(id.label(ioLoad))); err != nil {
		return nil, err
	}
	if d := e.slow(id, m.Slow.Load, m.Slow.Once); d > 0 {
		if err := e.sleep(a, d); err != nil {
			return nil, err
		}
	}
	return e.sourceOfModule(id, m), nil
}

// transform calls the transform hooks, and resolves what the module imports.
func (e *Environment) transform(a env.Async, s *source) (*Code, error) {
	e.sys.retry.activity()
	if err := await(a, e.loop.IO(s.at.label(ioTransform))); err != nil {
		return nil, err
	}
	if m := s.module; m != nil && !s.at.Bridge {
		if d := e.slow(s.at, m.Slow.Transform, m.Slow.Once); d > 0 {
			if err := e.sleep(a, d); err != nil {
				return nil, err
			}
		}
	}
	return e.analyse(a, s)
}

// slow is an extra duration, if it still counts.
func (e *Environment) slow(at *URL, d window, once bool) window {
	if d <= 0 || !once {
		return d
	}
	for _, u := range e.spent {
		if u == at {
			return 0
		}
	}
	e.spent = append(e.spent, at)
	return d
}
