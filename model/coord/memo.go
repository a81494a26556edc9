package coord

import "github.com/seed-3519b94c/simrun/sim/env"

// Memo is a single flight of promises: whoever comes gets the one that was made first,
// whether it is pending or settled. A failure is handed out for good, unless
// ForgetFailure. The zero Memo has none.
type Memo struct {
	// ForgetFailure: once the promise is rejected, the next Get makes another.
	ForgetFailure bool
	// Forgot is called when that happens. It may be nil.
	Forgot func()

	p env.Promise
}

// Get is the promise, made by start if there is none.
func (m *Memo) Get(start func() env.Promise) env.Promise {
	if m.p == nil {
		m.Begin(start)
	}
	return m.p
}

// Begin makes a promise whether there is one or not: what a Get comes to that awaits
// something between its look and its note.
func (m *Memo) Begin(start func() env.Promise) env.Promise {
	p := start()
	m.p = p
	if m.ForgetFailure {
		p.Catch(func(error) (any, error) {
			if m.p == p {
				m.p = nil
				if m.Forgot != nil {
					m.Forgot()
				}
			}
			return nil, nil
		})
	}
	return p
}

// Made reports whether there is a promise.
func (m *Memo) Made() bool { return m.p != nil }
