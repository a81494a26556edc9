package rdcw

import (
	"path"
	"unicode/utf16"

	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// Action is what a record says.
type Action uint8

// The actions, with the values of FILE_ACTION_*.
const (
	Added Action = iota + 1
	Removed
	Modified
	RenamedOld
	RenamedNew
)

var actionNames = [...]string{Added: "ADDED", Removed: "REMOVED", Modified: "MODIFIED", RenamedOld: "RENAMED_OLD_NAME", RenamedNew: "RENAMED_NEW_NAME"}

func (a Action) String() string { return actionNames[a] }

// Record is a FILE_NOTIFY_INFORMATION. A record without an action is a packet of no
// bytes: the buffer has overflowed. One with the action Gone says that the directory
// itself is gone (ERROR_ACCESS_DENIED).
type Record struct {
	Action Action
	Name   string
}

// Gone is the Action of a read that fails because the directory is no more.
const Gone Action = 255

// BufferSize is the number of bytes of a buffer, as fsnotify sets it.
const BufferSize = 64 << 10

// size is that of a record: 12 bytes, and the name in UTF-16, to a multiple of 4.
func (r Record) size() int {
	n := 12
	for _, c := range r.Name {
		n += 2 * max(utf16.RuneLen(c), 1)
	}
	return (n + 3) &^ 3
}

// Handle is an open directory with a read under way.
type Handle struct {
	inode uint64
	done  []Record // what the read has returned; a read is under way while it is empty
	held  []Record // what has happened since
	bytes int      // of held
	lost  bool     // held has overflowed
}

// Changed is kernel.Changes for one directory. again says whether the close of a
// written file is a change of its own.
func (h *Handle) changed(c kernel.Change, again func() bool) {
	if c.Kind == kernel.Removed && c.Inode == h.inode {
		h.tell(Record{Action: Gone})
		return
	}
	here, there := c.Parent == h.inode, c.Kind == kernel.Moved && c.ToParent == h.inode
	if !here && !there {
		return
	}
	name, to := path.Base(c.Path), path.Base(c.To)
	switch c.Kind {
	case kernel.Made:
		h.tell(Record{Added, name})
	case kernel.Wrote, kernel.Cut:
		if !c.Dir {
			h.tell(Record{Modified, name})
		}
	case kernel.Closed:
		if again() {
			h.tell(Record{Modified, name})
		}
	case kernel.Removed:
		h.tell(Record{Removed, name})
	case kernel.Moved:
		if c.Victim != 0 && there {
			h.tell(Record{Removed, to})
		}
		switch {
		case here && there:
			h.tell(Record{RenamedOld, name})
			h.tell(Record{RenamedNew, to})
		case here: // into another directory it is removed here and added there
			h.tell(Record{Removed, name})
		default:
			h.tell(Record{Added, to})
		}
	case kernel.Touched: // neither names nor the time of the last write
	}
}

// tell returns a record from the read under way, or keeps it for the next.
func (h *Handle) tell(r Record) {
	switch {
	case len(h.done) == 0:
		h.done = append(h.done, r)
	case h.lost:
	case h.bytes+r.size() > BufferSize:
		h.held, h.bytes, h.lost = h.held[:0], 0, true
	default:
		h.held = append(h.held, r)
		h.bytes += r.size()
	}
}

// take appends what the read returned to dst, and starts the next.
func (h *Handle) take(dst []Record) []Record {
	dst = append(dst, h.done...)
	h.done = h.done[:0]
	if h.lost {
		h.done = append(h.done, Record{})
	} else {
		h.done = append(h.done, h.held...)
	}
	h.held, h.bytes, h.lost = h.held[:0], 0, false
	return dst
}
