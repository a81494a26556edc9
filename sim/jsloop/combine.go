package jsloop

// Settled is an element of the value of AllSettled.
type Settled struct {
	State  State
	Value  Value
	Reason error
}

// gather is what the element functions of a combinator share.
type gather struct {
	p         *Promise
	resolve   func(Value)
	reject    func(error)
	remaining int // counts itself, as the specification does
}

func (l *Loop) gather() *gather {
	g := &gather{remaining: 1}
	g.p, g.resolve, g.reject = l.WithResolvers()
	return g
}

// done ends one element, or the loop over them, and reports whether it was the last.
func (g *gather) done() bool {
	g.remaining--
	return g.remaining == 0
}

// All is Promise.all: its value is a []Value.
func (l *Loop) All(xs ...Value) *Promise {
	g := l.gather()
	values := make([]Value, len(xs))
	for i, x := range xs {
		g.remaining++
		l.Resolve(x).Then(func(v Value) (Value, error) {
			values[i] = v
			if g.done() {
				g.resolve(values)
			}
			return nil, nil
		}, func(reason error) (Value, error) {
			g.reject(reason)
			return nil, nil
		})
	}
	if g.done() {
		g.resolve(values)
	}
	return g.p
}

// AllSettled is Promise.allSettled: its value is a []Settled.
func (l *Loop) AllSettled(xs ...Value) *Promise {
	g := l.gather()
	all := make([]Settled, len(xs))
	for i, x := range xs {
		g.remaining++
		end := func(s Settled) (Value, error) {
			all[i] = s
			if g.done() {
				g.resolve(all)
			}
			return nil, nil
		}
		l.Resolve(x).Then(
			func(v Value) (Value, error) { return end(Settled{State: Fulfilled, Value: v}) },
			func(reason error) (Value, error) { return end(Settled{State: Rejected, Reason: reason}) })
	}
	if g.done() {
		g.resolve(all)
	}
	return g.p
}

// Any is Promise.any: if all are rejected, its reason is an *AggregateError.
func (l *Loop) Any(xs ...Value) *Promise {
	g := l.gather()
	reasons := make([]error, len(xs))
	for i, x := range xs {
		g.remaining++
		l.Resolve(x).Then(func(v Value) (Value, error) {
			g.resolve(v)
			return nil, nil
		}, func(reason error) (Value, error) {
			reasons[i] = reason
			if g.done() {
				g.reject(&AggregateError{reasons})
			}
			return nil, nil
		})
	}
	if g.done() {
		g.reject(&AggregateError{reasons})
	}
	return g.p
}

// Race is Promise.race.
func (l *Loop) Race(xs ...Value) *Promise {
	g := l.gather()
	for _, x := range xs {
		l.Resolve(x).Then(func(v Value) (Value, error) {
			g.resolve(v)
			return nil, nil
		}, func(reason error) (Value, error) {
			g.reject(reason)
			return nil, nil
		})
	}
	return g.p
}
