// Package rdcw is the state machine of github.com/fsnotify/fsnotify v1.10.1 on
// Windows, with ReadDirectoryChangesW below it.
//
//	w := rdcw.New(stat)                 // how it tells files from directories
//	w.Add("src")                        // a handle of src and its buffer
//	w.Changed(change)                   // whatever happens to files, see kernel.Changes
//	for range w.Take() {                // what one read of each handle returns
//		events, err := w.Handle(i)
//		...
//	}
//
// Handles are of directories only: the watch of a file is one of its directory in
// which all other names are left out, so it is on the name, not on the file. The
// system merges nothing. What does not fit into its buffer of 64 KiB between two reads
// empties the buffer: not only the last record is lost, all are. There is no Chmod:
// fsnotify asks for names and times of last writing only (rules observed in the source
// of fsnotify; those of the system are general knowledge).
//
//   - [Handle]: the system's half: records, its buffer. A choice: whether a file that
//     was written is MODIFIED once more when it is closed.
//   - [Watcher]: fsnotify's half.
//
// That an open file can not be renamed, replaced or removed is a switch of the kernel:
// kernel.Config.Sharing. Left out: recursive watches, which fsnotify keeps to itself;
// MODIFIED of a directory in which something changed, of which is known too little when
// it comes; directories that are renamed while they are watched, which Windows mostly
// refuses.
package rdcw
