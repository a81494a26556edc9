// Package simclock is a clock.Clock of github.com/benbjohnson/clock on the time of a
// simulated world, for code that already takes one.
//
// # A first use
//
// The code under test takes the library's interface. This one calls flush when
// nothing was added for a while:
//
//	type Batch struct {
//		flush func()
//		timer *clock.Timer
//	}
//
//	func NewBatch(c clock.Clock, d time.Duration, flush func()) *Batch {
//		return &Batch{flush, c.AfterFunc(d, flush)}
//	}
//
//	func (b *Batch) Add() { b.timer.Reset(10 * time.Millisecond) }
//
// A scenario gives it the clock of the world:
//
//	func batch(w *sim.World) {
//		c := simclock.New(w, "clock")
//		flushes := 0
//		b := NewBatch(c, 10*time.Millisecond, func() { flushes++ })
//		w.Process("A", func(p *sim.Proc) {
//			p.Sleep("think", 9*time.Millisecond)
//			b.Add()
//		})
//		w.Eventually("flushed once", 0, func() bool { return flushes == 1 })
//	}
//
// A timer fires in an event of the world that may be as late as the profile says (its
// Timer, unless it has a row such as `func` or `clock:timer`), so whether Add comes
// before the flush or after it is explored, like every other order. Nothing sleeps for
// real. Time starts at the Unix epoch, in UTC.
//
// # Waiting
//
// A process must not wait in Go's way: `<-t.C` and select block the whole world, which
// the runner reports by the name of the process once it has waited long enough. So does
// a sync.Mutex that is held across a Sleep. Nor does it start goroutines: one that makes a
// timer ends the program.
// It waits through the clock:
//
//	c.Recv(t.C)                                          // for <-t.C
//	i, at := c.Select(simclock.Case{C: t.C}, simclock.Case{Done: ctx}) // for a select
//	c.WaitDone(ctx)                                      // for <-ctx.Done()
//	at, ok := c.TryRecv(t.C)                             // for a select with a default
//
// Clock.Sleep, functions of AfterFunc that block through the world, and selects with a
// default are fine as they are.
//
// # Bubble mode
//
// Code that must wait in Go's way, in goroutines of its own, runs in a bubble of
// testing/synctest, and so under go test only (simtest.Config.Bubble):
//
//	b := simclock.NewBubble(w, "clock", synctest.Wait)
//	w.Process("server", func(*sim.Proc) {
//		b.Go(func() { serve(b.Context(), b, requests) })   // selects on b.After(d) and requests
//	})
//	w.Process("client", func(p *sim.Proc) {
//		p.Sleep("think", 9*time.Millisecond)
//		b.Go(func() { requests <- 1 })
//	})
//
// A timer fires in an event of the world; the world hands its value to the goroutine that
// waits, and goes on when all goroutines are blocked again. So which timer fires when, and
// what comes before it, is explored and replayed as ever. What a goroutine does belongs
// to the event that woke it, and since the world does not see what goroutines share, all
// such events conflict. The mode of the trace is sim.Bubbled.
//
// The order of goroutines that are awake at once is Go's, and not under control: one
// event should wake one of them. A run that depends on it is found to be
// nondeterministic when it is run again. Further:
//
//   - Only what a goroutine blocks on is handed over: a select with a default finds
//     nothing in the channel of a timer, see Bubble.TryRecv. Of several values that wait,
//     the one of the timer that was made first comes first.
//   - The functions of package time wait for ever: the bubble's own time stands still.
//   - A run ends when nothing is left to happen. A goroutine that goes on for ever, such as
//     that of a ticker, keeps it going up to its limit of events, unless its clock is
//     Bubble.Background.
//   - Goroutines must end with the run, or the bubble ends in a deadlock. Those that wait for
//     the clock do: Sleep does not return, contexts are cancelled, and who waits for a
//     timer is woken, to end at the next call of the clock. Others wait for Bubble.Context
//     too.
//   - Who waits for a sync.Mutex is not blocked for testing/synctest: a goroutine that
//     sleeps, or waits for a timer, while it holds one for which another waits stops
//     everything. simtest ends the program after two seconds, and says where the other
//     stands. A channel of one element is a mutex that works.
//   - A panic of a goroutine ends the test, like that of any other.
//
// # What is exact
//
// Stop and Reset return what those of package time do since Go 1.23: a timer that has
// fired, and whose value nobody has received, is stopped by Stop, and its value is
// gone. Who waits for a channel is handed the value. A ticker keeps to its grid, drops
// ticks that nobody takes, and skips those for which it is too late. A value is the
// instant at which the timer was due. Tests compare all this with clock.New in a
// bubble of testing/synctest.
//
// The functions of AfterFunc run in processes, as the library runs them in goroutines:
// they may block, and overlap. A process whose function has returned is used again.
//
// # Footprints
//
// Every timer is a resource. Arming, stopping, resetting, firing and receiving write
// it, looking reads it, and so do a Stop and a cancel that come too late. None of them but
// Sleep, Recv, Select, WaitDone and TryRecv is a scheduling point: a Stop belongs to the
// step in which it stands. A context of the standard library is like any variable:
// processes that share one say so themselves (sim.World.Write).
//
// # Limits
//
// Timer and Ticker are structs of the library, so that their Stop and Reset cannot be
// intercepted; they are noticed at the end of the event, by reading private fields
// of v1.3.5. New refuses any other layout. Therefore:
//
//   - Between a Stop or Reset of a timer that has fired and a raw read of its channel
//     (select with a default, len) there must be a scheduling point, in either
//     order. TryRecv is one. So must there be between Reset(0) and a Stop.
//   - A raw read of an empty channel leaves no footprint: use TryRecv.
//   - Ticker.Reset with a duration that is not positive does not panic, but is a
//     violation.
//   - A timer or ticker is read back until the run ends, which costs some 2 ns in every
//     event. What After has made is not, once it was received. A context that ended at its
//     deadline is looked at until its parent has ended.
//   - The value that a timer sends is exact if it is known when it was armed: if the
//     clock was read in the same step before, or the windows leave no choice. Otherwise
//     it is the nominal one, and a reading of the clock elsewhere may contradict it,
//     unless Clock.Commit is set. So it is with the deadline of WithTimeout, and with
//     whether a parent's is sooner.
//   - While a timer is late, TryRecv finds nothing; in Go, if nobody is blocked on the
//     channel, a receive after the due instant always finds the value.
//   - Of several cases that are ready, Select takes the first.
//   - The timers of a process that is killed go on. Deferred calls of Stop and Reset do
//     have an effect while it is unwound; those of the clock, and of cancel
//     functions, have none.
//   - The end of a parent of the standard library reaches a context at once, but
//     those derived from that only at the end of the event. context.AfterFunc starts a
//     goroutine, which no world knows of.
//   - A timer of more than 100 years never fires.
//
// # Catalogue
//
//   - [Clock], [New]: the clock, with the methods of clock.Clock.
//   - [Clock.Recv], [Clock.TryRecv], [Clock.Select], [Case], [Clock.WaitDone]: waiting.
//   - [Bubble], [NewBubble], [Bubble.Background]: the clock for goroutines.
//   - [Clock.AppendState]: what it is in, for tests of independence.
package simclock
