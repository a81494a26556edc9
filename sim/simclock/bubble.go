package simclock

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"sync"        //simrun:allow sync: goroutines of a bubble take turns with the world
	"sync/atomic" //simrun:allow sync/atomic: likewise
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/sim"
)

// Bubble is a clock.Clock for code that waits in Go's way, with `<-t.C` and select: it
// runs in goroutines, inside a bubble of testing/synctest, and the world waits after
// every event until all of them are blocked again. They call the clock's methods, and
// Do; processes of the world call Go.
type Bubble struct {
	*bubble
	idle bool // see Background
}

// bubble is what a Bubble has in common with its Background.
type bubble struct {
	c     *Clock
	wait  func()
	runs  context.Context // ends with the run
	end   context.CancelFunc
	turn  atomic.Bool // it is the goroutines' turn: the world is waiting, or about to
	mu    sync.Mutex  // held by the world but while it waits, and by a goroutine in a call
	over  atomic.Bool // the run is
	stray atomic.Bool // a goroutine called out of turn
	threw any         // what the world panicked with on a goroutine
	res   sim.Resource
}

var _ clock.Clock = (*Bubble)(nil)

// NewBubble makes a Bubble. wait is synctest.Wait: it returns when all goroutines of the
// bubble that the calling one is in are blocked. The events are called as New says. The
// run's mode is sim.Bubbled.
func NewBubble(w *sim.World, name string, wait func()) *Bubble {
	w.Bubble()
	b := &bubble{c: new(Clock), wait: wait}
	b.c.make(w, name) // nothing is used again: a goroutine may have been left behind by an earlier run
	b.c.bubble = b
	b.c.begin()
	b.runs, b.end = context.WithCancel(context.Background())
	b.mu.Lock()
	b.res = w.Resource(name + " goroutines")
	b.tryOut()
	w.AtExit(b.exit)
	w.AtEnd(name, b.scan)
	return &Bubble{bubble: b}
}

// Background is the same clock for goroutines that go on for as long as the run does,
// such as those of a server with a heartbeat: what is armed on it does not keep the world
// from coming to rest, like what a process of World.Background does.
func (b *Bubble) Background() *Bubble { return &Bubble{b.bubble, true} }

// Go starts f in a goroutine, as part of the current event, and returns when all
// goroutines are blocked. It is for processes of the world: whatever else they do that
// goroutines wait for, such as sending to a channel, they do in such an f too.
func (b *bubble) Go(f func()) {
	if b.c.w.Caller().Dying() {
		return
	}
	b.wake()
	go f() //simrun:allow go: in a bubble, whose goroutines run while the world waits
	b.settle()
}

// Context ends with the run. A goroutine that waits for it too leaves nothing behind;
// one that does not makes the bubble end in a deadlock.
func (b *bubble) Context() context.Context { return b.runs }

// wake says that goroutines may wake from now on. What they share the world does not
// see, so all that wakes them conflicts.
func (b *bubble) wake() {
	b.c.w.Write(b.res)
	b.turn.Store(true)
}

