package vfs

import (
	"errors"
	"strconv"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// FS is an env.FS: the system calls of a group of processes that share a
// descriptor table. Each call is an event of the process that makes it, called
// by the call: `open`, `read`, `close`, and by size `read.64k` or `read.2m`. The
// profile gives it its window.
type FS struct {
	d       *Disk
	table   kernel.Table
	calls   []*underway
	closing []env.FD // numbers that are free already while their close has not returned
	// Uses, if not nil, is told of every number that read, lseek, fstat, getdents or
	// close is called with, at the instant at which the call looks it up, and of the
	// open file that it stands for then, as Denotes names it: for properties.
	Uses func(p *sim.Proc, fd env.FD, denotes uint64)
}

var _ env.FS = (*FS)(nil)

// Group makes a group of processes with a descriptor table of its own.
func (d *Disk) Group() *FS {
	return &FS{d: d, table: d.k.NewTable()}
}

// Denotes names the open file that a number stands for now, 0 if the number is free.
// No two open files of a run have the same name. Like Disk.Content it has no effect.
func (f *FS) Denotes(fd env.FD) uint64 { return f.d.k.Denotes(f.table, fd) }

// used tells of a number that a call is about to look up.
func (f *FS) used(p *sim.Proc, fd env.FD) {
	if f.Uses != nil {
		f.Uses(p, fd, f.Denotes(fd))
	}
}

// retry makes a call of the kernel that may have to wait for the lock of an
// inode: as often as it takes.
func retry[T any](f *FS, p *sim.Proc, call func() (T, error)) (T, error) {
	for {
		v, err := call()
		if !errors.Is(err, kernel.ErrBlocked) {
			return v, err
		}
		f.d.w.Write(f.d.lockRes)
		p.Block(&f.d.locks, f.d.lockRes, nil, f.d.labels.locked)
		if p.Dying() {
			return v, err
		}
	}
}

// at is the scheduling point of a call.
func (f *FS) at(l sim.Label) (*sim.Proc, bool) {
	p := f.d.w.Running(l)
	return p, p.At(l)
}

// Open is open(2): `open`, or `opendir` with env.Directory.
func (f *FS) Open(path string, flags env.OpenFlag) (env.FD, error) {
	l := f.d.labels.open[0]
	if flags&env.Directory != 0 {
		l = f.d.labels.opendir[0]
	}
	p, ok := f.at(l)
	if !ok {
		return env.NoFD, env.EBADF
	}
	f.d.during = duringOpen
	fd, err := retry(f, p, func() (env.FD, error) { return f.d.k.Open(f.table, path, flags) })
	f.d.during = 0
	f.noteEarly(fd)
	if f.d.w.Recording() {
		f.d.w.Detail("open %s = %s", path, number(int(fd), err))
	}
	return fd, err
}

// ReadDir is getdents(2), all names at once: `readdir`.
func (f *FS) ReadDir(fd env.FD) ([]string, error) {
	p, ok := f.at(f.d.labels.readdir[0])
	if !ok {
		return nil, env.EBADF
	}
	f.used(p, fd)
	return retry(f, p, func() ([]string, error) { return f.d.k.ReadDir(f.table, fd, nil) })
}

// Seek is lseek(2) from the start: `seek`.
func (f *FS) Seek(fd env.FD, offset int64) error {
	return f.plain(f.d.labels.seek[0], "seek", fd, func() error { return f.d.k.Seek(f.table, fd, offset) })
}

// Fstat is fstat(2): `fstat`.
func (f *FS) Fstat(fd env.FD) (env.Stat, error) {
	p, ok := f.at(f.d.labels.fstat[0])
	if !ok {
		return env.Stat{}, env.EBADF
	}
	f.used(p, fd)
	st, err := retry(f, p, func() (kernel.Stat, error) { return f.d.k.Fstat(f.table, fd) })
	return env.Stat{Inode: st.Inode, Size: st.Size, Links: st.Links, Dir: st.Dir}, err
}

// Ftruncate is ftruncate(2): `ftruncate`. By how much it changes the size, the
// profile's row `ftruncate.64k` or `ftruncate.2m` gives the window; the name of the
// event does not depend on it, for others may change the size.
func (f *FS) Ftruncate(fd env.FD, size int64) error {
	st, _ := f.d.k.Fstat(f.table, fd) // in the event before: the window depends on it
	change := int(st.Size - size)
	l := f.d.labels.ftruncate
	p := f.d.w.Running(l[0])
	if !p.AtFor(l[0], p.Window(l[class(max(change, -change))])) {
		return env.EBADF
	}
	return f.after(p, "ftruncate", fd, f.d.truncating(func() error { return f.d.k.Ftruncate(f.table, fd, size) }))
}

// Fsync is fsync(2): `fsync`.
func (f *FS) Fsync(fd env.FD) error {
	return f.plain(f.d.labels.fsync[0], "fsync", fd, func() error { return f.d.k.Fsync(f.table, fd) })
}

// Close is close(2): `close`, at which the number is free. If nothing else keeps
// the file and it has no name any more, it returns only when the file has been
// deleted: `released`, with the window of the profile's row for its size.
func (f *FS) Close(fd env.FD) error {
	p, ok := f.at(f.d.labels.close[0])
	if !ok {
		return env.EBADF
	}
	f.used(p, fd)
	st, _ := f.d.k.Fstat(f.table, fd)
	c, err := f.d.k.BeginClose(f.table, fd)
	if f.d.w.Recording() {
		f.d.w.Detail("close %s", number(int(fd), err))
	}
	if err != nil {
		return err
	}
	if c.Releases {
		u := f.start(aClose)
		u.closing = c
		f.closing = append(f.closing, fd)
		if l := f.d.labels.released; !p.AtFor(l[0], p.Window(l[class(int(st.Size))])) {
			return env.EBADF
		}
		u.kind = noCall
		f.noLongerClosing(fd)
	}
	f.d.during = duringClose
	f.d.k.EndClose(c)
	f.d.during = 0
	return nil
}

// Access is access(2) for existence: `access`.
func (f *FS) Access(path string) error {
	return f.byPath(f.d.labels.access, "access", path, func() error { return f.d.k.Access(f.table, path) })
}

// Rename is rename(2): `rename`.
func (f *FS) Rename(from, to string) error {
	return f.RenameFlags(from, to, 0)
}

// Unlink is unlink(2): `unlink`.
func (f *FS) Unlink(path string) error {
	return f.byPath(f.d.labels.unlink, "unlink", path, func() error { return f.d.k.Unlink(f.table, path) })
}

// Mkdir is mkdir(2): `mkdir`.
func (f *FS) Mkdir(path string) error {
	return f.byPath(f.d.labels.mkdir, "mkdir", path, func() error { return f.d.k.Mkdir(f.table, path) })
}

// plain makes a call on a descriptor that is one event.
func (f *FS) plain(l sim.Label, name string, fd env.FD, call func() error) error {
	p, ok := f.at(l)
	if !ok {
		return env.EBADF
	}
	f.used(p, fd)
	return f.after(p, name, fd, call)
}

// after makes a call on a descriptor, once its event has come.
func (f *FS) after(p *sim.Proc, name string, fd env.FD, call func() error) error {
	_, err := retry(f, p, func() (struct{}, error) { return struct{}{}, call() })
	if err != nil && f.d.w.Recording() {
		f.d.w.Detail("%s %d = %v", name, fd, err)
	}
	return err
}

// byPath makes a call on paths that is one event.
func (f *FS) byPath(l sim.Label, name, path string, call func() error) error {
	p, ok := f.at(l)
	if !ok {
		return env.EBADF
	}
	_, err := retry(f, p, func() (struct{}, error) { return struct{}{}, call() })
	if f.d.w.Recording() {
		f.d.w.Detail("%s %s%s", name, path, failed(err))
	}
	return err
}

func (f *FS) noteIO(name string, fd env.FD, want, got int, err error) {
	if !f.d.w.Recording() {
		return
	}
	f.d.w.Detail("%s %d bytes of fd %d = %s", name, want, fd, number(got, err))
}

func number(n int, err error) string {
	if err != nil {
		return err.Error()
	}
	return strconv.Itoa(n)
}

func failed(err error) string {
	if err != nil {
		return " = " + err.Error()
	}
	return ""
}

// noteEarly notes that a number was given out whose close has not returned yet.
func (f *FS) noteEarly(fd env.FD) {
	for _, c := range f.closing {
		if c == fd {
			f.d.rule("fd.early")
		}
	}
}

func (f *FS) noLongerClosing(fd env.FD) {
	for i, c := range f.closing {
		if c == fd {
			f.closing = append(f.closing[:i], f.closing[i+1:]...)
			return
		}
	}
}
