package coord

// Loose starts work that nobody waits for: an error is one line of a log, and that is
// all.
type Loose struct {
	// Log gets the line. nil: nobody learns of the error.
	Log func(what string, err error)
}

// Go starts work, which calls done when it has ended; only the first time counts.
func (l *Loose) Go(what string, work func(done func(error))) {
	ended := false
	work(func(err error) {
		if ended {
			return
		}
		ended = true
		if err != nil && l.Log != nil {
			l.Log(what, err)
		}
	})
}
