package depopt

import "github.com/seed-3519b94c/simrun/sim/env"

// The answers of the server.
const (
	StatusOK       = 200
	StatusRedirect = 307 // the same URL, method and body kept
	StatusNotFound = 404
	StatusError    = 500
	StatusStale    = 504 // Outdated Optimize Dep
)

// retry is the middleware that answers a stale error, once nothing has been transformed
// for a while, by sending the client back (6.12). The wait belongs to the server, not to
// a request: failures at the same time share it. There is no limit, and no longest wait.
type retry struct {
	sys    *System
	wait   env.Promise // nil: nobody waits
	settle func(any)
	timer  env.LoopTimer
	n      int
	res    int
}

func (t *retry) reset(s *System) { *t = retry{sys: s, res: t.res} }

// activity is told of every transform, in any environment.
func (t *retry) activity() {
	if t.wait == nil {
		return
	}
	t.sys.touchWrite(t.res)
	t.timer.Clear()
	t.arm()
	t.sys.obs.QuietRestarted(t.n)
}

func (t *retry) arm() {
	t.timer = t.sys.loop.SetTimeout(func() {
		t.sys.touchWrite(t.res)
		settle := t.settle
		t.wait = nil
		t.sys.obs.QuietEnded(t.n)
		settle(nil)
	}, t.sys.cfg.Quiet)
}

// handle is the error handler: the status, or the error is passed on.
func (t *retry) handle(a env.Async, err error) (int, error) {
	if !isStale(err) {
		return 0, err
	}
	if t.sys.cfg.Quiet > 0 {
		t.sys.touchWrite(t.res)
		if t.wait == nil {
			t.n++
			t.wait, t.settle, _ = t.sys.loop.NewPromise()
			t.arm()
			t.sys.obs.QuietStarted(t.n)
		}
		if e := await(a, t.wait); e != nil {
			return 0, e
		}
	}
	if e := t.sys.Client.hot.Send(FullReload); e != nil {
		return 0, e
	}
	return StatusRedirect, nil
}

// handler is an entry of the middleware chain: one for requests, or one for errors.
type handler struct {
	serve func(a env.Async, req *Request) error
	catch func(a env.Async, err error) (int, error)
}

// Serve answers a request: by the chain of handlers, in the order of registration. An
// error goes to the first error handler that is registered after the one that raised
// it; the last one, which is always there, answers 500. It runs on the server's loop.
func (s *System) Serve(a env.Async, req *Request) int {
	s.obs.RequestArrived(req)
	status, err := s.serve(a, req)
	s.obs.RequestAnswered(req, status, err)
	return status
}

func (s *System) serve(a env.Async, req *Request) (int, error) {
	for i, h := range s.chain {
		if h.serve == nil {
			continue
		}
		err := h.serve(a, req)
		if err == nil {
			return StatusOK, nil
		}
		for _, c := range s.chain[i+1:] {
			if c.catch == nil {
				continue
			}
			status, passed := c.catch(a, err)
			if passed == nil {
				return status, err
			}
			err = passed
		}
		return StatusError, err
	}
	return StatusNotFound, nil
}

// buildChain registers the handlers.
func (s *System) buildChain() {
	dispatch := handler{serve: s.dispatch}
	s.chain = append(s.chain[:0], dispatch)
	if !s.cfg.Retry {
		return
	}
	catch := handler{catch: s.retry.handle}
	if s.cfg.Position == Before {
		s.chain = append(s.chain[:0], catch, dispatch)
	} else {
		s.chain = append(s.chain, catch)
	}
}

// dispatch asks the runner to import the worker and to run its handler.
func (s *System) dispatch(a env.Async, req *Request) error {
	r := s.Runner
	if r.path.Dispatch == nil {
		return s.runWorker(a, req)
	}
	p, resolve, reject := s.loop.NewPromise()
	r.path.Dispatch.Send(func() {
		r.loop.Async(func(b env.Async) (any, error) {
			err := s.runWorker(b, req)
			r.path.Answer.Send(func() {
				if err != nil {
					reject(err)
				} else {
					resolve(nil)
				}
			})
			return nil, nil
		})
	})
	return await(a, p)
}

// runWorker runs on the runner's loop.
func (s *System) runWorker(a env.Async, req *Request) error {
	x, err := s.Runner.Import(a, s.Deps.Entry)
	if err != nil {
		return err
	}
	return s.Runner.Handle(a, x, req)
}
