package program

import "github.com/seed-3519b94c/simrun/sim/jsloop"

// evalAll evaluates from left to right.
func (m *Machine) evalAll(xs []*Expr, s *scope) ([]jsloop.Value, error) {
	vs := make([]jsloop.Value, len(xs))
	for i, x := range xs {
		v, err := m.eval(x, s)
		if err != nil {
			return nil, err
		}
		vs[i] = v
	}
	return vs, nil
}

func (m *Machine) eval(e *Expr, s *scope) (jsloop.Value, error) {
	if e == nil {
		return nil, nil
	}
	l := m.Loop
	switch e.K {
	case "val":
		return value(e.V), nil
	case "x":
		return s.x, nil
	case "resolved":
		return l.Resolve(value(e.V)), nil
	case "rejected":
		return l.Reject(Error(e.E)), nil
	case "pending":
		return l.NewPromise(func(func(jsloop.Value), func(error)) {}), nil
	case "thenable":
		return &thenable{m, e}, nil
	case "ref":
		return m.promises[e.H], nil
	case "defp":
		return m.deferredOf(e.H).p, nil
	case "asyncfn":
		return m.async(e.Body, s), nil
	case "new":
		return l.NewPromise(func(resolve func(jsloop.Value), reject func(error)) {
			m.callback(e.Body, &scope{resolve: resolve, reject: reject})()
		}), nil
	case "delay":
		return l.NewPromise(func(resolve func(jsloop.Value), _ func(error)) {
			l.SetTimeout(func() { resolve(value(e.V)) }, m.ms(e.MS))
		}), nil
	case "resolveOf":
		v, err := m.eval(e.P, s)
		return l.Resolve(v), err
	case "chain":
		return m.chain(e.P, e.Steps, s)
	case "all", "race", "any", "allSettled":
		return m.combine(e, s)
	}
	m.unsupported("expression %q", e.K)
	return nil, nil
}

func (m *Machine) combine(e *Expr, s *scope) (jsloop.Value, error) {
	xs, err := m.evalAll(e.Xs, s)
	if err != nil {
		return nil, err
	}
	switch e.K {
	case "all":
		return m.Loop.All(xs...), nil
	case "race":
		return m.Loop.Race(xs...), nil
	case "any":
		return m.Loop.Any(xs...), nil
	}
	return m.Loop.AllSettled(xs...), nil
}

// chain is Promise.resolve(p).step.step...
func (m *Machine) chain(p *Expr, steps []Link, s *scope) (jsloop.Value, error) {
	v, err := m.eval(p, s)
	if err != nil {
		return nil, err
	}
	q := m.Loop.Resolve(v)
	for _, st := range steps {
		onValue := func(v jsloop.Value) (jsloop.Value, error) { return m.ret(st.Body, s.inner(v)) }
		onReason := func(err error) (jsloop.Value, error) { return m.ret(st.Body, s.inner(err)) }
		switch st.K {
		case "then":
			q = q.Then(onValue, nil)
		case "catch":
			q = q.Catch(onReason)
		case "then2":
			q = q.Then(onValue, func(err error) (jsloop.Value, error) { return m.ret(st.OnRej, s.inner(err)) })
		case "thenpass":
			q = q.Then(nil, nil)
		case "finally":
			q = q.Finally(func() (jsloop.Value, error) { return m.ret(st.Body, s.inner(nil)) })
		default:
			m.unsupported("step %q", st.K)
		}
	}
	return q, nil
}

// ret runs a function body for its result.
func (m *Machine) ret(body []Stmt, s *scope) (jsloop.Value, error) {
	v, _, err := m.exec(body, s)
	return v, err
}

func value(v *float64) jsloop.Value {
	if v == nil {
		return nil
	}
	return *v
}

// thenable is an object with a then method.
type thenable struct {
	m *Machine
	e *Expr
}

func (t *thenable) Then(resolve func(jsloop.Value), reject func(error)) error {
	if t.e.ID != nil {
		t.m.stmt(&Stmt{T: "log", ID: t.e.ID}, nil)
	}
	act := func() { t.act(resolve, reject) }
	switch t.e.Mode {
	case "micro":
		t.m.Loop.QueueMicrotask(act)
	case "tick":
		t.m.Loop.NextTick(act)
	default:
		act()
	}
	return nil
}

// act settles, in ways that recordings do not have too: only what comes first counts.
func (t *thenable) act(resolve func(jsloop.Value), reject func(error)) {
	v, e := value(t.e.V), Error(t.e.E)
	switch t.e.Act {
	case "resolve":
		resolve(v)
	case "reject":
		reject(e)
	case "throw":
		jsloop.Throw(e)
	case "resolve throw":
		resolve(v)
		jsloop.Throw(e)
	case "reject throw":
		reject(e)
		jsloop.Throw(e)
	case "twice":
		resolve(v)
		reject(e)
	case "nest":
		resolve(&thenable{t.m, &Expr{V: t.e.V, Act: "resolve"}})
	case "adopt":
		resolve(t.m.Loop.Resolve(v))
	default:
		t.m.unsupported("act of a thenable %q", t.e.Act)
	}
}
