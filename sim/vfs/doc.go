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
// and a large read may take its bytes in parts (ReadParts).
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
// Permissions, quotas and full disks; what is on the disk after a crash; more than one
// file system; chdir; copies that become visible in parts; the limits on instances and
// watches. Of the watcher libraries: recursive watches, options of Add, and what the
// packages below say of their systems.
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
