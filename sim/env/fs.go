package env

import "time"

// FD is a file descriptor: a number in the table of the process group that the
// FS belongs to, the lowest free one at the time of opening.
type FD int

// NoFD is no descriptor.
const NoFD FD = -1

// OpenFlag says how a file is opened. The zero flag opens for reading.
type OpenFlag uint16

// The flags of open(2) that logic needs.
const (
	ReadOnly  OpenFlag = 0
	WriteOnly OpenFlag = 1 << iota
	ReadWrite
	Create    // create the file if it is missing
	Exclusive // with Create: EEXIST if it is there
	Truncate  // cut an existing file to zero bytes
	Append    // every write goes to the end
	Directory // ENOTDIR unless it is a directory
	NoFollow  // ELOOP if the last component is a symbolic link
	PathOnly  // O_PATH: a handle that neither reads nor writes, and no events
)

// Stat is what fstat(2) tells.
type Stat struct {
	Inode uint64
	Size  int64
	Links int
	Dir   bool
}

// FS is the system calls on files, seen by one process or by several that share
// a descriptor table. Every call is a scheduling point; those that take long
// have two, and take part of their effect at each (close frees the number
// first). Errors are of type Errno.
type FS interface {
	Open(path string, flags OpenFlag) (FD, error)
	// Read reads at most n bytes at the offset of fd. At the end: no data, no error.
	Read(fd FD, n int) (Data, error)
	// ReadDir lists the names of the directory open at fd, in the order of creation.
	ReadDir(fd FD) ([]string, error)
	Write(fd FD, d Data) (int, error)
	// Seek sets the offset of fd, counted from the start.
	Seek(fd FD, offset int64) error
	Fstat(fd FD) (Stat, error)
	Ftruncate(fd FD, size int64) error
	Fsync(fd FD) error
	Close(fd FD) error
	Access(path string) error
	Rename(from, to string) error
	Unlink(path string) error
	Mkdir(path string) error
}

// WatchMask is a set of inotify events and watch options, with the values of
// inotify(7).
type WatchMask uint32

// The bits of inotify(7).
const (
	InAccess       WatchMask = 0x1
	InModify       WatchMask = 0x2
	InAttrib       WatchMask = 0x4
	InCloseWrite   WatchMask = 0x8
	InCloseNoWrite WatchMask = 0x10
	InOpen         WatchMask = 0x20
	InMovedFrom    WatchMask = 0x40
	InMovedTo      WatchMask = 0x80
	InCreate       WatchMask = 0x100
	InDelete       WatchMask = 0x200
	InDeleteSelf   WatchMask = 0x400
	InMoveSelf     WatchMask = 0x800
	InUnmount      WatchMask = 0x2000
	InQOverflow    WatchMask = 0x4000
	InIgnored      WatchMask = 0x8000
	InOnlyDir      WatchMask = 0x1000000
	InDontFollow   WatchMask = 0x2000000
	InExclUnlink   WatchMask = 0x4000000
	InMaskCreate   WatchMask = 0x10000000
	InMaskAdd      WatchMask = 0x20000000
	InIsDir        WatchMask = 0x40000000
	InOneshot      WatchMask = 0x80000000
	InAllEvents    WatchMask = 0xfff
)

// WD is a watch descriptor: 1, 2, 3 and so on, never given out twice. The
// overflow record has -1.
type WD int32

// WatchEvent is one record of an inotify queue.
type WatchEvent struct {
	WD     WD
	Mask   WatchMask
	Cookie uint32 // pairs MOVED_FROM with MOVED_TO; 0 for others
	Name   string // the entry, for a record of a watched directory; else empty
}

// Watcher is an inotify instance.
type Watcher interface {
	// AddWatch watches the inode that path names now. A second watch of the
	// same inode returns the same WD with the mask replaced.
	AddWatch(path string, mask WatchMask) (WD, error)
	RmWatch(wd WD) error
	// Read blocks while the queue is empty, then takes as many whole records as
	// fit into a buffer of size bytes. EINVAL if the first does not fit.
	Read(size int) ([]WatchEvent, error)
	// Poll waits until the queue is not empty, for at most timeout, and reports
	// whether it is. Zero only looks, Forever waits without bound.
	Poll(timeout time.Duration) bool
}
