// Package kqueue is the state machine of github.com/fsnotify/fsnotify v1.10.1 on
// macOS and BSD, with the kqueue(2) below it: what that package makes of changes of
// files that it has open, and of directories that it lists again and again.
//
//	w := kqueue.New(files)              // how it looks at the disk
//	w.Add("src")                        // opens src and everything in it
//	w.Changed(change)                   // whatever happens to files, see kernel.Changes
//	for _, n := range w.Read(nil) {     // at most ten notes
//		events, err := w.Handle(n)      // a note of a directory makes it list
//		...
//	}
//
// A note is a set of flags for one descriptor. All that happens to a file until its
// note is read is in that one note: that it was written, but not how often. There is
// no note of a new file; its directory is listed again, and what is there and was not
// before is created (rules observed in the source of fsnotify; those of the kernel are
// general knowledge: kqueue(2) of FreeBSD and macOS).
//
//   - [Queue], [Note]: the kernel's half. A choice: in which order notes come.
//   - [Watcher]: fsnotify's half.
//
// Left out: sockets and pipes, which nobody saves; the limit of open files, which every
// watched file counts against: it fails always or never, whatever the timing; and that a
// listing takes time: what comes during it is found by the next, which its note causes.
package kqueue
