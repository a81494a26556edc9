package cli

import (
	"context"
	"errors"
	"io/fs"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/seed-3519b94c/simrun/sim"
)

// Code is an exit code.
type Code int

// The exit codes.
const (
	OK          Code = 0   // no violation
	Violation   Code = 1   // a violation; also a replay that reproduces one
	Usage       Code = 2   // the command line, a file, or the scenario is not right
	Diverged    Code = 3   // nondeterminism, or a replay that cannot be followed
	Internal    Code = 4   // simrun itself failed
	Interrupted Code = 130 // ended by a signal; what was found is stored and printed
)

// worse is the code that tells more of two: an interrupted run is not a result,
// and without determinism nothing is.
func worse(a, b Code) Code {
	rank := func(c Code) int {
		for i, known := range [...]Code{OK, Violation, Usage, Diverged, Internal, Interrupted} {
			if c == known {
				return i
			}
		}
		return 0
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// coded is an error with the exit code that belongs to it.
type coded struct {
	error
	code Code
}

func (c coded) Unwrap() error { return c.error }

// usage marks err as something that the user can put right.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return coded{err, Usage}
}

// codeOf is the exit code for an error.
func codeOf(err error) Code {
	if err == nil {
		return OK
	}
	if e, ok := errors.AsType[*store.Error](err); ok {
		return codeOfStore(e.Kind)
	}
	if c, ok := errors.AsType[coded](err); ok {
		return c.code
	}
	if errors.Is(err, context.Canceled) {
		return Interrupted
	}
	if _, ok := errors.AsType[*sim.UnknownError](err); ok {
		return Usage
	}
	for _, known := range [...]error{runner.ErrEdited, fs.ErrNotExist, fs.ErrPermission} {
		if errors.Is(err, known) {
			return Usage
		}
	}
	return Internal
}

// codeOfStore: what another path or another reference puts right is usage.
func codeOfStore(k store.Kind) Code {
	switch k {
	case store.Other, store.Corrupt, store.Busy, store.Full, store.Closed, store.ReadOnly:
		return Internal
	}
	return Usage
}
