// Package jsloop is a JavaScript event loop as a state machine: ticks, microtasks,
// promises, timers and immediates, in the order in which Node, Bun or a browser runs
// them. There is no engine for the language in it: the callbacks are Go functions.
//
// A program is a main script that uses the loop:
//
//	l := jsloop.New(jsloop.Config{Now: clock})
//	l.Main(func() {
//		l.SetTimeout(func() { fmt.Println("timeout") }, 0)
//		l.NextTick(func() { fmt.Println("tick") })
//		l.Resolve(1).Then(func(v jsloop.Value) (jsloop.Value, error) {
//			fmt.Println("then", v)
//			return nil, nil
//		}, nil)
//		fmt.Println("main")
//	})
//
// The loop does nothing by itself. Whoever drives it asks what comes next and lets it
// happen, one step at a time, so that other things can happen in between:
//
//	for s := l.Next(); s.Kind != jsloop.StepDone; s = l.Next() {
//		if s.Wait {
//			sleepUntil(s.Deadline) // or until something is posted
//		}
//		l.Step()
//	}
//
// prints main, tick, then 1, timeout. What comes from outside (a completed read, a
// message) is handed in with Post between two steps. The clock is read at few places,
// each in a step of its own kind or where the program sets a timer; which value it
// gives there is all the nondeterminism there is.
//
// Async functions are sequential code that runs on a coroutine:
//
//	l.Async(func(a *jsloop.Async) (jsloop.Value, error) {
//		v, err := a.Await(fetch())
//		if err != nil {
//			return nil, err // what await threw
//		}
//		...
//	})
//
// # In a world
//
// Start makes a process of a sim.World that drives a loop: its clock is the virtual
// one, what a callback does to the outside are events, and others post to it:
//
//	js := jsloop.Start(w, "server", jsloop.Config{})
//	js.Main(func() {
//		js.SetTimeout(giveUp, 1)
//		js.Offload("read", func(*sim.Proc) (jsloop.Value, error) {
//			fd, err := files.Open("app.conf", env.ReadOnly) // on a thread of its own
//			...
//		}).Then(use, nil)
//	})
//
// Whether giveUp or use runs first is then for the world to explore. Process says
// what is an event and what commits to what time.
//
// # Exceptions
//
// What can throw and has a result returns an error, and the error is the exception:
// reactions, async functions, Thenable.Then, Await. Callbacks without a result
// (timers, ticks, microtasks, executors) throw by calling Throw, which panics with an
// *Exception; in functions that return an error, Throw means the same as returning
// it. Reasons are Go errors, compared and unwrapped as such. Any other panic is not
// JavaScript's: it passes through Step to the driver, and so does a panic of an async
// function, as a *coro.Panic.
//
// # Whose rules
//
// Promises follow ECMA-262, job by job: the number of microtasks after which a
// reaction runs is the specification's, and observable. The phases, the lists of
// timers, and what an exception postpones are those of Node v20 (lib/internal/timers,
// process/task_queues and process/promises, src/env.cc, src/api/callback.cc, libuv
// 1.46), compared with the real one on drawn programs by the tests. Worth knowing:
//
//   - An exception in a tick leaves the rest of the ticks and microtasks to the next
//     callback scope, and a due timer can come first; one in a microtask does not.
//   - After an exception in a timer or an immediate, the next one may run before
//     the ticks of the one that threw.
//   - A timer that is set by a tick of the last timer callback can run in the same
//     timers phase, before immediates.
//   - In a module the main script runs in a microtask, and the check phase comes
//     before the first timers phase.
//
// Bun 1.4.5 differs in the order of its phases, in when it reports, and in Finally.
// Its rules are observed, not read, and compared with the real one in the same way:
//
//   - An exception or a rejection to which nobody listens ends nothing by itself. From
//     then on only immediates keep the loop alive; with them comes a whole turn, so
//     that a timer may still run. A main module that awaits is run to its end.
//   - A promise that Then, Catch or Finally returned is reported as unhandled, but
//     nobody is told when it has been handled after all.
//   - What listeners of unhandledRejection queue waits for the next callback; after the
//     last reports there is none, so that it never runs.
//   - That a rejection has been handled late is a task: it is said before ticks, and
//     after the reports of such a task ticks and microtasks run once more.
//
// Browsers have tasks in the place of phases, no ticks and no immediates. Which source
// of tasks comes next (timers, messages, what comes from outside, reports, the next
// frame) is their choice, and in a world explored; so is when a frame is late. Errors
// are reported before the microtasks of the callback that threw, as Chrome does.
//
// Not modelled:
//
//   - libuv's pending, idle and prepare phases: JavaScript runs nothing in them.
//   - MessageChannel and worker threads in Node: when their messages arrive is up to
//     threads. Post is where they come in.
//   - The busy waiting of Bun for a main module whose await never ends. The loop ends
//     instead, with code 0: a world in which something waits busily does not come to
//     rest.
//   - Modules in Bun that import nothing: after those, ticks run before microtasks.
//   - The endless TypeError of Node when a tick both clears the next immediate and
//     throws: a fault of that version which makes it useless.
//   - What a page costs: style, layout, and frames that the browser leaves out. A slow
//     profile makes them late.
//
// # Catalogue
//
//   - [Loop], [Config], [Flavour], [Entry]: the loop. [Step], [Kind]: driving it.
//   - [Loop.NextTick], [Loop.QueueMicrotask], [Loop.SetTimeout], [Loop.SetInterval],
//     [Loop.SetImmediate], [Loop.Post], [Loop.PostEvent], [Loop.CloseHandle]: callbacks.
//     [Timer], [Immediate]: their handles.
//   - [Loop.PostMessage], [Loop.RequestAnimationFrame], [Loop.SetHidden]: what only
//     browsers have. [Frame].
//   - [Loop.Exit], [Loop.SetExitCode], [Loop.ExitCode]: the end of the process.
//   - [Promise], [Thenable]; [Loop.NewPromise], [Loop.WithResolvers], [Loop.Resolve],
//     [Loop.Reject]: making them; Then, Catch, Finally: using them.
//   - [Loop.All], [Loop.AllSettled], [Loop.Any], [Loop.Race]: combining them. [Settled].
//   - [Loop.Async], [Async]: async functions, await, for await.
//   - [Start], [StartBackground], [Process]: a loop that runs in a world;
//     [Process.Post], [Process.PostEvent], [Process.Deliver], [Process.Offload]: what
//     reaches it from outside.
//   - [StartTasks], [Tasks], [Path]: a loop at the level of tasks, each one event, with
//     exact timers: for models that are specified so.
//   - [Microtasks]: the microtask queue alone, as an env.Microtasks.
//   - [Throw], [Exception], [TypeError], [ReferenceError], [AggregateError]: errors.
package jsloop
