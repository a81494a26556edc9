package fswatch

import "fmt"

// AppendState appends a description of the watches to dst.
func (w *Watcher) AppendState(dst []byte) []byte { return fmt.Append(dst, w.watches, w.last) }
