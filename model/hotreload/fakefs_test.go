package hotreload

import (
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// A directory of files with descriptors and watches, as far as the protocol
// needs it: the lowest free number is given out, a watch follows its inode.

type inode struct {
	id    uint64
	data  env.Data
	dir   bool
	links int
	opens int
}

type description struct {
	ino *inode
	off int
}

type watch struct {
	wd   env.WD
	ino  *inode
	mask env.WatchMask
	gone bool
}

func (w *world) notify(ino *inode, bit env.WatchMask, name string) {
	for i := range w.watches {
		k := &w.watches[i]
		if k.ino != ino || k.gone || bit != env.InIgnored && k.mask&bit == 0 {
			continue
		}
		r := env.WatchEvent{WD: k.wd, Mask: bit, Name: name}
		if n := len(w.queue); n == 0 || w.queue[n-1] != r {
			w.queue = append(w.queue, r)
		}
		if bit == env.InIgnored {
			k.gone = true
		}
	}
}

func (w *world) release(ino *inode) {
	if ino.links == 0 && ino.opens == 0 {
		w.notify(ino, env.InDeleteSelf, "")
		w.notify(ino, env.InIgnored, "")
	}
}

func (w *world) modified(name string) {
	w.notify(w.dir, env.InModify, name)
	w.notify(w.inodes[name], env.InModify, "")
}

// What the writer does.

func (w *world) create(name, text string) {
	w.lastIno++
	w.inodes[name] = &inode{id: w.lastIno, links: 1}
	w.notify(w.dir, env.InCreate, name)
	if text != "" {
		w.write(name, text)
	}
}

func (w *world) write(name, text string) {
	w.version++
	w.inodes[name].data = env.Text(text, w.version)
	w.modified(name)
}

func (w *world) unlink(name string) {
	ino := w.inodes[name]
	delete(w.inodes, name)
	ino.links--
	w.release(ino)
	w.notify(w.dir, env.InDelete, name)
}

func (w *world) rename(from, to string) {
	old := w.inodes[to]
	w.inodes[to] = w.inodes[from]
	delete(w.inodes, from)
	w.notify(w.dir, env.InMovedTo, to)
	w.notify(w.inodes[to], env.InMoveSelf, "")
	if old != nil {
		old.links--
		w.release(old)
	}
}

// fakeFS is env.FS and env.Watcher.
type fakeFS struct{ w *world }

func (f fakeFS) lookup(path string) *inode {
	if path == "." {
		return f.w.dir
	}
	return f.w.inodes[path]
}

func (f fakeFS) desc(fd env.FD) *description {
	if fd < 0 || int(fd) >= len(f.w.fds) {
		return nil
	}
	return f.w.fds[fd]
}

func (f fakeFS) Open(path string, _ env.OpenFlag) (env.FD, error) {
	f.w.point("open " + path)
	ino := f.lookup(path)
	if ino == nil {
		f.w.logf("open %s = ENOENT", path)
		return env.NoFD, env.ENOENT
	}
	fd := slices.Index(f.w.fds, nil)
	if fd < 0 {
		fd = len(f.w.fds)
		f.w.fds = append(f.w.fds, nil)
	}
	ino.opens++
	f.w.fds[fd] = &description{ino: ino}
	f.w.logf("open %s = %d", path, fd)
	return env.FD(fd), nil
}

func (f fakeFS) Read(fd env.FD, n int) (env.Data, error) {
	f.w.point("read")
	d := f.desc(fd)
	switch {
	case d == nil:
		f.w.logf("read %d, %d = EBADF", fd, n)
		return nil, env.EBADF
	case d.ino.dir:
		f.w.logf("read %d, %d = EISDIR", fd, n)
		return nil, env.EISDIR
	}
	out := d.ino.data.Slice(d.off, d.off+n)
	if d.off >= d.ino.data.Len() {
		out = nil
	}
	d.off += out.Len()
	f.w.logf("read %d, %d = %d", fd, n, out.Len())
	return out, nil
}

func (f fakeFS) ReadDir(fd env.FD) ([]string, error) {
	f.w.point("readdir")
	f.w.logf("readdir %d", fd)
	return sortedNames(f.w.inodes), nil
}

func (f fakeFS) Write(fd env.FD, d env.Data) (int, error) {
	f.w.point("write")
	de := f.desc(fd)
	de.ino.data = slices.Clip(d).Append(de.ino.data.Slice(d.Len(), de.ino.data.Len()))
	f.w.logf("write %d, %d", fd, d.Len())
	f.changed(de.ino)
	return d.Len(), nil
}

func (f fakeFS) changed(ino *inode) {
	for _, n := range sortedNames(f.w.inodes) {
		if f.w.inodes[n] == ino {
			f.w.modified(n)
		}
	}
}

func (f fakeFS) Seek(fd env.FD, off int64) error {
	f.w.point("seek")
	d := f.desc(fd)
	if d == nil {
		f.w.logf("seek %d = EBADF", fd)
		return env.EBADF
	}
	d.off = int(off)
	f.w.logf("seek %d", fd)
	return nil
}

func (f fakeFS) Fstat(fd env.FD) (env.Stat, error) {
	f.w.point("fstat")
	d := f.desc(fd)
	if d == nil {
		return env.Stat{}, env.EBADF
	}
	f.w.logf("fstat %d = %d bytes", fd, d.ino.data.Len())
	return env.Stat{Inode: d.ino.id, Size: int64(d.ino.data.Len())}, nil
}

func (f fakeFS) Ftruncate(fd env.FD, size int64) error {
	f.w.point("ftruncate")
	d := f.desc(fd)
	if d.ino.data.Len() != int(size) {
		d.ino.data = d.ino.data.Slice(0, int(size))
		f.w.logf("ftruncate %d, %d", fd, size)
		f.changed(d.ino)
	}
	return nil
}

func (f fakeFS) Close(fd env.FD) error {
	f.w.point("close")
	d := f.desc(fd)
	if d == nil {
		f.w.logf("close %d = EBADF", fd)
		return env.EBADF
	}
	f.w.fds[fd] = nil
	d.ino.opens--
	f.w.logf("close %d", fd)
	f.w.release(d.ino)
	return nil
}

func (f fakeFS) Access(path string) error {
	f.w.point("access " + path)
	if f.lookup(path) == nil {
		return env.ENOENT
	}
	return nil
}

func (f fakeFS) Fsync(env.FD) error          { return nil }
func (f fakeFS) Rename(string, string) error { return env.EPERM }
func (f fakeFS) Unlink(string) error         { return env.EPERM }
func (f fakeFS) Mkdir(string) error          { return env.EPERM }
func (f fakeFS) RmWatch(env.WD) error        { return nil }

func (f fakeFS) AddWatch(path string, mask env.WatchMask) (env.WD, error) {
	f.w.point("watch " + path)
	ino := f.lookup(path)
	if ino == nil {
		f.w.logf("watch %s = ENOENT", path)
		return 0, env.ENOENT
	}
	for _, k := range f.w.watches {
		if k.ino == ino && !k.gone {
			f.w.logf("watch %s = wd %d", path, k.wd)
			return k.wd, nil
		}
	}
	wd := env.WD(len(f.w.watches) + 1)
	f.w.watches = append(f.w.watches, watch{wd: wd, ino: ino, mask: mask})
	f.w.logf("watch %s = wd %d", path, wd)
	return wd, nil
}

func (f fakeFS) Poll(timeout time.Duration) bool {
	f.w.block("pollin", func() bool { return len(f.w.queue) > 0 }, timeout)
	hit := len(f.w.queue) > 0
	f.w.logf("poll inotify: %v", hit)
	return hit
}

// inotify is env.Watcher: Read of records, the rest is fakeFS.
type inotify struct{ fakeFS }

func (f inotify) Read(size int) ([]env.WatchEvent, error) {
	f.w.block("readin", func() bool { return len(f.w.queue) > 0 }, -1)
	out := slices.Clone(f.w.queue)
	f.w.queue = nil
	f.w.logf("read inotify: %s", records(out))
	return out, nil
}

func records(rs []env.WatchEvent) string {
	names := map[env.WatchMask]string{
		env.InModify: "MODIFY", env.InCreate: "CREATE", env.InDelete: "DELETE", env.InMovedTo: "MOVED_TO",
		env.InMoveSelf: "MOVE_SELF", env.InDeleteSelf: "DELETE_SELF", env.InIgnored: "IGNORED",
	}
	s := ""
	for i, r := range rs {
		if i > 0 {
			s += ", "
		}
		s += names[r.Mask]
		if r.Name != "" {
			s += " " + r.Name
		}
	}
	return s
}

// sortedNames is for ReadDir.
func sortedNames(m map[string]*inode) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
