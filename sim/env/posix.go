package env

// RenameFlag changes what RenameFlags does.
type RenameFlag uint8

// The flags of renameat2(2).
const (
	RenameNoReplace RenameFlag = 1 << iota // EEXIST if the new name is there
	RenameExchange                         // the two names swap what they stand for
)

// Times says which of its times utimensat(2) sets. Watchers are told differently
// of each.
type Times uint8

// The times that can be set.
const (
	BothTimes        Times = iota // as touch does
	ModificationTime              // alone
	AccessTime                    // alone
)

// PosixFS is FS with the calls that few need: what editors, copy programs and
// databases do to files. Logic that gets along with FS should ask for no more.
type PosixFS interface {
	FS
	// Pwrite writes at offset and leaves that of fd alone.
	Pwrite(fd FD, offset int64, d Data) (int, error)
	// MmapWrite stores through a shared mapping of fd: no watcher is told, ever.
	MmapWrite(fd FD, offset int64, d Data) error
	// CopyFileRange and Sendfile copy at most n bytes between the offsets.
	CopyFileRange(from, to FD, n int) (int, error)
	Sendfile(from, to FD, n int) (int, error)
	Dup(fd FD) (FD, error)
	Fallocate(fd FD, offset, n int64) error
	Fchmod(fd FD, mode uint16) error

	Stat(path string) (Stat, error)
	Truncate(path string, size int64) error
	Chmod(path string, mode uint16) error
	Chown(path string) error
	Setxattr(path string) error
	Utimes(path string, which Times) error
	Link(from, to string) error
	Symlink(target, path string) error
	Readlink(path string) (string, error)
	Rmdir(path string) error
	RenameFlags(from, to string, flags RenameFlag) error
}
