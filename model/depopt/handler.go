package depopt

import "github.com/seed-3519b94c/simrun/sim/env"

// Request is one request of a client.
type Request struct {
	ID     int // unique
	Action int // the client action that it belongs to: one click, redirects included
	Client int
	Page   string // what it asks for
	// Redirects is how many 307 in a row have led here.
	Redirects int

	from []*Exports
}

// handle runs the handler of a module for a request. Lazy imports are relative to the
// module that runs.
func (r *Runner) handle(a env.Async, x *Exports, req *Request) error {
	m := x.code.Module
	if m == nil {
		return &Error{Code: Internal, Text: "no handler in ", At: x.ID}
	}
	req.from = append(req.from, x)
	for i, s := range m.Handler {
		if err := r.step(a, x, req, i, &s); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) step(a env.Async, x *Exports, req *Request, i int, s *Step) error {
	switch s.Op {
	case OpSet:
		return r.setContext(x, req, s.Key)
	case OpGet:
		return r.getContext(x, req, s.Key)
	case OpEffect:
		r.e.obs.Effect(req, s.Key)
		return nil
	case OpWait:
		return sleep(a, r.loop, s.For)
	}
	var u *URL
	if s.Spec.Page {
		u = r.sys.url(Spec{Name: req.Page, Bridge: s.Spec.Bridge})
	} else {
		u = x.code.Lazy[i]
	}
	y, err := r.imports(a, u, x.node, nil)
	if err != nil {
		return err
	}
	if s.Op == OpCall {
		return r.handle(a, y, req)
	}
	req.from = append(req.from, y)
	return nil
}

// Handle runs the handler of a module that the caller holds on to.
func (r *Runner) Handle(a env.Async, x *Exports, req *Request) error {
	req.from = req.from[:0]
	if err := r.handle(a, x, req); err != nil {
		return err
	}
	r.e.obs.Responded(req, req.from)
	return nil
}
