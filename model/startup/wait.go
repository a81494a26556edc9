package startup

import (
	"strconv"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// StatusError is an answer that is not a success.
type StatusError struct{ Status int }

func (e *StatusError) Error() string { return "status " + strconv.Itoa(e.Status) }

// pause waits for d.
func (a *App) pause(c env.Async, d time.Duration) error {
	if f := a.illegal("setTimeout"); f != nil {
		return f
	}
	p, resolve, _ := a.deps.Loop.NewPromise()
	a.deps.Loop.SetTimeout(func() { resolve(nil) }, d)
	_, err := a.await(c, p, "pause")
	return err
}
