// Package startup is the coordination logic by which RivetKit (rivet-dev/rivet) starts
// its server before it is known in which mode it will be used, as #3834 made it, with
// what went before, what followed, and what was proposed, each as a switch.
//
// The logic knows only sim/env. It does not know whether its world is simulated.
//
// # The protocol, from the smallest form
//
// A registry of actors lives in an application. Two things may be asked of it:
// serverless, handler(request), or runner, startRunner(). Either needs a server on port
// 6420: a manager inside the process, or an engine, a child. A client may dial 6420
// before anybody has asked for anything. So the constructor sets a timer:
//
//	construct     setTimeout(f, 0)
//	f             ensureRuntime(): memo := create()
//	create        parse the configuration, find a free port, load the server, bind it
//	handler()     await ensureRuntime(): the same memo; then the mode, then the route
//
// Between the look at the memo and its setting nothing can come, so that there is one
// create, whoever comes first: the review's fear of two is not possible, and
// [Switches.AwaitGap] shows what it would take. But whoever looks at the configuration
// in a timer sees what was set in the same tick and nothing later; and when create fails
// and nobody has called, nobody has a handler on the promise:
//
//	create        rejects memo
//	memo          has a reaction: memo.then(rt -> runtime = rt)
//	derived       rejects too, and has none: unhandled, and the process ends
//
// That a promise is derived is a fact of its own: who handles memo does not handle what
// was derived from it. Promises are those of the environment's loop.
//
// # Use
//
// An application is a script of steps (what it calls, when, and what it does with the
// promise) that runs on an [App]:
//
//	app := startup.NewApp(startup.Settings{Switches: v.Switches, ...}, startup.Deps{Loop: loop, Host: host, ...})
//	app.Run([]startup.Step{
//		{Op: startup.Construct},
//		{Op: startup.Mutate, After: startup.Microtasks, N: 1, Field: "managerPort", Value: 6500},
//		{Op: startup.CallHandler, After: startup.FirstRequest},
//	}, []*startup.Raw{raw})
//
// The loop tells the App of each rejection that nobody handles: [App.Unhandled].
//
// # What takes time
//
// Work that the logic waits for is I/O of the loop, a request, or a timer:
//
//	probe          one bind and one close of a port
//	import-server  one of the two modules of the server library
//	import-app     a dynamic import of the script
//	mkdir          a directory of the engine
//	first-request  until the first request comes
//	app-drain      the application's own work at a signal
//	drain          the library's own, r5
//	probe-health, health, datacenters, runner-config, register: requests
//	metadata, use: requests of a [Client]
//	engine-boot, api-ready: work of an [Engine]
//
// A segment up to the first await is one event; there is a yield point where the
// original has an await, and nowhere else.
//
// # Decisions where the original is silent
//
//   - SideCatch logs one error line: a rejection handler that does nothing would turn a
//     crash into silence.
//   - With the native core, a worker that finds no engine stops looking after
//     RegisterTries, so that a world without one comes to rest.
//   - With the native core and PrestartTimer or PrestartMicrotask, what is started early
//     is the registry of handler.
//   - The lock on an engine's data directory is taken and given back together with the
//     port, so the port stands for both.
//   - serve-own-port keeps the process alive and binds nothing.
//   - The probe binds at once and closes after the window `probe`: the port is visibly
//     taken for that long.
//
// # Catalogue
//
//   - [Switches], [Variants], [Find], [Switches.Set]: what is built.
//   - [Raw], [Environ], [Parse], [Config], [Shape]: configuration.
//   - [App], [Settings], [Deps], [Registry], [Step], [Call]: the application.
//   - [Engine], [Client]: the other two programs.
//   - [Failure], [Probe]: what can be observed.
package startup
