package kernel

import (
	"encoding/binary"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Call is the rest of a system call whose effect on names and content has
// happened: the records it has yet to queue, and what is left to release. Calls
// run to their end at once unless Defer says otherwise.
type Call struct {
	// InFlight lets others come, in a deferred call, between the moments at which a watch
	// is found to ask for a record, is found to be alive, and has the record queued; and
	// between the IGNORED of a watch and its end. So a record may come behind the IGNORED
	// of its watch (observed, Linux 6.18), and a ONESHOT watch may have several
	// (inotify_handle_inode_event in the kernel; not observed in 8,000 runs).
	InFlight bool

	steps []step
	next  int
}

type stepKind uint8

const (
	tellBoth      stepKind = iota // the directory of dentry, with its name, then the inode
	tellSelf                      // the second half of tellBoth
	tellInode                     // the watches of inode
	tellDir                       // the watches of directory inode, with name
	forgetWatches                 // the watches of inode end
	dropInode
	freeName
	unpinName
	lockInode
	unlockInode
	cutInode // set the size to n
	setMode  // set the mode to n
	touchInode
	catchBoth   // which watches of directory inode, with name, and of dentry are told
	checkRecord // whether the watch n of instance inode is still alive
	checkOnce   // likewise, of a ONESHOT watch
	queueRecord
	queueOnce
	endMark // the watch n of instance inode, whose IGNORED is queued
)

type step struct {
	do     stepKind
	byFile bool // the event comes through an open file: EXCL_UNLINK applies
	mask   env.WatchMask
	cookie uint32
	dentry int32
	inode  int32
	n      int64
	name   string
}

// Progress is what became of a step.
type Progress uint8

// What may become of a step.
const (
	Done    Progress = iota // nothing was left to do
	Stepped                 // something happened that others can see
	Blocked                 // the next step waits for a lock
)

// Defer makes the calls that follow leave their notifications to c: the effect
// on names and content happens at once, what Step does comes later. Locks that
// Linux holds until a notification is out are held likewise. A nil c ends it.
func (k *Kernel) Defer(c *Call) {
	k.split = c
	if c != nil {
		c.clear()
	}
}

// Step lets a deferred call go on until something has happened that others can
// see: a record was queued, a file truncated.
func (k *Kernel) Step(c *Call) Progress {
	for c.next < len(c.steps) {
		s := c.steps[c.next]
		if s.do == lockInode && k.inodes[s.inode].locked {
			return Blocked
		}
		c.next++
		if k.perform(c, s, true) {
			return Stepped
		}
	}
	c.clear()
	return Done
}

// Pending reports whether steps are left.
func (c *Call) Pending() bool { return c.next < len(c.steps) }

// CopyFrom makes c what from is, for use with a copy of its kernel.
func (c *Call) CopyFrom(from *Call) {
	c.steps = append(c.steps[:0], from.steps...)
	c.next, c.InFlight = from.next, from.InFlight
}

// AppendState appends a description of what is left to dst.
func (c *Call) AppendState(dst []byte) []byte {
	for _, s := range c.steps[c.next:] {
		dst = append(dst, byte(s.do))
		dst = binary.AppendUvarint(dst, uint64(s.mask))
		dst = binary.AppendUvarint(dst, uint64(s.dentry))
		dst = binary.AppendUvarint(dst, uint64(s.inode))
		dst = binary.AppendUvarint(dst, uint64(s.n))
		dst = appendText(dst, s.name)
	}
	return append(dst, 0xff)
}

func (c *Call) clear() { c.steps, c.next = c.steps[:0], 0 }

func (c *Call) add(s step) { c.steps = append(c.steps, s) }

// insert puts steps in front of those that are left.
func (c *Call) insert(more ...step) {
	n := len(more)
	left := len(c.steps) - c.next
	c.steps = append(c.steps, more...)
	copy(c.steps[c.next+n:], c.steps[c.next:c.next+left])
	copy(c.steps[c.next:], more)
}

// deferred reports whether others may come before a call is at its end.
func (k *Kernel) deferred(c *Call) bool { return c != &k.own }

// begin returns the call that the operation now starting adds its steps to.
func (k *Kernel) begin() *Call {
	if k.split != nil {
		return k.split
	}
	k.own.clear()
	return &k.own
}

// end runs the call to its end, unless it is deferred.
func (k *Kernel) end(c *Call) {
	if k.deferred(c) {
		return
	}
	for c.next < len(c.steps) {
		s := c.steps[c.next]
		c.next++
		k.perform(c, s, false)
	}
	c.clear()
}

// free reports whether a call may take the locks of these inodes.
func (k *Kernel) free(inodes ...int32) bool {
	for _, in := range inodes {
		if in == 0 {
			continue
		}
		k.reads(Lock, k.inodes[in].serial)
		if k.inodes[in].locked {
			return false
		}
	}
	return true
}

// mayLock reports whether a call that runs at once may take the lock of an
// inode; a deferred one waits for it at its lock step.
func (k *Kernel) mayLock(in int32) bool { return k.split != nil || k.free(in) }

// lock holds an inode until the unlock step of a deferred call. A call that
// runs at once has no need to.
func (k *Kernel) lock(c *Call, in int32) {
	if k.deferred(c) {
		k.inodes[in].locked = true
	}
}

// unlockLater adds the step that releases what lock took.
func (k *Kernel) unlockLater(c *Call, in int32) {
	if k.deferred(c) {
		c.add(step{do: unlockInode, inode: in})
	}
}

func (k *Kernel) unlock(in int32) {
	k.inodes[in].locked = false
	k.unlocked(in)
}

// unlocked tells that calls on an inode that got ErrBlocked may be tried again: the
// inode is unlocked, or an open file of it is no longer busy.
func (k *Kernel) unlocked(in int32) {
	if k.cfg.Observer != nil {
		k.writes(Lock, k.inodes[in].serial)
		k.cfg.Observer.Unlocked(k.inodes[in].serial)
	}
}

// perform does one step and reports whether others can see it. halves asks for
// the directory's record and the inode's own as two steps.
func (k *Kernel) perform(c *Call, s step, halves bool) bool {
	switch s.do {
	case tellBoth:
		if halves {
			return k.tellInHalves(c, s)
		}
		told := k.tellParent(s)
		return k.tell(k.dentries[s.dentry].inode, s, "") || told
	case tellSelf:
		return k.tellOrCatch(c, k.dentries[s.dentry].inode, s, "", halves)
	case tellInode:
		return k.tellOrCatch(c, s.inode, s, "", halves)
	case tellDir:
		return k.tellOrCatch(c, s.inode, s, s.name, halves)
	case catchBoth:
		caught := k.caught(k.caught(nil, s.inode, s, s.name), k.dentries[s.dentry].inode, s, "")
		c.insert(caught...)
		return len(caught) > 0
	case checkRecord, checkOnce:
		if k.markOf(Instance(s.inode), env.WD(s.n)) == 0 {
			return false
		}
		s.do += queueRecord - checkRecord
		c.insert(s)
		return true
	case queueRecord, queueOnce:
		k.queueCaught(c, s)
		return true
	case endMark:
		if w := k.markOf(Instance(s.inode), env.WD(s.n)); w != 0 {
			k.unchain(w)
		}
		return true
	case forgetWatches:
		return k.forgetWatches(s.inode)
	case dropInode:
		k.dropInode(s.inode)
	case freeName:
		k.freeName(c, s.dentry)
	case unpinName:
		k.unpin(c, s.dentry)
	case lockInode:
		k.inodes[s.inode].locked = true
	case unlockInode:
		k.unlock(s.inode)
		return true
	case cutInode:
		k.cut(s.inode, s.n)
		return true
	case touchInode:
		k.writes(Attributes, k.inodes[s.inode].serial)
	case setMode:
		k.writes(Attributes, k.inodes[s.inode].serial)
		k.inodes[s.inode].mode = uint16(s.n) & 0o7777
		return true
	}
	return false
}
