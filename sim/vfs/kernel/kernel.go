package kernel

import (
	"errors"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// DefaultQueue is the number of records an inotify queue holds unless
// configured otherwise: /proc/sys/fs/inotify/max_queued_events as shipped.
const DefaultQueue = 16384

// ErrBlocked says that the call would have to wait for a lock: another call is
// between its parts and holds it. Nothing has happened. The caller tries again
// when the observer reports that something was unlocked.
var ErrBlocked = errors.New("call would block")

// Config are the limits of a kernel.
type Config struct {
	// MaxFiles is the number of descriptors in one table, RLIMIT_NOFILE. Zero
	// means 1024.
	MaxFiles int
	// ModifyBeforeOpen queues the MODIFY of O_TRUNC before OPEN, as Linux did
	// before 6.8 (known, not observed).
	ModifyBeforeOpen bool
	// Sharing makes unlink and rename fail for files that are open, EBUSY for the
	// one that is to be named otherwise and EPERM for one that would be replaced, as
	// on Windows for files opened without FILE_SHARE_DELETE (known, not observed).
	Sharing bool
	// MaxInstances is how many inotify instances there may be at once:
	// /proc/sys/fs/inotify/max_user_instances. Zero means 128, as shipped.
	MaxInstances int
	// MaxWatches is how many watches all instances may have together:
	// /proc/sys/fs/inotify/max_user_watches. Zero means no limit; Linux takes one
	// hundredth of the memory at start-up, 8,192 before version 5.11.
	MaxWatches int
	// Observer is told what calls touch and queue. Nil means nobody is.
	Observer Observer
}

// Kernel is files, descriptors and watches of one machine: a sequential state
// machine without time. Its zero value is not ready; use New.
//
// Data and strings that a kernel returns are valid until Reset.
type Kernel struct {
	cfg Config

	inodes       []inode // slab; index 0 stands for none, here and below
	dentries     []dentry
	descriptions []description
	watches      []watch
	tables       []table
	instances    []instance

	freeInode, freeDentry, freeDescription, freeWatch int32

	serial  uint64       // of the last inode made
	opens   uint64       // serial of the last description made
	cookie  uint32       // of the last rename
	arena   []env.Extent // spliced content lives here until Reset
	marks   int          // watches that are alive
	own     Call         // the call that is running, unless deferred
	split   *Call        // where the steps of calls go, see Defer
	changes Changes
	seen    []inodeNumber // scratch of AppendState
	opened  []int32       // likewise: descriptions
}

// rootDentry is the entry of the directory in which absolute paths start.
const rootDentry = 1

// New makes a kernel with an empty root directory.
func New(cfg Config) *Kernel {
	k := &Kernel{cfg: cfg}
	if k.cfg.MaxFiles == 0 {
		k.cfg.MaxFiles = 1024
	}
	k.Reset()
	return k
}

// Reset empties the kernel and keeps its memory. What it returned before must
// no longer be used.
func (k *Kernel) Reset() {
	clear(k.arena)
	k.arena = k.arena[:0]
	k.inodes = append(k.inodes[:0], inode{})
	k.dentries = append(k.dentries[:0], dentry{})
	k.descriptions = append(k.descriptions[:0], description{})
	k.watches = append(k.watches[:0], watch{})
	k.tables = k.tables[:0]
	k.instances = k.instances[:0]
	k.freeInode, k.freeDentry, k.freeDescription, k.freeWatch = 0, 0, 0, 0
	k.serial, k.opens, k.cookie, k.marks = 0, 0, 0, 0
	k.own.clear()
	k.split = nil

	root := k.newInode(directory, 0o755)
	k.inodes[root].links = 2
	d := k.newDentry("", root, rootDentry)
	k.dentries[d].pins = 1 // for ever
}

// SetInotifyLimits sets Config.MaxInstances and Config.MaxWatches, see there.
func (k *Kernel) SetInotifyLimits(instances, watches int) {
	k.cfg.MaxInstances, k.cfg.MaxWatches = instances, watches
}

// SetSharing sets Config.Sharing, see there.
func (k *Kernel) SetSharing(on bool) { k.cfg.Sharing = on }

// SetObserver replaces the observer; nil means nobody.
func (k *Kernel) SetObserver(o Observer) { k.cfg.Observer = o }
