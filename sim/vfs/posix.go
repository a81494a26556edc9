package vfs

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
	"github.com/seed-3519b94c/simrun/sim/vfs/writers"
)

var (
	_ env.PosixFS        = (*FS)(nil)
	_ writers.Attributes = (*FS)(nil)
)

// moreLabels are those of the calls in this file.
type moreLabels struct {
	dup, fallocate, fchmod, chmod, chown, setxattr, utimes, link, symlink, readlink, stat, rmdir, mmap, copyPart sim.Label
	truncate, copy, sendfile                                                                                     [3]sim.Label
}

func newMoreLabels(w *sim.World, sized func(string) [3]sim.Label) moreLabels {
	return moreLabels{
		dup: w.Label("dup"), fallocate: w.Label("fallocate"), fchmod: w.Label("fchmod"), chmod: w.Label("chmod"),
		chown: w.Label("chown"), setxattr: w.Label("setxattr"), utimes: w.Label("utimes"), link: w.Label("link"),
		symlink: w.Label("symlink"), readlink: w.Label("readlink"), stat: w.Label("stat"), rmdir: w.Label("rmdir"),
		mmap: w.Label("mmap.write"), copyPart: w.Label("copy.part"), truncate: sized("truncate"), copy: sized("copy"), sendfile: sized("sendfile"),
	}
}

// MmapWrite stores through a shared mapping: `mmap.write`. No watcher is told.
func (f *FS) MmapWrite(fd env.FD, offset int64, data env.Data) error {
	return f.plain(f.d.labels.mmap, "mmap.write", fd, func() error {
		err := f.d.k.MmapWrite(f.table, fd, offset, data)
		if err == nil {
			f.d.rule("inotify.silent")
		}
		return err
	})
}

// Dup is dup(2): `dup`.
func (f *FS) Dup(fd env.FD) (env.FD, error) {
	p, ok := f.at(f.d.labels.dup)
	if !ok {
		return env.NoFD, env.EBADF
	}
	got, err := retry(f, p, func() (env.FD, error) { return f.d.k.Dup(f.table, fd) })
	f.noteEarly(got)
	if f.d.w.Recording() {
		f.d.w.Detail("dup %d = %s", fd, number(int(got), err))
	}
	return got, err
}

// Fallocate is fallocate(2) with mode 0: `fallocate`.
func (f *FS) Fallocate(fd env.FD, offset, n int64) error {
	return f.plain(f.d.labels.fallocate, "fallocate", fd, func() error { return f.d.k.Fallocate(f.table, fd, offset, n) })
}

// Fchmod is fchmod(2): `fchmod`.
func (f *FS) Fchmod(fd env.FD, mode uint16) error {
	return f.plain(f.d.labels.fchmod, "fchmod", fd, func() error { return f.d.k.Fchmod(f.table, fd, mode) })
}

// Stat is stat(2): `stat`.
func (f *FS) Stat(path string) (env.Stat, error) {
	p, ok := f.at(f.d.labels.stat)
	if !ok {
		return env.Stat{}, env.EBADF
	}
	st, err := retry(f, p, func() (kernel.Stat, error) { return f.d.k.Stat(f.table, path) })
	if f.d.w.Recording() {
		f.d.w.Detail("stat %s = %s", path, number(int(st.Size), err))
	}
	return st.Stat, err
}

// Truncate is truncate(2): `truncate`, by the size that it sets.
func (f *FS) Truncate(path string, size int64) error {
	l := f.d.labels.truncate[class(int(size))]
	return f.byPath(l, "truncate", fmt.Sprintf("%s to %d", path, size), f.d.truncating(func() error { return f.d.k.Truncate(f.table, path, size) }))
}

// truncating marks a call as one that cuts a file, for notes.
func (d *Disk) truncating(call func() error) func() error {
	return func() error {
		d.during = duringTruncate
		err := call()
		d.during = 0
		return err
	}
}

// Chmod is chmod(2): `chmod`.
func (f *FS) Chmod(path string, mode uint16) error {
	return f.byPath(f.d.labels.chmod, "chmod", path, func() error { return f.d.k.Chmod(f.table, path, mode) })
}

// Chown is chown(2): `chown`. Owners are not modelled, only that watchers are told.
func (f *FS) Chown(path string) error {
	return f.byPath(f.d.labels.chown, "chown", path, func() error { return f.d.k.Chown(f.table, path) })
}

// Setxattr is setxattr(2): `setxattr`. As with Chown, only watchers see it.
func (f *FS) Setxattr(path string) error {
	return f.byPath(f.d.labels.setxattr, "setxattr", path, func() error { return f.d.k.Setxattr(f.table, path) })
}

// Utimes is utimensat(2): `utimes`. Which times are set decides what watchers are
// told: ATTRIB, MODIFY or ACCESS.
func (f *FS) Utimes(path string, which env.Times) error {
	return f.byPath(f.d.labels.utimes, "utimes", path, func() error { return f.d.k.Utimes(f.table, path, which) })
}

// Link is link(2): `link`.
func (f *FS) Link(from, to string) error {
	return f.byPath(f.d.labels.link, "link", from+" to "+to, func() error { return f.d.k.Link(f.table, from, to) })
}

// Symlink is symlink(2): `symlink`.
func (f *FS) Symlink(target, path string) error {
	return f.byPath(f.d.labels.symlink, "symlink", path+" to "+target, func() error { return f.d.k.Symlink(f.table, target, path) })
}

// Readlink is readlink(2): `readlink`.
func (f *FS) Readlink(path string) (string, error) {
	p, ok := f.at(f.d.labels.readlink)
	if !ok {
		return "", env.EBADF
	}
	return retry(f, p, func() (string, error) { return f.d.k.Readlink(f.table, path) })
}

// Rmdir is rmdir(2): `rmdir`.
func (f *FS) Rmdir(path string) error {
	return f.byPath(f.d.labels.rmdir, "rmdir", path, func() error { return f.d.k.Rmdir(f.table, path) })
}

// RenameFlags is renameat2(2): `rename`, like Rename.
func (f *FS) RenameFlags(from, to string, flags env.RenameFlag) error {
	return f.byPath(f.d.labels.rename, "rename", from+" to "+to, func() error {
		f.d.during = duringRename
		err := f.d.k.Rename(f.table, from, to, flags)
		f.d.during = 0
		if f.d.sharing && (err == env.EBUSY || err == env.EPERM) {
			f.d.rule("rdcw.sharing")
		}
		return err
	})
}
