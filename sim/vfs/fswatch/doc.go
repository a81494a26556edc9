// Package fswatch is the state machine of fs.watch of Node.js on Linux, that
// is, of libuv's uv_fs_event_t: what it makes of the records of the event loop's
// inotify instance.
//
//	w := fswatch.New(inotify)            // one per event loop; an env.Watcher will do
//	h, _ := w.Start("app.js")
//	evs, _ := inotify.Read(fswatch.BufferSize)
//	for _, ev := range evs {
//		for _, e := range w.Handle(ev, nil) {
//			listener(e.Type, e.Name) // "change" "app.js"
//		}
//	}
//
// A save by rename over a watched file gives change, rename, rename, and then
// the watch is deaf: it was on the old inode, and even the record that says so
// (IGNORED) is only another "rename".
package fswatch
