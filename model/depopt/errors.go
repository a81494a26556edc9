package depopt

import (
	"errors"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// ErrorCode says what kind of error it is.
type ErrorCode uint8

// The kinds of errors.
const (
	// Outdated: the version of a dependency is not, or no longer, the present one.
	Outdated ErrorCode = iota + 1
	// NotFound: there is no such file, module or dependency.
	NotFound
	// Internal: anything else.
	Internal
)

// Error is an error of the dev server, as it reaches whoever asked.
type Error struct {
	Code ErrorCode
	At   *URL   // what it is about; may be nil
	Text string // of an Internal one
}

// Error is its text. That of an outdated dependency is how the retry middleware
// recognises it.
func (e *Error) Error() string {
	s := ""
	if e.At != nil {
		s = ": " + e.At.String()
	}
	switch e.Code {
	case Outdated:
		return "Outdated Optimize Dep" + s
	case NotFound:
		return "not found" + s
	}
	return e.Text + s
}

// isStale reports whether the text of err says that a dependency is outdated.
func isStale(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == Outdated
}

// await is a.Await where only the error matters.
func await(a env.Async, p env.Promise) error {
	_, err := a.Await(p)
	return err
}
