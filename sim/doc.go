// Package sim is a discrete-event simulator for finding races: it runs
// sequential processes in a world with a virtual clock, and lets a chooser
// decide, at every point where more than one thing can happen, what happens.
//
// # A first world
//
// Two processes add one to a counter, each by a read and a write:
//
//	func lostUpdate(w *sim.World) {
//		x, counter := 0, w.Resource("counter")
//		for _, name := range []string{"A", "B"} {
//			w.Process(name, func(p *sim.Proc) {
//				p.Step("read")
//				w.Read(counter)
//				v := x
//				p.Step("write")
//				w.Write(counter)
//				x = v + 1
//			})
//		}
//		w.Eventually("sum", 0, func() bool { return x == 2 })
//	}
//
// A process is ordinary Go that blocks only through its world: p.Step, p.Sleep,
// a [Mutex], a [Queue], a file of package vfs. Each such call is an event. What
// stands between two of them is atomic. The code after a call is the effect of
// its event. Read and Write say what an event touches: every order is tried with or
// without them, but which orders are the same, and which pair of events decides, is
// told by them. The primitives of this package and of vfs say it themselves.
//
// A process starts no goroutine: what would be one is another process, by
// [World.Process], at any time in the run. A goroutine of its own that calls the world
// ends the program, for the runtime cannot switch to where it never was; code that must
// start goroutines runs in a bubble (package simtest). Nor does Build keep anything
// between runs: a variable outside it makes a run depend on those before.
//
//	w := sim.NewWorld()
//	defer w.Close()
//	s := &sim.Scenario{Name: "tutorial/lost-update", Build: lostUpdate}
//	r, err := w.Run(s, sim.Config{})       // the nominal run
//	r.Verdict                              // Violation
//
// # What could really happen, and only that
//
// Every event has a [Window]: how long it may take after the instant at which it
// was armed. The [Profile] gives windows by the event's name. An event may be
// next exactly if some timing that respects all windows, and the order so far,
// lets it be first: a debounce of 100 ms does not beat a read of 1 ms, and a
// timeout does fire while its peer is merely slow. Package timed keeps the set
// of those timings. That is the mode [Timed]. In the mode [Sampled] durations
// are drawn, and events happen in the order of time: for estimating how often
// something happens.
//
// # Schedules
//
// The default is the nominal order: the event with the smallest nominal instant,
// ties in the order of arming. A run is the default plus its deviations, a
// [Schedule]: `hold X after Y` (X was late: it did not happen before Y had), a
// drawn value, a fault, a clock reading. Events are named
// `process:label#occurrence`, never counted across the world, so a schedule
// survives changes elsewhere.
//
// # What must hold
//
// [World.Always] after every event; [World.Eventually] and [World.Obligation]
// within a bound after calm: a run is a storm, in which anything may be late and
// faults strike, and then [World.Calm], in which nothing is; [World.Sometimes] is
// a goal that some run must reach. [World.Fail] says at once that something is
// wrong. Whatever is stated, a circle of mutexes is a deadlock: see [LockOrder].
//
// # Cost
//
// A step of a process takes some 50 ns and, where another process is next, 50 more for the
// switch: 50 steps by 5 processes are run some 160,000 times a second by random walk and
// 270,000 times by priorities, which switch rarely. A run allocates nothing once its World has
// grown. What a step takes is what makes it an event that explanations can name: identity,
// window, cause, footprint, fingerprint, deviation. There is no way around them for worlds
// without time: in a world that has files and timers it would hardly show.
// BenchmarkSchedules, BenchmarkEvent and BenchmarkPingPong measure it.
//
// # Catalogue
//
//   - [World], [Scenario], [Config], [Result], [Trace]: running, and what comes of it.
//   - [Proc], [World.Process], [World.Background], [World.Actor]: processes; a
//     [Handler] is what an event of an actor does.
//   - [Mutex], [Uint32], [Queue], [Waker], [Output]: what processes share; they
//     implement the interfaces of package env. [Waitlist] builds more of them.
//   - [Draw]: parameters. [World.Fault]: faults.
//   - Package linear states that an object is linearizable.
//   - [World.Resource], [World.Read], [World.Write]: footprints, from which
//     follows which events conflict and which orders are the same.
//   - [Chooser], [Point], [Observer], [EventPicker], [Enabled]: the one seam of
//     nondeterminism.
//   - [Window], [Profile]: how long things take.
//   - [World.Note], [World.Detail]: the story, for people. [World.Rule]: what systems
//     must do for it to be possible.
package sim
