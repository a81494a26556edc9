package sim_test

import (
	"context"
	"fmt"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/sim/simclock"
)

// shelf is what those that use a clock share: whoever comes puts something in, and works on
// what is there.
type shelf struct {
	timers  [2]*clock.Timer
	chans   [2]<-chan time.Time
	tickers [2]*clock.Ticker
	ctx     [2]context.Context
	cancel  [2]context.CancelFunc
	parents [2]bool // cancel is the parent's, which is of the standard library
}

// clocked is a call on the clock of the world.
func (a *actor) clocked(c call) bool {
	if c.do < busyClockTimer || c.do > busyClockSleep || a.run.clock == nil {
		return false
	}
	r, i, d := a.run, c.number&1, time.Duration(c.size)*time.Microsecond
	s := &r.shelf
	a.p.Step("shelf") // most calls of the library are no steps
	if c.do > busyClockTicker {
		r.w.Read(r.shelves[i]) // so that those who do conflict by the footprints of the clock alone
		a.onShelf(c, i, d)
		return true
	}
	r.w.Write(r.shelves[i])
	switch c.do {
	case busyClockTimer:
		s.timers[i] = r.clock.Timer(d)
		s.chans[i] = s.timers[i].C
	case busyClockFunc:
		s.timers[i] = r.clock.AfterFunc(d, a.function(c))
	case busyClockAfter:
		s.chans[i] = r.clock.After(d)
	case busyClockTicker:
		if s.tickers[i] == nil {
			s.tickers[i] = r.clock.Ticker(d + 1)
			s.chans[i] = s.tickers[i].C
		} else if c.size&1 == 0 {
			s.tickers[i].Reset(d + 1)
		} else {
			s.tickers[i].Stop()
		}
	case busyClockTimeout:
		var parent context.Context
		var cancel [2]context.CancelFunc
		parent, cancel[0] = context.WithCancel(context.Background())
		s.ctx[i], cancel[1] = r.clock.WithTimeout(parent, d)
		s.cancel[i], s.parents[i] = cancel[c.size&1], c.size&1 == 0
	}
	return true
}

// function is one of AfterFunc. Each of its runs is an actor of its own.
func (a *actor) function(c call) func() {
	a.functions++
	r, name, runs := a.run, fmt.Sprint(a.name, " func", a.functions), 0
	res := r.w.Resource(name)
	return func() {
		r.w.Write(res)
		runs++
		r.actor(fmt.Sprint(name, " run", runs), a.fs).as(r.w.Caller()).calls(c.code)
	}
}

// onShelf works on what is there.
func (a *actor) onShelf(c call, i int, d time.Duration) {
	r, s := a.run, &a.run.shelf
	switch c.do {
	case busyClockStop:
		if t := s.timers[i]; t != nil {
			a.note(t.Stop())
		}
	case busyClockReset:
		if t := s.timers[i]; t != nil {
			a.note(t.Reset(d))
		}
	case busyClockRecv:
		if s.chans[i] != nil {
			which, _ := r.clock.Select(simclock.Case{C: s.chans[i]}, simclock.Case{C: r.clock.After(d)})
			a.note(which)
		}
	case busyClockTry:
		if s.chans[i] != nil {
			_, ok := r.clock.TryRecv(s.chans[i])
			a.note(ok)
		}
	case busyClockCancel:
		if s.cancel[i] != nil {
			if s.parents[i] { // who comes first ends it: of contexts that are not the clock's it does not tell
				r.w.Write(r.parents[i])
			}
			s.cancel[i]()
		}
	case busyClockErr:
		if s.ctx[i] != nil {
			a.note(s.ctx[i].Err())
		}
	case busyClockDone:
		if s.ctx[i] != nil {
			which, _ := r.clock.Select(simclock.Case{Done: s.ctx[i]}, simclock.Case{C: r.clock.After(d)})
			a.note(which)
		}
	case busyClockSleep:
		r.clock.Sleep(d)
	}
}
