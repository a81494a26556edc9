package coord

// Policy says what becomes of an error that nobody waits for.
type Policy uint8

const (
	// LogOnce writes one line, and that is all.
	LogOnce Policy = iota
	// Swallow: nobody learns of it.
	Swallow
	// Unhandled raises it, as a promise without a rejection handler does: what
	// follows is the runtime's policy.
	Unhandled
)

// Loose starts work that nobody waits for.
type Loose struct {
	Policy Policy
	// Log gets the line of LogOnce.
	Log func(what string, err error)
	// Raise gets the error of Unhandled.
	Raise func(err error)
}

// Go starts work, which calls done when it has ended; only the first time counts.
func (l *Loose) Go(what string, work func(done func(error))) {
	ended := false
	work(func(err error) {
		if ended {
			return
		}
		ended = true
		if err != nil {
			l.fail(what, err)
		}
	})
}

func (l *Loose) fail(what string, err error) {
	switch {
	case l.Policy == LogOnce && l.Log != nil:
		l.Log(what, err)
	case l.Policy == Unhandled && l.Raise != nil:
		l.Raise(err)
	}
}
