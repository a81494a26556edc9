package simclock

import (
	"time"
	"unsafe"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// kind is what an entry was made as.
type kind uint8

const (
	kindTimer kind = iota
	kindFunc
	kindAfter
	kindTicker
	kindTick
	kindDeadline
	kinds
)

var kindNames = [kinds]string{"timer", "func", "after", "ticker", "tick", "deadline"}

// entry is a timer or ticker as the world sees it. What the user holds, if anything,
// is one of the library on a Mock of its own that nobody advances: its Stop and Reset
// work, answer correctly, and leave their marks, but it never fires by itself. From the
// library's point of view it runs for `far` longer whenever it is armed here, and
// also as long as a value that it has sent is unread: then Stop and Reset report true
// and take the value back, as time.Timer does since Go 1.23.
type entry struct {
	view view // of timer or ticker
	rest bool // what *view.stopped should be
	trap trap // for a Stop that *view.stopped does not show
	busy bool // to be looked at in any case

	c       *Clock
	kind    kind
	maker   *maker
	own     sim.Label // of the fire event, armed by the maker
	foreign sim.Label // armed by somebody else
	res     sim.Resource

	timer  *clock.Timer
	ticker *clock.Ticker

	ch      chan time.Time // capacity 1; in a bubble 0, see Bubble.offer
	value   time.Time      // what is to be received, in a bubble
	f       func()         // of kindFunc
	host    *host          // who ran f last
	ctx     *core          // of kindDeadline
	ref     sim.EventRef   // the pending fire event
	due     time.Duration  // its instant, without what the system is late
	since   env.Mark       // of a ticker: when it started
	every   time.Duration
	ticks   int64 // of the pending tick, counted from since
	unread  bool  // a value is in ch
	watched bool

	background bool // what it does does not keep the world from coming to rest
}

// never is the duration from which on a timer is not armed at all: longer than any
// world runs, and short enough to add to.
const never = 100 * 365 * 24 * time.Hour

// borrow gets what the user holds from the library.
func (e *entry) borrow() {
	switch e.kind {
	case kindTimer, kindFunc: // what the library keeps of a function is used only when its Mock fires
		mock := clock.NewMock()
		e.timer = mock.Timer(far)
		e.trap.make(e.c.layout, mock)
		e.view = e.c.layout.timer.of(unsafe.Pointer(e.timer))
	case kindTicker:
		e.ticker = clock.NewMock().Ticker(far)
		e.view = e.c.layout.ticker.of(unsafe.Pointer(e.ticker))
	default: // nobody can stop it: what is read back is what should be there
		e.view = view{next: &e.c.resting, stopped: &e.rest}
	}
	if e.trap.front == nil { // a ticker's Stop does not tell whether it came too late
		e.trap.front = &e.trap.was
	}
}

// reset makes an entry from an earlier run as good as new.
func (e *entry) reset() {
	e.drain()
	e.park(false)
	if e.timer != nil {
		e.timer.C = nil
	}
	e.f, e.host, e.ctx, e.ref, e.since = nil, nil, nil, sim.EventRef{}, 0
	e.busy, e.watched = false, false
}

// park brings what the library knows back to a timer that runs for ever, or to a
// stopped one.
func (e *entry) park(stopped bool) {
	e.rest = stopped
	switch {
	case e.timer != nil:
		e.timer.Reset(far)
		if stopped {
			e.timer.Stop()
		}
	case e.ticker != nil:
		e.ticker.Reset(far)
		if stopped {
			e.ticker.Stop()
		}
	}
	e.trap.set()
}

func (e *entry) drain() {
	if len(e.ch) > 0 {
		<-e.ch
	}
	e.unread = false
}

func (e *entry) ticking() bool { return e.kind == kindTicker || e.kind == kindTick }

// label is what a fire event is called that the current process arms.
func (e *entry) label() sim.Label {
	if e.c.w.Caller() == e.maker.proc {
		return e.own
	}
	return e.foreign
}

// slack is how late the fire event may be: its row in the profile, else Timer.
func (e *entry) slack() sim.Window {
	profile := e.c.w.Profile()
	if win := e.c.proc.Window(e.own); win != profile.Step {
		return win
	}
	return profile.Timer
}

// start arms e, in the event that is under way. What a process does that is being
// unwound has no effect.
func (e *entry) start(d time.Duration) {
	c := e.c
	if c.w.Caller().Dying() {
		e.park(true)
		return
	}
	c.w.Write(e.res)
	d = max(d, 0)
	e.due = c.instant() + min(d, never)
	switch {
	case d >= never:
	case d == 0 && (e.kind == kindTimer || e.kind == kindAfter):
		e.send() // maybeRunChan in runtime/time.go: who receives finds it
	case e.ticking():
		e.every, e.ticks = d, 1
		e.since = c.proc.Mark()
		e.armTick()
	default:
		e.ref = c.proc.After(e.label(), e.slack().Plus(d), e, 0)
		if e.background {
			c.w.SetActivity(e.ref, false)
		}
	}
}

// next goes on to the first tick that is not yet due: like the runtime's, a ticker
// keeps to its grid, and skips what it is too late for. It is for fire events only: what
// the process of the clock asks elsewhere would be called by the order of events.
func (e *entry) next() {
	const patience = 64 // where the profile sets no limit to lateness
	for range patience {
		e.ticks++
		e.due += e.every
		if !e.c.proc.Elapsed(e.since, time.Duration(e.ticks)*e.every) {
			return
		}
	}
}

func (e *entry) armTick() {
	c := e.c
	e.ref = c.proc.AfterSince(e.since, e.label(), e.slack().Plus(time.Duration(e.ticks)*e.every), e, 0)
	e.activity()
}

// activity says whether the next tick keeps the world from coming to rest. One that
// will be dropped because nobody has taken the last one changes nothing.
func (e *entry) activity() {
	e.c.w.SetActivity(e.ref, !e.full() && !e.background)
}

// Fire is the event. See sim.Handler.
func (e *entry) Fire(w *sim.World, _ int64) {
	if b := e.c.bubble; b != nil {
		b.wake()
		defer b.settle()
	}
	e.ref = sim.EventRef{}
	w.Write(e.res)
	switch {
	case e.kind == kindFunc:
		e.park(true)
		e.call()
	case e.kind == kindDeadline:
		e.ctx.cancel(deadlineExceeded())
	case e.ticking():
		e.send()
		e.next()
		e.armTick()
	default:
		e.send()
	}
}

// send puts the instant at which e was due into the channel, as the runtime does
// (sendTime in time/sleep.go takes the delay off), or drops it if the channel is full.
func (e *entry) send() {
	switch v := epoch().Add(e.due); {
	case e.full():
	case e.c.bubble != nil:
		e.value = v
	default:
		e.ch <- v
	}
	e.unread = true
	e.attend()
	e.c.watch(e)
}

// full reports whether there is no room for another value.
func (e *entry) full() bool {
	if e.c.bubble != nil {
		return e.unread
	}
	return len(e.ch) > 0
}

// attend says whether the clock must look at e after every event, because its value may be
// received in Go's way. In a bubble it is handed over.
func (e *entry) attend() { e.busy = e.unread && e.c.bubble == nil }

// taken notes that the value in the channel was received.
func (e *entry) taken() {
	if !e.ticking() {
		e.park(true)
	}
	e.received()
}

// received is taken for an entry that is parked already.
func (e *entry) received() {
	e.c.w.Write(e.res)
	e.unread = false
	e.busy = e.kind == kindAfter // look drops it
	if e.ticking() {
		e.activity()
	}
}

// look finds out, at the end of every event, what was done to timers in it. It reports
// whether that was anything.
func (c *Clock) look() (found bool) {
	for i := c.touched(0); i >= 0; i = c.touched(i) {
		e := c.watched[i]
		if e.sync() {
			found = true
		}
		if e.kind == kindAfter && !e.unread {
			c.watched = append(c.watched[:i], c.watched[i+1:]...)
			e.watched = false
			continue
		}
		i++
	}
	if contexts := len(c.contexts); contexts+len(c.waits) > 0 {
		c.scanning = true
		c.lookAtContexts()
		c.lookAtWaits()
		c.scanning = false
		found = found || len(c.contexts) < contexts
	}
	return found
}

// touched is the index of the first entry from i on that needs a closer look, or -1.
// It runs after every event, over every timer.
func (c *Clock) touched(i int) int {
	resting, watched := c.resting, c.watched
	for ; i < len(watched); i++ {
		if e := watched[i]; *e.view.stopped != e.rest || e.busy || *e.view.next != resting || *e.trap.front != e.trap.was {
			return i
		}
	}
	return -1
}

// sync does what the user has done to one timer in the current event, and reports
// whether that was anything. That a Stop came too late is what the process learnt, so it
// is charged with having looked.
func (e *entry) sync() bool {
	c := e.c
	done := true
	switch stopped := *e.view.stopped; {
	case *e.view.next != c.resting:
		d := e.view.next.Sub(c.resting) + far
		if e.ticker != nil {
			d = *e.view.d
		}
		e.disarm()
		e.park(stopped)
		if stopped {
			break
		}
		if e.ticker != nil && d <= 0 { // time.Ticker panics here, but we learn of it only now
			c.w.Fail(c.name, "non-positive interval for Ticker.Reset", "%s reset a ticker to %v", c.w.Caller().Name(), d)
			return true
		}
		e.start(d)
	case stopped != e.rest:
		e.disarm()
		e.rest = stopped
		e.trap.set()
	case *e.trap.front != e.trap.was:
		c.w.Read(e.res)
		e.trap.set()
		done = false
	case e.unread && !e.full():
		e.taken()
	default:
		done = false
	}
	e.attend()
	return done
}

// disarm takes back the pending fire event and the value that was sent.
func (e *entry) disarm() {
	w := e.c.w
	w.Write(e.res)
	w.Cancel(e.ref)
	e.ref = sim.EventRef{}
	e.drain()
	if e.since != 0 {
		e.c.proc.Release(e.since)
		e.since = 0
	}
}
