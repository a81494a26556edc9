// Package coro provides pooled coroutines: sequential code that gives up control
// in the middle and is resumed there later, in the same goroutine as seen by the
// scheduler, without a channel and without a second thread running.
//
// The life of a coroutine:
//
//	type greeter struct{ greeted int }
//
//	func (g *greeter) Run(c *coro.Coro) {
//		for {
//			g.greeted++
//			c.Yield() // back to whoever called Resume
//		}
//	}
//
//	var pool coro.Pool
//	defer pool.Close() // unwinds what is left, or its goroutines leak
//
//	c := pool.Start(&greeter{}) // not running yet
//	c.Resume()                  // Yielded: greeted once
//	c.Resume()                  // Yielded: greeted twice
//	c.Kill()                    // Killed: the blocked Yield unwinds, deferred functions run
//
// When a job has ended (every status but Yielded), its coroutine is back in the
// pool and the next Start uses it again: drop the handle then. What Panic returns
// stays valid until that next Start.
//
// # Cost
//
// The coroutines are those of [iter.Pull], with a loop around that takes one job
// after the other. A Yield and the Resume after it together cost about a fifth of
// a hand-off through channels, and a job in a pooled coroutine a third of a
// coroutine of its own. One that lets another go on (LeavingFor), and not its caller,
// needs a single switch, which is the half. The benchmarks measure all in one run. In
// steady state
// nothing is allocated; a coroutine that has been made keeps some 640 bytes and
// its stack until Close.
//
// # What a job must know
//
//   - Panics end the job, not the caller: Resume returns Panicked, and Panic has
//     the value and the stack.
//   - runtime.Goexit (testing.T.FailNow, require.X) in a job ends the goroutine
//     that called Resume, too, with its deferred functions, so that a failing test
//     ends as it should. Call Pool.Close in a deferred function, and keep no state
//     that assumes that Resume returns.
//   - A killed job unwinds by a panic with a private value. Its deferred functions
//     run, and Yields in them return at once. A recover that takes every value
//     swallows the kill; a job that then yields again is reported as Survived, and
//     its coroutine thrown away.
//   - A job must not block on raw channels, select, a contended mutex or a real
//     sleep: everything that shares the caller's goroutine would block with it.
//
// # What a caller must know
//
//   - A Pool and its coroutines belong to one sequential caller. The caller may be
//     another goroutine each time, never two at once.
//   - Resuming a coroutine from within itself is a mistake and panics; resuming B
//     from A and C from B is fine.
//   - Never call runtime.LockOSThread around a pool that was made elsewhere: a
//     locked thread must be the same for the creator and the caller, else the
//     program dies with an error that nothing can recover.
//
// # Catalogue
//
//   - [Pool]: makes, reuses and ends coroutines.
//   - [Coro]: Resume and Kill for the caller, Yield for the job; LeavingFor and EndFor
//     for jobs that hand over to each other.
//   - [Job]: what runs in it. [Status]: how it came back. [Panic]: why it broke.
package coro
