package simclock

import (
	"context"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// Case is something that Select waits for: exactly one of the two.
type Case struct {
	// C is the channel of a timer or ticker of this clock. Like in Go nothing
	// ever comes from nil.
	C <-chan time.Time
	// Done is a context, of this clock or not, for its end.
	Done context.Context
}

// wait is a process that is blocked in Select. At the end of every event the clock
// looks whether it can go on. Like in Go, who waits is handed what is sent, so that
// nobody who comes later can snatch it.
type wait struct {
	cases  []Case
	list   sim.Waitlist
	chosen int
	value  time.Time
}

// Select blocks the calling process until one of the cases is ready, receives its
// value if it has one, and returns which it was. If several are ready it is the
// first of them; that the other one comes first is another order of events.
func (c *Clock) Select(cases ...Case) (int, time.Time) {
	p := c.w.Running(c.recv)
	if !p.At(c.recv) {
		return -1, time.Time{}
	}
	if i := c.ready(cases); i >= 0 {
		return i, c.receive(cases[i])
	}
	wt := c.newWait(cases)
	p.Block(&wt.list, c.resource(cases), nil, c.woken)
	if p.Dying() {
		return -1, time.Time{}
	}
	c.spare = append(c.spare, wt)
	return wt.chosen, wt.value
}

// Recv blocks the calling process until something is in ch, a channel of this clock,
// and takes it. It stands for `<-ch`, which would block the whole world.
func (c *Clock) Recv(ch <-chan time.Time) time.Time {
	_, t := c.Select(Case{C: ch})
	return t
}

// TryRecv takes what is in ch, if there is something, without waiting.
func (c *Clock) TryRecv(ch <-chan time.Time) (time.Time, bool) {
	if !c.w.Running(c.tryRecv).At(c.tryRecv) {
		return time.Time{}, false
	}
	cases := [1]Case{{C: ch}}
	if c.ready(cases[:]) < 0 {
		return time.Time{}, false
	}
	return c.receive(cases[0]), true
}

// WaitDone blocks the calling process until ctx has ended. It stands for
// `<-ctx.Done()`.
func (c *Clock) WaitDone(ctx context.Context) { c.Select(Case{Done: ctx}) }

// ready returns the first case that is, or -1. The current event is charged with
// having looked, unless it is the clock that looks.
func (c *Clock) ready(cases []Case) int {
	for i, s := range cases {
		if s.Done != nil {
			if s.Done.Err() != nil { // charges by itself
				return i
			}
			continue
		}
		e := c.find(s.C)
		if !c.scanning {
			c.w.Read(e.res)
		}
		if len(s.C) > 0 {
			return i
		}
	}
	return -1
}

func (c *Clock) receive(s Case) time.Time {
	if s.Done != nil {
		return time.Time{}
	}
	t := <-s.C
	c.find(s.C).taken()
	return t
}

// find is the entry of a channel.
func (c *Clock) find(ch <-chan time.Time) *entry {
	if ch == nil {
		return &c.never
	}
	e := c.byChan[ch]
	if e == nil {
		c.w.Mistake("%q waits for a channel that is not one of clock %q", c.w.Caller().Name(), c.name)
	}
	return e
}

// resource is what a blocked process is said to wait for: the first case.
func (c *Clock) resource(cases []Case) sim.Resource {
	for _, s := range cases {
		if d, ok := s.Done.(*deadlineContext); ok {
			return d.k.e.res
		}
		if s.Done == nil {
			return c.find(s.C).res
		}
	}
	return c.never.res
}

func (c *Clock) newWait(cases []Case) *wait {
	var wt *wait
	if n := len(c.spare); n > 0 {
		wt, c.spare = c.spare[n-1], c.spare[:n-1]
		wt.list.Reset()
	} else {
		wt = new(wait)
	}
	wt.cases = append(wt.cases[:0], cases...)
	c.waits = append(c.waits, wt)
	return wt
}

// lookAtWaits lets processes go on that can, and forgets those that were killed.
func (c *Clock) lookAtWaits() {
	still := c.waits[:0]
	for _, wt := range c.waits {
		if wt.list.Len() == 0 {
			continue
		}
		if wt.chosen = c.ready(wt.cases); wt.chosen < 0 {
			still = append(still, wt)
			continue
		}
		wt.value = c.receive(wt.cases[wt.chosen])
		for i := range wt.cases { // whichever comes first ends the wait for all
			c.w.Write(c.resource(wt.cases[i : i+1]))
		}
		clear(wt.cases)
		c.w.Release(&wt.list)
	}
	clear(c.waits[len(still):])
	c.waits = still
}