// Do calls f while no other goroutine is in a call of the clock. It is for goroutines,
// which may call methods of the world that do not block, such as Note, only in it.
func (b *Bubble) Do(f func()) {
	if !b.turn.Load() {
		b.outOfTurn()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over.Load() {
		runtime.Goexit()
	}
	defer func() {
		if r := recover(); r != nil { // it is the world's, not the goroutine's
			b.threw = r
			runtime.Goexit()
		}
	}()
	b.c.idle = b.idle
	f()
}

const whoseTurn = "clock %q: called by %s while it was not the goroutines' turn: processes start and wake goroutines by Bubble.Go, and do not use the clock themselves"

// outOfTurn ends who called while the world was at work: a process of it, or a goroutine
// that was woken by something that happened outside of Go.
func (b *bubble) outOfTurn() {
	if onStack(func(f string) bool { return strings.HasPrefix(f, engine) }) {
		b.c.w.Mistake(whoseTurn, b.c.name, strconv.Quote(b.c.w.Caller().Name()))
	}
	b.stray.Store(true)
	runtime.Goexit()
}

// tryOut makes sure that there is a bubble.
func (b *bubble) tryOut() {
	defer func() {
		if r := recover(); r != nil {
			b.c.w.Mistake("make clock %q: %v: code that waits on channels runs in a bubble of testing/synctest, and so under go test only: see simtest.Config.Bubble", b.c.name, r)
		}
	}()
	b.wait()
}

// settle lets the goroutines run until all are blocked.
func (b *bubble) settle() {
	defer b.rethrow()
	b.turn.Store(true)
	b.mu.Unlock()
	b.wait()
	b.mu.Lock()
	b.turn.Store(false)
	if b.stray.Load() {
		b.c.w.Mistake(whoseTurn, b.c.name, "a goroutine")
	}
}

// rethrow is for what a goroutine made the world panic with.
func (b *bubble) rethrow() {
	if r := b.threw; r != nil {
		b.threw = nil
		panic(r)
	}
}

// scan is Clock.look: goroutines that were woken by what it finds do more.
func (b *bubble) scan() {
	for {
		b.settle()
		b.turn.Store(true)
		if !b.c.look() && !b.offer() {
			break
		}
		b.wake()
	}
	b.turn.Store(false)
}

// offer hands a value that a timer has sent to a goroutine that is blocked on its
// channel. As in Go since 1.23, a value is in no channel until then: one that is there
// could not be taken back when the timer is stopped, which is seen only afterwards.
func (b *bubble) offer() bool {
	for _, e := range b.c.watched {
		if !e.unread {
			continue
		}
		if !e.ticking() {
			e.park(true) // now, for who receives may reset it at once
		}
		select { //simrun:allow select: only asks whether somebody is blocked
		case e.ch <- e.value:
			e.received()
			return true
		default:
		}
		if !e.ticking() {
			e.park(false)
		}
	}
	return false
}

// TryRecv takes what the timer or ticker of ch has sent, if there is something, without
// waiting. It stands for a select with a default, which finds nothing: see offer.
func (b *Bubble) TryRecv(ch <-chan time.Time) (t time.Time, ok bool) {
	b.Do(func() {
		e := b.c.find(ch)
		if e.view.next != nil { // not the nil channel
			e.sync() // it may have been stopped just now
		}
		if e.unread {
			t, ok = e.value, true
			e.taken()
		}
	})
	return t, ok
}

// exit lets goroutines end: those that wait for the end of the run, and then those that
// wait for a timer, or what the run has found would be lost in a deadlock of the bubble.
// They end at their next call of the clock, at the latest.
func (b *bubble) exit() {
	const most = 1000 // a goroutine may go round and round, without a call
	b.over.Store(true)
	b.end()
	b.c.endContexts()
	b.turn.Store(true)
	b.mu.Unlock()
	b.wait()
	for i := 0; i < most && b.release(); i++ {
		b.wait()
	}
}

// release wakes a goroutine that waits for a timer.
func (b *bubble) release() bool {
	for _, e := range b.c.channels {
		select { //simrun:allow select: only asks whether somebody is blocked
		case e.ch <- epoch().Add(e.due):
			return true
		default:
		}
	}
	return false
}

// Now is Clock.Now.
func (b *Bubble) Now() (t time.Time) {
	b.Do(func() { t = b.c.Now() })
	return t
}

// Since is Clock.Since.
func (b *Bubble) Since(t time.Time) time.Duration { return b.Now().Sub(t) }

// Until is Clock.Until.
func (b *Bubble) Until(t time.Time) time.Duration { return t.Sub(b.Now()) }

// Sleep blocks the goroutine for at least d. If the run ends before, so does the goroutine.
func (b *Bubble) Sleep(d time.Duration) {
	if d <= 0 {
		return
	}
	select { //simrun:allow select: in a goroutine of the bubble
	case <-b.After(d):
	case <-b.runs.Done():
		runtime.Goexit()
	}
}

// Timer is Clock.Timer.
func (b *Bubble) Timer(d time.Duration) (t *clock.Timer) {
	b.Do(func() { t = b.c.Timer(d) })
	return t
}

// AfterFunc runs f in a goroutine after d.
func (b *Bubble) AfterFunc(d time.Duration, f func()) (t *clock.Timer) {
	b.Do(func() { t = b.c.AfterFunc(d, f) })
	return t
}

// After is Clock.After.
func (b *Bubble) After(d time.Duration) (ch <-chan time.Time) {
	b.Do(func() { ch = b.c.After(d) })
	return ch
}

// Ticker is Clock.Ticker.
func (b *Bubble) Ticker(d time.Duration) (t *clock.Ticker) {
	if d <= 0 {
		panic("non-positive interval for Ticker")
	}
	b.Do(func() { t = b.c.Ticker(d) })
	return t
}

// Tick is Clock.Tick.
func (b *Bubble) Tick(d time.Duration) (ch <-chan time.Time) {
	b.Do(func() { ch = b.c.Tick(d) })
	return ch
}

// WithTimeout is Clock.WithTimeout.
func (b *Bubble) WithTimeout(parent context.Context, d time.Duration) (ctx context.Context, cancel context.CancelFunc) {
	b.Do(func() { ctx, cancel = b.c.WithTimeout(parent, d) })
	return b.free(parent, ctx, cancel)
}

// WithDeadline is Clock.WithDeadline.
func (b *Bubble) WithDeadline(parent context.Context, d time.Time) (ctx context.Context, cancel context.CancelFunc) {
	b.Do(func() { ctx, cancel = b.c.WithDeadline(parent, d) })
	return b.free(parent, ctx, cancel)
}

// free makes a context at which goroutines may look at any time.
func (b *Bubble) free(parent, ctx context.Context, cancel context.CancelFunc) (context.Context, context.CancelFunc) {
	d, ok := ctx.(*deadlineContext)
	if !ok { // the parent ends sooner
		return ctx, cancel
	}
	return &bubbleContext{d.Context, parent}, func() { b.Do(cancel) }
}

// bubbleContext also looks at its parent, whose end reaches it at the end of the event.
type bubbleContext struct {
	context.Context
	parent context.Context
}

// Err is that of a context.
func (x *bubbleContext) Err() error {
	if err := x.Context.Err(); err != nil {
		return err
	}
	return x.parent.Err()
}
