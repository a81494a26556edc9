package jsloop

import (
	"fmt"
	"strings"
)

// Exception is the panic value by which Throw leaves a callback.
type Exception struct{ Reason error }

// Error makes an Exception that nobody caught readable.
func (e *Exception) Error() string { return "uncaught exception: " + e.Reason.Error() }

// Unwrap returns the reason.
func (e *Exception) Unwrap() error { return e.Reason }

// Throw is JavaScript's throw statement, for callbacks that return nothing. It
// does not return. What has an error result (reactions, async functions) can also
// just return the error, which means the same.
func Throw(reason error) { panic(&Exception{reason}) }

// caught returns the exception in a recovered value, nil for none. Any other panic
// is a mistake in the program that runs on the loop, and goes on.
func caught(v any) *Exception {
	if v == nil {
		return nil
	}
	if ex, ok := v.(*Exception); ok {
		return ex
	}
	panic(v)
}

// call runs fn and returns what it threw.
func call(fn func()) (thrown error) {
	defer func() {
		if ex := caught(recover()); ex != nil {
			thrown = ex.Reason
		}
	}()
	fn()
	return nil
}

// try runs fn; a throw is the same as a returned error.
func try(fn func() (Value, error)) (v Value, err error) {
	defer func() {
		if ex := caught(recover()); ex != nil {
			v, err = nil, ex.Reason
		}
	}()
	return fn()
}

// TypeError is ECMAScript's TypeError.
type TypeError struct{ Message string }

// Error formats it as JavaScript does.
func (e *TypeError) Error() string { return "TypeError: " + e.Message }

// ReferenceError is ECMAScript's ReferenceError: the flavour has no such function.
type ReferenceError struct{ Name string }

// Error formats it as JavaScript does.
func (e *ReferenceError) Error() string {
	return fmt.Sprintf("ReferenceError: %s is not defined", e.Name)
}

// AggregateError is the reason of Any when every promise was rejected.
type AggregateError struct{ Errors []error }

// Error lists the reasons in the order of the promises.
func (e *AggregateError) Error() string {
	all := make([]string, len(e.Errors))
	for i, err := range e.Errors {
		all[i] = err.Error()
	}
	return "AggregateError: all promises were rejected: " + strings.Join(all, "; ")
}

// Unwrap lets errors.Is and errors.As look at the reasons.
func (e *AggregateError) Unwrap() []error { return e.Errors }
