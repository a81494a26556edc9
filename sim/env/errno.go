package env

import "io/fs"

// Errno is the error of a system call. Its text is the name, such as "ENOENT",
// the same on every platform.
type Errno uint8

// The errors in use.
const (
	ENOENT Errno = iota + 1
	EBADF
	EEXIST
	EISDIR
	ENOTDIR
	ENOTEMPTY
	EINVAL
	ELOOP
	EMFILE
	EACCES
	EBUSY
	ENOSPC
	EPERM
	EXDEV
	ENAMETOOLONG
)

var errnoNames = [...]string{
	ENOENT: "ENOENT", EBADF: "EBADF", EEXIST: "EEXIST", EISDIR: "EISDIR",
	ENOTDIR: "ENOTDIR", ENOTEMPTY: "ENOTEMPTY", EINVAL: "EINVAL", ELOOP: "ELOOP",
	EMFILE: "EMFILE", EACCES: "EACCES", EBUSY: "EBUSY", ENOSPC: "ENOSPC",
	EPERM: "EPERM", EXDEV: "EXDEV", ENAMETOOLONG: "ENAMETOOLONG",
}

func (e Errno) Error() string {
	if e == 0 || int(e) >= len(errnoNames) {
		return "EUNKNOWN"
	}
	return errnoNames[e]
}

// Is lets errors.Is match the portable errors of io/fs.
func (e Errno) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e == ENOENT
	case fs.ErrExist:
		return e == EEXIST || e == ENOTEMPTY
	case fs.ErrPermission:
		return e == EACCES || e == EPERM
	case fs.ErrClosed:
		return e == EBADF
	}
	return false
}
