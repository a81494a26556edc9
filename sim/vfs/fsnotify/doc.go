// Package fsnotify is the state machine of github.com/fsnotify/fsnotify v1.10.1
// on Linux: what that package makes of the records of an inotify instance, and
// which of them it swallows.
//
//	w := fsnotify.New(inotify)          // an env.Watcher will do
//	w.Add("app.js")
//	evs, _ := inotify.Read(fsnotify.BufferSize)
//	for _, ev := range evs {
//		e, err := w.Handle(ev)      // err goes to Errors, before e goes to Events
//		if e.Op != 0 { ... }        // some records make no event
//	}
//
// The original reads in a goroutine and hands out events through an unbuffered
// channel: while the consumer is busy with one event, the records behind it stay
// in the kernel's queue, or in the buffer that was read last. Whoever simulates
// it runs such a loop as a process of its own.
//
// It never merges, never waits for quiet, and never looks at the disk. After an
// overflow nothing is scanned again.
//
//   - [Watcher]: the table of watches, Add, Remove, Handle.
//   - [Event], [Op]: what a consumer sees.
package fsnotify
