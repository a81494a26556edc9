package rdcw

import "fmt"

// AppendState appends a description of the watcher to dst. Directories are told by the
// paths by which they were added: inode numbers mean nothing.
func (w *Watcher) AppendState(dst []byte) []byte {
	for _, x := range w.watches {
		dst = fmt.Append(dst, x.path, x.whole, x.names, x.rename, x.done, x.held, x.lost, ";")
	}
	for _, b := range w.batch {
		dst = fmt.Append(dst, b.w.path, b.r, ";")
	}
	return dst
}
