package coord

// Keep says what a Flight remembers of a call that has ended.
type Keep uint8

const (
	// KeepNothing: calls join one that is under way, and the next after it is a new
	// one.
	KeepNothing Keep = iota
	// KeepSuccess: a result is handed out for good, a failure is forgotten.
	KeepSuccess
)

// Flight makes one of all calls for the same key that are under way at once. Use
// one key for a flight that is not keyed. The zero Flight keeps nothing.
type Flight[K comparable, V any] struct {
	Keep  Keep
	calls map[K]*flightCall[V]
}

// flightCall is a call that is under way, or what is kept of one.
type flightCall[V any] struct {
	waiters []func(V, error)
	ended   bool
	v       V
	err     error
}

// Do hands the result of key to got: what is kept, or that of the call under way,
// or else of start, which Do calls. start calls done when it has ended; only the
// first time counts. Who waits is told in the order in which they came. got may be
// nil.
func (f *Flight[K, V]) Do(key K, start func(done func(V, error)), got func(V, error)) {
	if c := f.calls[key]; c != nil {
		c.join(got)
		return
	}
	if f.calls == nil {
		f.calls = make(map[K]*flightCall[V])
	}
	c := &flightCall[V]{}
	f.calls[key] = c
	c.join(got)
	start(func(v V, err error) {
		if c.ended {
			return
		}
		c.ended, c.v, c.err = true, v, err
		if f.Keep == KeepNothing || err != nil {
			delete(f.calls, key)
		}
		waiters := c.waiters
		c.waiters = nil
		for _, got := range waiters {
			got(v, err)
		}
	})
}

func (c *flightCall[V]) join(got func(V, error)) {
	switch {
	case got == nil:
	case c.ended:
		got(c.v, c.err)
	default:
		c.waiters = append(c.waiters, got)
	}
}

// Kept is the result that is kept for key; ok tells whether there is one.
func (f *Flight[K, V]) Kept(key K) (ok bool, v V, err error) {
	if c := f.calls[key]; c != nil && c.ended {
		return true, c.v, c.err
	}
	return false, v, nil
}
