package depopt

// states is a map in which framework state is defined by key. Where it lives decides
// who shares it (6.13, switch state).
type states struct{ defined []*context }

// context is the state that is defined under one key: here a request context, which
// tells requests apart as asynchronous local storage does.
type context struct {
	key  string
	held []int // requests, by ID
}

// contextKey is the key of the request context.
const contextKey = "ctx"

// define is define(key, init): what the map has under the key, else something new.
func (r *Runner) define(x *Exports, key string) *context {
	m := r.statesOf(x)
	r.e.touchWrite(r.stateResource(key))
	for _, c := range m.defined {
		if c.key == key {
			return c
		}
	}
	c := &context{key: key}
	m.defined = append(m.defined, c)
	return c
}

// statesOf is the map that x uses: its own, that of the virtual module that it imports,
// or the runtime's.
func (r *Runner) statesOf(x *Exports) *states {
	switch r.sys.cfg.State {
	case Virtual:
		for _, y := range x.Imports {
			if y.states != nil {
				return y.states
			}
		}
	case Global:
		return &r.global
	}
	if x.states == nil {
		x.states = &states{}
	}
	return x.states
}

func (r *Runner) stateResource(key string) int {
	return r.sys.named("state/" + r.sys.cfg.State.String() + "/" + key)
}

// context is the request context that the code of x sees: that of a module it imports.
func (x *Exports) context() *context {
	for _, y := range x.Imports {
		if y.ctx != nil {
			return y.ctx
		}
	}
	return nil
}

// setContext is ctx.set of a request: the request carries the value.
func (r *Runner) setContext(x *Exports, req *Request, key string) error {
	c := x.context()
	if c == nil {
		return &Error{Code: Internal, Text: "no module that defines a context is imported by ", At: x.ID}
	}
	r.e.touchWrite(r.stateResource(contextKey))
	c.held = append(c.held, req.ID)
	r.e.obs.ContextSet(req, key)
	return nil
}

// getContext is ctx.get.
func (r *Runner) getContext(x *Exports, req *Request, key string) error {
	c := x.context()
	if c == nil {
		return &Error{Code: Internal, Text: "no module that defines a context is imported by ", At: x.ID}
	}
	r.e.touchRead(r.stateResource(contextKey))
	found := false
	for _, id := range c.held {
		found = found || id == req.ID
	}
	r.e.obs.ContextGot(req, key, found)
	return nil
}
