// Package vfs is the files and watches of one simulated Linux machine: what its
// kernel does, as system calls that take time, leave footprints, and can be
// overtaken.
//
// An editor that saves in two steps, and a server that watches:
//
//	disk := vfs.New(w)
//	disk.WriteFile("app.conf", env.Text("port = 8000\nend\n", disk.NewVersion()))
//
//	editor := disk.Group()            // a process with a descriptor table of its own
//	w.Process("editor", func(p *sim.Proc) {
//		fd, _ := editor.Open("app.conf", env.WriteOnly|env.Truncate)
//		editor.Write(fd, env.Text("port = 8001\n", disk.NewVersion()))
//		editor.Write(fd, env.Text("end\n", disk.NewVersion()))
//		editor.Close(fd)
//	})
//
//	server := disk.Group()
//	events := server.NewWatcher("inotify", 0)
//	w.Process("server", func(p *sim.Proc) {
//		events.AddWatch("app.conf", env.InModify)
//		for {
//			events.Read(4096)          // blocks until there are records
//			...
//		}
//	})
//
// Calls are events named after the call: `editor:open#1`, `editor:write#2`,
// `server:inotify.read#1`; those that move much data `read.64k` or `read.2m`, so
// that a profile can give them other windows. A close frees its number at once,
// and if it deletes the file returns only afterwards (`released`). A large write
// may become visible in parts, as on tmpfs or as on ext4 (Disk.Parts, GrowsAtOnce),
// so may a large copy, and a large read may take its bytes in parts (ReadParts). When
// the processes of a group are killed, [FS.Exit] is what the kernel does then. How many
// inotify instances and watches there may be is a switch too (Disk.SetWatchLimits).
//
// # Watcher libraries
//
// Most programs do not read inotify records themselves. A [FileWatcher] is Go's
// fsnotify with its reader goroutine and its channels without a buffer, on any of four
// systems; an [FSWatch] is fs.watch of Node.js on an event loop:
//
//	watcher := server.NewFileWatcher("watcher", vfs.Inotify)
//	w.Process("server", func(p *sim.Proc) {
//		watcher.Add("app.conf")
//		for {
//			ev, err := watcher.Next()  // a slow consumer sees fewer events
//			...
//		}
//	})
//
// # What a story needs
//
// Not every system does what these models do. Where the outcome of an event hangs on
// such a rule, the event of a recorded run says so (sim.World.Rule), with the systems
// that have the rule and how that is known: [Rules] is the table. Reports list them
// under "Needs".
//
// # Left out
//
// What these models do not have, and why. A story that needs it can not be told here.
//
//   - Permissions: everybody is root, as in the recordings. They decide whether a call
//     works at all, which does not hang on timing.
//   - Quotas and full disks: who wants a write to fail draws a fault before it.
//   - What is on the disk after a loss of power: the order in which a journal commits is
//     another model; fsync takes time here, and has no other effect.
//   - More than one file system: a rename between two fails with EXDEV, always, and
//     programs copy then, for which there are plans.
//   - chdir: a path would depend on it in every call of every thread. Paths from the
//     root do without.
//   - Bytes of one page: a page of a read is all old or all new. The real kernel copies
//     and zeroes pages a few words at a time, so that a read that races with truncate or
//     with an overwrite may be torn within a page (observed, and rare).
//   - Records in flight: a call queues all its records in one event. That others may come
//     between two of them, or a record behind the IGNORED of its watch, is in package
//     kernel (Defer), where package conformance needs it; here it would double the events
//     of every run, for what can hardly be told from calls that come in another order:
//     only two watches of one file, or the end of a watch, show the difference.
//   - UNMOUNT records, /proc, named pipes, devices and file locks: no system of which
//     this project tells stories uses them with watchers.
//   - Recursive watches, and options of Add: fsnotify has them on Windows only, and
//     hidden from users.
//   - What the packages below say of their systems.
//
// # Catalogue
//
//   - [Disk]: the machine. [FS]: the system calls of a group of processes, an
//     env.PosixFS. [Watcher]: an inotify instance, an env.Watcher.
//   - [FileWatcher], an env.FileWatcher, on a [System]; [FSWatch], on an [EventLoop].
//   - [Rule], [Rules]: what systems do differently.
//   - Package kernel: the state machine behind it, without time.
//   - Package fsnotify, package fswatch: what Go's fsnotify and Node's fs.watch
//     make of inotify records.
//   - Package kqueue, package rdcw, package fsevents: what they make of the news of
//     macOS, BSD and Windows.
//   - Package writers: how editors and tools save files.
//   - Package conformance: the recordings of the real kernel that all this agrees with.
package vfs
