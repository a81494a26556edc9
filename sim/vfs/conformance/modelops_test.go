package conformance

import (
	"fmt"
	"slices"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

var openFlags = map[string]env.OpenFlag{
	"rdonly": env.ReadOnly, "rdwr": env.ReadWrite, "creat": env.Create, "trunc": env.Truncate,
	"append": env.Append, "excl": env.Exclusive, "path": env.PathOnly, "nofollow": env.NoFollow,
	"directory": env.Directory, "wronly": env.WriteOnly,
	// These make no difference to what is seen.
	"cloexec": 0, "sync": 0, "dsync": 0, "nonblock": 0, "noatime": 0, "noctty": 0,
}

// actor performs operations as one process, whose variables are its handles.
type actor struct {
	k       *kernel.Kernel
	t       kernel.Table
	handles []handle
}

type handle struct {
	name string
	fd   env.FD
}

func (a *actor) handle(name string) env.FD {
	for _, h := range a.handles {
		if h.name == name {
			return h.fd
		}
	}
	return env.NoFD
}

func (a *actor) forget(name string) {
	a.handles = slices.DeleteFunc(a.handles, func(h handle) bool { return h.name == name })
}

func (a *actor) set(name string, fd env.FD) {
	a.forget(name)
	a.handles = append(a.handles, handle{name, fd})
}

// change performs an operation that changes something, or tries to.
func (a *actor) change(op Op) error {
	k, t := a.k, a.t
	h := a.handle(op.H)
	if h == env.NoFD && op.H != "" && op.Op != "open" {
		return withoutHandle(op)
	}
	switch op.Op {
	case "open":
		return a.open(op)
	case "write":
		_, err := k.Write(t, h, env.Fill(op.Ch, op.N*len(op.Ch), 0))
		return err
	case "pwrite":
		_, err := k.Pwrite(t, h, op.Off, env.Fill(op.Ch, op.N*len(op.Ch), 0))
		return err
	case "close":
		a.forget(op.H)
		return k.Close(t, h)
	case "dup":
		fd, err := k.Dup(t, h)
		if err == nil {
			a.set(op.To, fd)
		}
		return err
	case "mmapwrite":
		return k.MmapWrite(t, h, 0, env.Fill(op.Ch, op.N*len(op.Ch), 0))
	case "copyrange":
		_, err := k.CopyFileRange(t, h, a.handle(op.To), op.N)
		return err
	case "sendfile":
		if from, _ := k.Fstat(t, h); from.Inode != 0 {
			if to, _ := k.Fstat(t, a.handle(op.To)); to.Inode == from.Inode {
				return env.EXDEV
			}
		}
		_, err := k.Sendfile(t, h, a.handle(op.To), op.N)
		return err
	case "fsync", "fdatasync":
		return k.Fsync(t, h)
	case "ftruncate":
		return k.Ftruncate(t, h, int64(op.N))
	case "fallocate":
		return k.Fallocate(t, h, op.Off, int64(op.N))
	case "fchmod":
		return k.Fchmod(t, h, uint16(op.Mode))
	}
	return a.changePath(op)
}

// withoutHandle is an operation on a handle that is not open. The recorder used
// number 0 then, which was /dev/null opened for reading, except to close.
func withoutHandle(op Op) error {
	switch op.Op {
	case "fsync", "fdatasync", "ftruncate":
		return env.EINVAL
	case "fchmod":
		return nil
	}
	return env.EBADF
}

// changePath performs an operation on a path.
func (a *actor) changePath(op Op) error {
	k, t := a.k, a.t
	switch op.Op {
	case "truncate":
		return k.Truncate(t, op.Path, int64(op.N))
	case "rename":
		return k.Rename(t, op.Path, op.To, 0)
	case "exchange":
		return k.Rename(t, op.Path, op.To, kernel.Exchange)
	case "rename_noreplace":
		return k.Rename(t, op.Path, op.To, kernel.NoReplace)
	case "link":
		return k.Link(t, op.Path, op.To)
	case "symlink":
		return k.Symlink(t, op.Path, op.To)
	case "unlink":
		return k.Unlink(t, op.Path)
	case "mkdir":
		return k.Mkdir(t, op.Path)
	case "rmdir":
		return k.Rmdir(t, op.Path)
	case "chmod":
		return k.Chmod(t, op.Path, uint16(op.Mode))
	case "chown":
		return k.Chown(t, op.Path)
	case "setxattr":
		return k.Setxattr(t, op.Path)
	case "utimes":
		return k.Utimes(t, op.Path, kernel.BothTimes)
	case "utime_m":
		return k.Utimes(t, op.Path, kernel.ModificationTime)
	case "utime_a":
		return k.Utimes(t, op.Path, kernel.AccessTime)
	case "access":
		return k.Access(t, op.Path)
	case "readlink":
		_, err := k.Readlink(t, op.Path)
		return err
	case "storm":
		return a.storm(op)
	case "fill":
		return op.fill(func(path string) error { return k.Chmod(t, path, 0o600) })
	}
	return fmt.Errorf("%w: operation %q", errUnsupported, op.Op)
}

func (a *actor) open(op Op) error {
	flags, access := env.OpenFlag(0), env.WriteOnly
	for _, f := range op.Fl {
		bit, ok := openFlags[f]
		if !ok {
			return fmt.Errorf("%w: open flag %q", errUnsupported, f)
		}
		if f == "rdonly" || f == "rdwr" {
			access = bit
		}
		flags |= bit
	}
	mode := uint16(0o644)
	if op.Mode != 0 {
		mode = uint16(op.Mode)
	}
	fd, err := a.k.OpenMode(a.t, op.Path, flags|access, mode)
	if err == nil {
		a.set(op.H, fd)
	}
	return err
}

// storm creates and closes s0 to s(n-1) in a directory.
func (a *actor) storm(op Op) error {
	for i := range op.N {
		fd, err := a.k.Open(a.t, fmt.Sprintf("%s/s%d", op.Path, i), env.WriteOnly|env.Create)
		if err != nil {
			return err
		}
		if err := a.k.Close(a.t, fd); err != nil {
			return err
		}
	}
	return nil
}
