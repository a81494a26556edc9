// Package timed knows which timings are possible. It keeps time symbolic: an
// event is known to happen between 2 ms and 7 ms after it was armed, and not
// when. So a timeout can fire while its peer is merely slow, and yet a debounce of
// 100 ms cannot beat a read of 1 ms.
//
// # A growing example
//
// A file is read in 1 ms to 40 ms, and a watchdog gives up after exactly 30 ms:
//
//	var s timed.State
//	s.Reset()
//	read := s.Arm(1*ms, 40*ms)
//	watchdog := s.Arm(30*ms, 30*ms)
//	s.MayFire(read), s.MayFire(watchdog) // true, true
//
// Either may come first. Fire decides, and what it implies holds from then on:
//
//	s.Fire(watchdog)
//	s.Now()                              // 30ms, 30ms
//	retry := s.Arm(5*ms, 8*ms)
//	s.Fire(retry)
//	s.Now()                              // 35ms, 38ms
//	s.MayFire(read)                      // true: it has until 40 ms
//
// A logic that measures time holds a Mark, and asks for the time Since it. Where
// both answers are possible, the caller decides on one, and AssumeSince makes it
// true:
//
//	start := s.Mark()
//	s.Fire(read)
//	s.Since(start)                       // 0s, 5ms
//	s.AssumeSince(start, 4*ms, timed.Unbounded)
//	s.Now()                              // 39ms, 40ms
//
// Afterwards a Run, the record of what was armed and what fired, is solved for
// instants that people can read (Run.Times), and for how late something had to be
// (Run.SmallestStall): here the read, 29 ms if its nominal time is 1 ms.
//
// # How
//
// State is a difference-bound matrix: for every two variables x and y the least
// upper bound of x-y. The variables are the pending events, the marks, the present
// instant and the origin, so it does not grow with the length of a run. These are
// the state classes of time Petri nets (Berthomieu and Diaz, "Modeling and
// verification of time dependent systems using time Petri nets", IEEE TSE 17(3),
// 1991), with the matrix of Dill ("Timing assumptions and verification of
// finite-state concurrent systems", 1989). All bounds are inclusive and whole
// nanoseconds; with such bounds a timing exists exactly if a whole-numbered one
// does. Events at the same instant may come in either order.
//
// The matrix is kept closed: no chain of bounds says more than the bound itself.
// A new event hangs on one or two instants only, and costs O(n). An event that
// fires comes before everything pending, and these bounds all leave one variable,
// so one pass, O(n^2), closes the matrix again. The minima of the columns, kept
// along the way, answer MayFire in O(1). A general closure (Floyd and Warshall,
// O(n^3)) is never needed.
//
// A Run holds every event there was, but few bounds on each, so it is solved as a
// graph by Bellman and Ford's method. A cycle of bounds that asks for g too much,
// over m events that could be later, needs a lateness of at least g/m: raising it
// until no such cycle is left gives the least lateness, exactly.
//
// # Catalogue
//
//   - State: all timings that fit what happened so far.
//   - Zone: the same, if only the order of some pairs of events is known.
//   - Var: a pending event or a mark in a State, an event in a Zone.
//   - Run, Event, Fact: the record of a run, to be solved.
//   - Stall: how late something had to be, why, and who.
package timed
