package fsnotify

import (
	"errors"
	"strings"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Op is a set of operations.
type Op uint8

// The operations, with the values of fsnotify.
const (
	Create Op = 1 << iota
	Write
	Remove
	Rename
	Chmod
)

var opNames = [...]string{"CREATE", "WRITE", "REMOVE", "RENAME", "CHMOD"}

// opOrder is the order in which fsnotify prints operations.
var opOrder = [...]int{0, 2, 1, 3, 4}

// String is the operations joined by "|".
func (o Op) String() string {
	if o == 0 {
		return "[no events]"
	}
	var parts []string
	for _, i := range opOrder {
		if o&(1<<i) != 0 {
			parts = append(parts, opNames[i])
		}
	}
	return strings.Join(parts, "|")
}

// Event is what comes out of the Events channel.
type Event struct {
	Name string // the path of the watch, and "/" and the entry if there is one
	Op   Op
	// RenamedFrom is the old name, on a Create whose MOVED_FROM was seen.
	RenamedFrom string
}

// String has the form that fsnotify prints.
func (e Event) String() string {
	s := e.Op.String() + " " + e.Name
	if e.RenamedFrom != "" {
		s += " <- " + e.RenamedFrom
	}
	return s
}

// Errors of fsnotify.
var (
	ErrNonExistentWatch = errors.New("fsnotify: can't remove non-existent watch")
	ErrEventOverflow    = errors.New("fsnotify: queue or buffer overflow")
	// ErrPanic stands for a place where fsnotify v1.10.1 dereferences nil:
	// Remove of a path whose second Add met an inode that was watched under
	// another name.
	ErrPanic = errors.New("fsnotify: nil watch")
)

// Mask is what fsnotify asks inotify for. OPEN, ACCESS and CLOSE_WRITE are not
// in it: that a writer has finished is invisible.
const Mask = env.InCreate | env.InModify | env.InDelete | env.InDeleteSelf |
	env.InMovedTo | env.InMovedFrom | env.InMoveSelf | env.InAttrib

// BufferSize is the size of the buffer it reads into.
const BufferSize = 64 << 10

// opOf translates the mask of a record.
func opOf(mask env.WatchMask) Op {
	var op Op
	if mask&(env.InCreate|env.InMovedTo) != 0 {
		op |= Create
	}
	if mask&(env.InDelete|env.InDeleteSelf) != 0 {
		op |= Remove
	}
	if mask&env.InModify != 0 {
		op |= Write
	}
	if mask&(env.InMoveSelf|env.InMovedFrom) != 0 {
		op |= Rename
	}
	if mask&env.InAttrib != 0 {
		op |= Chmod
	}
	return op
}
