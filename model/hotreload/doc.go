// Package hotreload is the coordination logic of Bun's --hot mode: a watcher
// thread sees file events, the JavaScript thread evaluates the entry module
// again in the same process, and prints its error with positions in the source.
// It is the protocol before and after Bun pull request #29740, with the
// proposals around it, each as a switch of one [Config].
//
// The logic knows only sim/env. It does not know whether its world is simulated.
//
// # The protocol, from the smallest form
//
// Somebody saves a file. The watcher F counts a request and wakes the event
// loop J, which replaces the running generation by a new load:
//
//	F  read inotify                     MODIFY hot.js
//	F  publish                          pending += 1, push a task, wake J
//	J  tick: take the task, reload()    generation 1, a new promise P, chain of microtasks
//	J  tick: drain microtasks           fetch, link, evaluate, settle P
//	J  report()                         P rejected? print its error
//
// Only one promise is the entry promise. A reload replaces it, and report looks
// at nothing else. So if a request comes while an error waits to be printed, the
// error is gone. One tick takes requests after every drain, and report runs
// between ticks: a module that saves itself and then throws is enough.
//
//	J  evaluate generation 0            it overwrites hot.js, then throws
//	F  publish                          before J is done
//	J  settle: P rejected with E0
//	J  the same tick: reload()          P is replaced, and E0 with it
//	J  report()                         P is generation 1: nothing to print
//
// Bun #29393 made reload remember a request while P is pending, and perform it
// in report: [Config.DeferPending]. That leaves the gap between rejection and
// report, which #29740 closed by also remembering requests while P is rejected
// and not printed: [Config.DeferUnreported].
//
//	J  the same tick: reload()          P is rejected and not printed: deferred
//	J  report()                         prints E0, then reloads
//
// The position in the report comes from a source map, of which there is one for
// each path. A load that sees a file cut short stores a map without mappings,
// and the error's position is lost although its text is not. #29740 keeps the
// map that has mappings: [Config.KeepNonEmptyMap].
//
// A promise that stays pending for ever now defers every request for ever: a
// module that awaits at top level cannot be replaced any more. What to do about
// that is the subject of #29549 and #38613: [PendingRule].
//
// # The watch list
//
// F and J share the list of what is watched. An entry has the path, the watch,
// and up to 1.3.14 the descriptor by which J reads the file again
// ([Config.LendFd]). When the file is replaced or removed, F evicts the entry and
// closes the descriptor. It used to do so after it had published:
//
//	W  rename hot.js.next over hot.js
//	F  publish
//	J  borrow the number, read the old inode to its end
//	F  evict: close
//	J  evaluate the old text            and nothing will say that there is a new one
//
// 1.4 evicts first, lends no numbers, looks up under the lock, and takes the
// creation of the entry's name in its directory for a change:
// [Config.EvictFirst], [Config.LockedLookup], [Config.MainRecreate].
//
// # Use
//
// A scenario makes a [System] from a [Config] and its [Deps], gives each Run
// method a process, and listens to the facts:
//
//	cfg, err := hotreload.Find("V2w")
//	sys := hotreload.New(cfg, hotreload.Deps{..., Compile: compile, Probe: facts})
//	world.Process("J", func(p *sim.Proc) { sys.RunMain(p) })
//	world.Process("F", func(p *sim.Proc) { sys.RunWatcher(p) })
//	world.Process("T1", func(p *sim.Proc) { sys.RunTranspiler(p) })
//	world.Process("T2", func(p *sim.Proc) { sys.RunTranspiler(p) })
//	world.Process("H", func(p *sim.Proc) { sys.RunHeartbeats(p) })
//
// Compile says what a text means: how many mappings it yields, what it imports,
// and the [Program] that it runs.
//
// # Steps
//
// Work that takes time without asking the environment is a step of the process:
//
//	F   arm           before the first wait, if that is late; see Platform.LateArm
//	    wake          from the blocking read to running
//	    callback      handling one batch, under the lock
//	    between       between the last two acts of a callback, if there are two
//	    spin          a pause in an endless loop; see Config.CursorReset
//	J   wake          from a wake-up to running
//	    reload        clearing the module registry; reload.gc every second time
//	    lookup        between the two reads of an unlocked lookup of the list
//	    parse         transpiling; parse.2m, parse.2m.hit and parse.2m.miss from 1 MiB
//	    hop           a microtask of linking
//	    preeval       from linking to the program; preeval.first in generation 0
//	    eval          the top-level code of one module
//	    remap, print  looking up a position, formatting a report
//	T   start         from the queue to running
//	    lookup, parse as for J
//
// # Catalogue
//
//   - [Config], [Platform], [Variants], [Find], [Config.Set]: what is built.
//   - [System], [Deps], [Footprints]: what runs, and its world.
//   - [Unit], [Program], [Module], [Error], [Map], [Position]: the language.
//   - [Probe], [NopProbe], [Report], [MapPut], [State]: what can be observed.
//   - [Task], [Job]: what the threads send each other.
//
// Besides the pull requests named at each mechanism, the logic follows what
// was observed on release builds of Bun 1.3.13, 1.3.14 and 1.4 on Linux.
package hotreload
