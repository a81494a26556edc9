package recycle

import (
	"errors"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Harness brings the fleet up for an end-to-end test. It holds its ports with raw
// listeners, which accept and never read, and gives them up one by one to those who
// need them.
type Harness struct {
	Base
	Prerender env.Addr // ports that are held first
	Compat    env.Addr // the address that pages load the shell from
	Other     env.Addr
	// Program starts the prerender server, with Compat as its host address and a
	// manager address that refuses.
	Program string
	Arg     any
	// Proxy serves on the compat port once it is bound.
	Proxy env.Handler

	held [3]env.Listener
	over bool
	step int
}

// ErrHarness is why a bring-up failed.
var ErrHarness = errors.New("the budget of the bring-up is over")

// Start brings up.
func (h *Harness) Start() {
	h.init()
	h.at(1)
	for i, a := range []env.Addr{h.Prerender, h.Compat, h.Other} {
		l, err := h.Host.Bind(a)
		if err != nil {
			h.fail("cannot hold " + a.String() + ": " + err.Error())
			return
		}
		h.held[i] = l
	}
	h.Host.After("budget", h.Constants.HarnessBudget, func() {
		if !h.over {
			h.fail(ErrHarness.Error())
		}
	})
	h.at(2)
	h.held[0].Close(func() {
		if _, err := h.Host.Spawn(h.Program, h.Arg, nil); err != nil {
			h.fail("cannot start the prerender server: " + err.Error())
		}
	})
}

// Listening is called by the prerender server's word that it listens. How long that
// takes to arrive and be acted on is the window of `harness-release`.
func (h *Harness) Listening() { h.Host.Work("harness-release", func(error) { h.release() }) }

// release gives the compat port up, and goes on when that is complete.
func (h *Harness) release() {
	h.at(3)
	h.held[1].Close(func() { h.bind(1) })
}

// bind puts the proxy on the compat port.
func (h *Harness) bind(try int) {
	if h.over {
		return
	}
	l, err := h.Host.Bind(h.Compat)
	switch {
	case err == nil:
		h.at(4)
		l.Serve(h.Proxy)
		h.over = true
		h.at(5)
	case try >= h.Constants.HarnessTries:
		h.fail("cannot bind the proxy: " + err.Error())
	default:
		h.Host.After("bind-retry", time.Duration(try)*h.Constants.HarnessPause, func() { h.bind(try + 1) })
	}
}

func (h *Harness) at(step int) {
	h.step = step
	h.fact(Fact{Kind: HarnessStep, N: step})
}

func (h *Harness) fail(why string) {
	h.over = true
	h.fact(Fact{Kind: HarnessFailed, Why: why, N: h.step})
}
