package kqueue

import "fmt"

// AppendState appends a description of the watcher to dst. Files are told by the names
// under which they are watched: inode numbers mean nothing.
func (w *Watcher) AppendState(dst []byte) []byte {
	for _, k := range w.knotes {
		dst = fmt.Append(dst, k.fd, k.wanted, k.fired, ";")
	}
	dst = fmt.Append(dst, w.active, w.lastFD)
	for _, x := range w.watches {
		dst = fmt.Append(dst, x.fd, x.name, x.linkName, x.isDir, x.dirFlags, ";")
	}
	return fmt.Append(dst, w.seen, w.byUser)
}
