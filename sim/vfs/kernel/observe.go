package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// Observer learns what a kernel does, in the order in which it does it. It must
// not call the kernel.
type Observer interface {
	// Touch reports that the call under way read or wrote r.
	Touch(r Resource, write bool)
	// Queued reports what became of a record.
	Queued(to Instance, ev env.WatchEvent, fate Fate)
	// Unlocked reports that calls on the inode that got ErrBlocked may be tried
	// again.
	Unlocked(inode uint64)
}

// ResourceKind says what a resource is.
type ResourceKind uint8

// The kinds of resources.
const (
	Content     ResourceKind = iota + 1 // bytes and size of the file ID
	Attributes                          // mode, owner, times, link count of inode ID
	Entry                               // what Name is in directory ID
	Listing                             // which names directory ID has
	Watches                             // who watches inode ID
	Number                              // descriptor number Sub in table ID
	Description                         // offset of the open file description of serial ID
	Queue                               // the queue of inotify instance ID
	Descriptors                         // which watch descriptors of instance ID are in use
	WatchCount                          // how many watches there are, if that is limited
	Lock                                // whether a call between its parts holds the lock of inode ID
)

var resourceNames = [...]string{
	Content: "content", Attributes: "attributes", Entry: "entry", Listing: "listing",
	Watches: "watches", Number: "fd", Description: "description", Queue: "queue",
	Descriptors: "wds", WatchCount: "watch count", Lock: "lock",
}

func (k ResourceKind) String() string {
	if int(k) < len(resourceNames) {
		return resourceNames[k]
	}
	return "unknown"
}

// Resource is something that two calls may conflict on. It is comparable.
type Resource struct {
	Kind ResourceKind
	ID   uint64 // inode number, table, serial of a description or instance, as Kind says
	Sub  int    // the number, for Number
	Name string // the entry, for Entry
}

// Fate says what became of a record.
type Fate uint8

// The fates of a record.
const (
	Added      Fate = iota // it is now the last of the queue
	Merged                 // it equals the last record, which stands for both
	Overflowed             // the queue was full: Q_OVERFLOW was added instead
	Lost                   // the queue was full and Q_OVERFLOW was already in it
)

var fateNames = [...]string{"added", "merged", "overflowed", "lost"}

func (f Fate) String() string { return fateNames[f] }

func (k *Kernel) reads(kind ResourceKind, id uint64) {
	if k.cfg.Observer != nil {
		k.cfg.Observer.Touch(Resource{Kind: kind, ID: id}, false)
	}
}

func (k *Kernel) writes(kind ResourceKind, id uint64) {
	if k.cfg.Observer != nil {
		k.cfg.Observer.Touch(Resource{Kind: kind, ID: id}, true)
	}
}

func (k *Kernel) touchEntry(dir int32, name string, write bool) {
	if k.cfg.Observer != nil {
		id := k.inodes[dir].serial
		k.cfg.Observer.Touch(Resource{Kind: Entry, ID: id, Name: name}, write)
		if write {
			k.cfg.Observer.Touch(Resource{Kind: Listing, ID: id}, true)
		}
	}
}

func (k *Kernel) touchNumber(t Table, fd env.FD, write bool) {
	if k.cfg.Observer != nil {
		k.cfg.Observer.Touch(Resource{Kind: Number, ID: uint64(t), Sub: int(fd)}, write)
	}
}
