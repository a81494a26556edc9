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
// may become visible in parts (Disk.Parts).
//
// # Catalogue
//
//   - [Disk]: the machine. [FS]: the system calls of a group of processes, an
//     env.FS. [Watcher]: an inotify instance, an env.Watcher.
//   - Package kernel: the state machine behind it, without time.
//   - Package fsnotify, package fswatch: what Go's fsnotify and Node's fs.watch
//     make of inotify records.
//   - Package writers: how editors and tools save files.
//   - Package conformance: the recordings of the real kernel that all this agrees with.
package vfs
