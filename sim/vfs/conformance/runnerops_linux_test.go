//go:build linux

package conformance

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

var realFlags = map[string]int{
	"rdonly": unix.O_RDONLY, "rdwr": unix.O_RDWR, "creat": unix.O_CREAT, "trunc": unix.O_TRUNC,
	"append": unix.O_APPEND, "excl": unix.O_EXCL, "path": unix.O_PATH, "nofollow": unix.O_NOFOLLOW,
	"directory": unix.O_DIRECTORY,
}

// change performs an operation that changes something, or tries to.
func (m *machine) change(op Op) error {
	h, ok := m.handles[op.H]
	if !ok && op.H != "" && op.Op != "open" {
		return withoutHandle(op)
	}
	data := []byte(strings.Repeat(op.Ch, op.N))
	switch op.Op {
	case "open":
		return m.open(op)
	case "write":
		_, err := unix.Write(h, data)
		return err
	case "pwrite":
		_, err := unix.Pwrite(h, data, op.Off)
		return err
	case "close":
		delete(m.handles, op.H)
		m.opened = removeInt(m.opened, h)
		return unix.Close(h)
	case "dup":
		fd, err := unix.Dup(h)
		if err == nil {
			m.handles[op.To] = fd
			m.opened = append(m.opened, fd)
		}
		return err
	case "mmapwrite":
		return mmapWrite(h, data)
	case "copyrange", "sendfile":
		return m.copy(h, op)
	case "fsync":
		return unix.Fsync(h)
	case "fdatasync":
		return unix.Fdatasync(h)
	case "ftruncate":
		return unix.Ftruncate(h, int64(op.N))
	case "fallocate":
		return unix.Fallocate(h, 0, op.Off, int64(op.N))
	case "fchmod":
		return unix.Fchmod(h, op.Mode)
	}
	return m.changePath(op)
}

func (m *machine) changePath(op Op) error {
	path, to := m.path(op.Path), m.path(op.To)
	now := unix.Timespec{Nsec: unix.UTIME_NOW}
	omit := unix.Timespec{Nsec: unix.UTIME_OMIT}
	switch op.Op {
	case "truncate":
		return unix.Truncate(path, int64(op.N))
	case "rename":
		return unix.Rename(path, to)
	case "exchange":
		return unix.Renameat2(unix.AT_FDCWD, path, unix.AT_FDCWD, to, unix.RENAME_EXCHANGE)
	case "rename_noreplace":
		return unix.Renameat2(unix.AT_FDCWD, path, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	case "link":
		return unix.Link(path, to)
	case "symlink":
		return unix.Symlink(op.Path, to)
	case "unlink":
		return unix.Unlink(path)
	case "mkdir":
		return unix.Mkdir(path, 0o755)
	case "rmdir":
		return unix.Rmdir(path)
	case "chmod":
		return unix.Chmod(path, op.Mode)
	case "chown":
		return unix.Chown(path, 0, 0)
	case "setxattr":
		return unix.Setxattr(path, "user.x", []byte("v"), 0)
	case "utimes":
		return unix.UtimesNanoAt(unix.AT_FDCWD, path, []unix.Timespec{now, now}, 0)
	case "utime_m":
		return unix.UtimesNanoAt(unix.AT_FDCWD, path, []unix.Timespec{omit, now}, 0)
	case "utime_a":
		return unix.UtimesNanoAt(unix.AT_FDCWD, path, []unix.Timespec{now, omit}, 0)
	case "access":
		return unix.Access(path, unix.F_OK)
	case "readlink":
		_, err := unix.Readlink(path, make([]byte, 4096))
		return err
	case "storm":
		return m.storm(op)
	case "fill":
		return op.fill(func(path string) error { return unix.Chmod(m.path(path), 0o600) })
	}
	return fmt.Errorf("unknown operation %q", op.Op)
}

func (m *machine) open(op Op) error {
	flags, access := 0, unix.O_WRONLY
	for _, f := range op.Fl {
		if f == "rdonly" || f == "rdwr" {
			access = realFlags[f]
		} else {
			flags |= realFlags[f]
		}
	}
	mode := uint32(0o644)
	if op.Mode != 0 {
		mode = op.Mode
	}
	fd, err := unix.Open(m.path(op.Path), flags|access|unix.O_CLOEXEC, mode)
	if err == nil {
		m.handles[op.H] = fd
		m.opened = append(m.opened, fd)
	}
	return err
}

func (m *machine) copy(h int, op Op) error {
	to, ok := m.handles[op.To]
	if !ok {
		return unix.EBADF
	}
	var err error
	if op.Op == "sendfile" {
		// Within one file the kernel copies pages onto themselves.
		var a, b unix.Stat_t
		if unix.Fstat(h, &a) == nil && unix.Fstat(to, &b) == nil && a.Ino == b.Ino {
			return unix.EXDEV
		}
		_, err = unix.Sendfile(to, h, nil, op.N)
	} else {
		_, err = unix.CopyFileRange(h, nil, to, nil, op.N, 0)
	}
	return err
}

// storm creates and closes s0 to s(n-1) in a directory.
func (m *machine) storm(op Op) error {
	for i := range op.N {
		fd, err := unix.Open(fmt.Sprintf("%s/s%d", m.path(op.Path), i), unix.O_WRONLY|unix.O_CREAT|unix.O_CLOEXEC, 0o644)
		if err != nil {
			return err
		}
		if err := unix.Close(fd); err != nil {
			return err
		}
	}
	return nil
}

// mmapWrite stores data through a shared mapping, as far as the file goes.
func mmapWrite(fd int, data []byte) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	mem, err := unix.Mmap(fd, 0, max(len(data), 1), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	copy(mem[:min(len(mem), int(st.Size))], data)
	if err := unix.Msync(mem, unix.MS_ASYNC); err != nil {
		return err
	}
	return unix.Munmap(mem)
}

func removeInt(list []int, v int) []int {
	var out []int
	for _, x := range list {
		if x != v {
			out = append(out, x)
		}
	}
	return out
}
