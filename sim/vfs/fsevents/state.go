package fsevents

import "fmt"

// AppendState appends a description of the stream to dst.
func (s *Stream) AppendState(dst []byte) []byte {
	return fmt.Append(dst, s.roots, s.pending, s.history, s.dropped)
}
