// Package env holds the small interfaces through which coordination logic sees
// its world: time, locks, queues, files, watchers. Logic written against them
// does not know whether the world behind them is simulated.
//
// A process is ordinary sequential code that blocks through these interfaces
// and through nothing else:
//
//	func (s *Server) Run(p env.Proc) {
//		for {
//			s.Watcher.Read(64 << 10)          // blocks until something changed
//			p.Step("parse")                   // a step of its own that takes time
//			fd, err := s.FS.Open("app.conf", env.ReadOnly)
//			...
//		}
//	}
//
// Every call is a scheduling point: other processes may run before it takes
// effect. Between two calls the process runs alone. That is also the rule for
// reading the code: what stands between two calls of this package is atomic.
//
// # Catalogue
//
//   - [Proc]: the handle of one process: steps, sleeping, the clock.
//   - [Mutex], [Uint32], [Queue], [Waker], [Output]: what processes share.
//   - [FS], [Watcher]: files, descriptors and watches, in the terms of POSIX and inotify(7).
//     [PosixFS]: the calls that few need.
//   - [FileWatcher]: a watcher library, in the terms of Go's fsnotify.
//   - [Data]: file content, in which two megabytes of blanks cost nothing.
//   - [Errno]: the errors of those calls.
//   - [Host]: the world of a program that reacts to events, and its parts: [Timers],
//     [WallClock], [Lifecycle], [Net], [Store]. Its calls are no scheduling points:
//     each callback is one event, and runs to its end.
//   - [Client], [Caller]: HTTP in callback style and for sequential processes.
//     [Binder], [Listener], [Exchange], [Routes]: the serving side.
//   - [Ticket]: calls off what was asked for.
//
// A blocking call of a process that has been killed does not return.
package env
