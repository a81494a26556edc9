package kqueue

import "github.com/seed-3519b94c/simrun/sim/vfs/kernel"

// Flags say what happened to a file.
type Flags uint8

// The flags of EVFILT_VNODE that fsnotify asks for. NOTE_EXTEND and NOTE_LINK it
// ignores.
const (
	Delete Flags = 1 << iota // NOTE_DELETE: a name of the file was removed
	Wrote                    // NOTE_WRITE: bytes were written; in a directory, a name came or went
	Attrib                   // NOTE_ATTRIB
	Rename                   // NOTE_RENAME

	all = Delete | Wrote | Attrib | Rename
)

// Note is one kevent: what happened to the file of a descriptor since the last one.
type Note struct {
	FD    int
	Flags Flags
}

// Queue is a kqueue with EV_CLEAR on every descriptor.
type Queue struct {
	knotes []knote
	active []int // descriptors with something to tell, in the order in which that began
	lastFD int
	merged bool // the last change met a note that had not been read
}

type knote struct {
	fd     int
	inode  uint64
	wanted Flags
	fired  Flags
}

// Open registers a new descriptor of a file and returns it.
func (q *Queue) Open(inode uint64, wanted Flags) int {
	q.lastFD++
	q.knotes = append(q.knotes, knote{fd: q.lastFD, inode: inode, wanted: wanted})
	return q.lastFD
}

// Want changes what is asked for.
func (q *Queue) Want(fd int, wanted Flags) {
	for i := range q.knotes {
		if q.knotes[i].fd == fd {
			q.knotes[i].wanted = wanted
		}
	}
}

// Close closes a descriptor: what it had to tell is lost.
func (q *Queue) Close(fd int) {
	for i := range q.knotes {
		if q.knotes[i].fd == fd {
			q.knotes = append(q.knotes[:i], q.knotes[i+1:]...)
			break
		}
	}
	for i, a := range q.active {
		if a == fd {
			q.active = append(q.active[:i], q.active[i+1:]...)
			break
		}
	}
}

// Changed is kernel.Changes. What a call means for a file and for its directories is
// what vop_write_post, vop_rename_post and so on of FreeBSD say: the size that
// truncate sets is an attribute, not a write.
func (q *Queue) Changed(c kernel.Change) {
	q.merged = false
	switch c.Kind {
	case kernel.Made:
		q.fire(c.Parent, Wrote)
	case kernel.Wrote:
		q.fire(c.Inode, Wrote)
	case kernel.Cut, kernel.Touched:
		q.fire(c.Inode, Attrib)
	case kernel.Removed:
		q.fire(c.Parent, Wrote)
		q.fire(c.Inode, Delete)
	case kernel.Moved:
		q.fire(c.Parent, Wrote)
		if c.ToParent != c.Parent {
			q.fire(c.ToParent, Wrote)
		}
		q.fire(c.Inode, Rename)
		if c.Victim != 0 {
			q.fire(c.Victim, Delete)
		}
	case kernel.Closed: // of no interest to EVFILT_VNODE
	}
}

// fire adds flags to the notes of a file.
func (q *Queue) fire(inode uint64, flags Flags) {
	for i := range q.knotes {
		k := &q.knotes[i]
		if k.inode != inode || k.wanted&flags == 0 {
			continue
		}
		if k.fired == 0 {
			q.active = append(q.active, k.fd)
		} else {
			q.merged = true
		}
		k.fired |= k.wanted & flags
	}
}

// Ready reports whether there is a note.
func (q *Queue) Ready() bool { return len(q.active) > 0 }

// Merged reports whether the last change went into a note that was there already.
func (q *Queue) Merged() bool { return q.merged }

// readAtOnce is how many notes fsnotify takes in one call.
const readAtOnce = 10

// Read takes at most ten notes. pick chooses which of n descriptors comes next, 0 for
// the one that has waited longest; nil always does. Nothing promises an order.
func (q *Queue) Read(pick func(n int) int) []Note {
	var out []Note
	for len(q.active) > 0 && len(out) < readAtOnce {
		at := 0
		if pick != nil && len(q.active) > 1 {
			at = pick(len(q.active))
		}
		fd := q.active[at]
		q.active = append(q.active[:at], q.active[at+1:]...)
		for i := range q.knotes {
			if k := &q.knotes[i]; k.fd == fd {
				out = append(out, Note{fd, k.fired})
				k.fired = 0
			}
		}
	}
	return out
}
