// Package kernel is the files, descriptors and inotify watches of one machine,
// as a sequential state machine: no time, no goroutines, no simulator. A call
// has its whole effect before it returns.
//
//	k := kernel.New(kernel.Config{})
//	t := k.NewTable()                            // one process
//	fd, _ := k.Open(t, "app.js", env.WriteOnly|env.Create)
//	k.Write(t, fd, env.Text("one", 1))
//	k.Close(t, fd)
//
// A watcher is an instance with a queue:
//
//	i := k.NewInstance(0)
//	wd, _ := k.AddWatch(t, i, ".", env.InModify|env.InMovedTo)
//	fd, _ = k.Open(t, "app.js", env.WriteOnly|env.Truncate)
//	k.Write(t, fd, env.Text("two", 2))           // both MODIFY merge into one record
//	evs, _ := k.ReadEvents(i, 64<<10, nil)       // {wd, MODIFY, "app.js"}
//
// Calls that take time come in parts, between which a simulator runs others. A
// write becomes visible in as many steps as the caller likes, holds the inode's
// lock, and queues its record at the end:
//
//	w, _ := k.BeginWrite(t, fd, env.Fill("x", 1<<20, 3))
//	k.WriteStep(&w, 4096)                        // readers see a prefix
//	n := k.EndWrite(&w)
//
//	c, _ := k.BeginClose(t, fd)                  // the number is free now
//	k.EndClose(c)                                // CLOSE_WRITE, release of the inode
//
//	cp, _ := k.BeginCopyFileRange(t, from, fd, 1<<20)
//	k.CopyStep(&cp, 64<<10)                      // in chunks: others may write between two
//	n, _ = k.EndCopy(&cp)
//
// A call that would wait for a lock returns [ErrBlocked] and does nothing; the
// [Observer] hears when to try again. With [Kernel.Defer] every call leaves its
// notifications for later, one at a time.
//
// # Where things are
//
//   - kernel.go, observe.go, state.go: the whole: New, Reset, who is told, copies.
//   - inode.go, dentry.go, content.go: what there is: files, names, bytes.
//   - path.go, descriptor.go: how calls find it.
//   - open.go, read.go, write.go, copy.go, size.go, attr.go, names.go, link.go,
//     rename.go: the calls.
//   - call.go: the parts of a call.
//   - notify.go, inotify.go, queue.go: who is told of a change, watches, records.
//   - change.go: the same for watchers of other systems.
//
// What is told in which order follows what Linux 6.18 does on ext4 and tmpfs,
// recorded in testdata and run against the live kernel by the tests.
// Permissions are not modelled: everybody is root.
package kernel
