// Package coord has the small parts that coordination protocols are made of, each
// with the decisions that protocols get wrong as options: what happens to a tick
// while the last one's work goes on, what a single flight keeps of a failure, who
// learns of an error that nobody waits for.
//
// All are in callback style and belong to one process: what they hold is volatile,
// gone with the incarnation whose code made them. None has a scheduling point of its
// own; time passes only in the work that they are given, and in timers.
//
//	restarts := coord.Flight[string, int]{Keep: coord.KeepNothing}
//	restarts.Do("", func(done func(int, error)) {
//		host.Work("chrome-launch", func(err error) { done(1, err) })
//	}, func(n int, err error) { ... }) // whoever comes meanwhile gets the same result
//
// # Catalogue
//
//   - [Periodic]: ticks with work: overlapping, or skipped while busy.
//   - [Flight]: single flight, keyed, and whether a success is kept afterwards.
//   - [Memo]: single flight of promises, and whether a failure is kept.
//   - [Registry]: who was seen lately, by wall clock, with a sweep.
//   - [Retry], [Backoff]: attempts with growing pauses.
//   - [Lease]: one holder; waiters by priority, then first in, first out.
//   - [Gate]: opens once; who waits goes on then.
//   - [Loose]: fire and forget; an error is one line of a log.
package coord
