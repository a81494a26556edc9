package fsnotify

import "fmt"

// AppendState appends a description of the watcher to dst. appendCookie appends what
// there is to say about a cookie, whose value means nothing.
func (w *Watcher) AppendState(dst []byte, appendCookie func(dst []byte, cookie uint32) []byte) []byte {
	for _, e := range w.byWD {
		dst = fmt.Append(dst, e.wd, e.w.wd, e.w.flags, e.w.path, ";")
	}
	for _, e := range w.byPath {
		dst = fmt.Append(dst, e.path, e.wd, ";")
	}
	for i := range w.cookies {
		c := &w.cookies[(w.at+i)%len(w.cookies)]
		dst = appendCookie(append(dst, c.path...), c.cookie)
	}
	return dst
}
