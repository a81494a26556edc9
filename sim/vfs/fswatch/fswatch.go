package fswatch

import (
	"path"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Mask is what libuv asks inotify for.
const Mask = env.InAttrib | env.InCreate | env.InModify | env.InDelete |
	env.InDeleteSelf | env.InMoveSelf | env.InMovedFrom | env.InMovedTo

// BufferSize is the size of the buffer that libuv reads into, again and again
// until the queue is empty.
const BufferSize = 4096

// Inotify is the part of an env.Watcher that fs.watch controls.
type Inotify interface {
	AddWatch(path string, mask env.WatchMask) (env.WD, error)
	RmWatch(wd env.WD) error
}

// Type is what a listener is told.
type Type uint8

// The types of events.
const (
	Change Type = iota // the record has no bits but MODIFY and ATTRIB
	Rename             // anything else, even for what is no rename
)

func (t Type) String() string {
	if t == Change {
		return "change"
	}
	return "rename"
}

// Handle names one fs.watch.
type Handle int

// Event is one call of a listener.
type Event struct {
	Handle Handle
	Type   Type
	Name   string // the entry, or the last part of the path that is watched
}

// Watcher is the state of all watches of one event loop.
type Watcher struct {
	inotify Inotify
	watches []watch
	last    Handle
}

// watch is what libuv keeps per descriptor. Handles on the same inode share it,
// and with it the path of the first.
type watch struct {
	wd      env.WD
	path    string
	handles []Handle
}

// New makes the state of an event loop without watches.
func New(inotify Inotify) *Watcher { return &Watcher{inotify: inotify} }

// Start is fs.watch(path).
func (w *Watcher) Start(name string) (Handle, error) {
	wd, err := w.inotify.AddWatch(name, Mask)
	if err != nil {
		return 0, err
	}
	w.last++
	for i := range w.watches {
		if w.watches[i].wd == wd {
			w.watches[i].handles = append(w.watches[i].handles, w.last)
			return w.last, nil
		}
	}
	w.watches = append(w.watches, watch{wd: wd, path: name, handles: []Handle{w.last}})
	return w.last, nil
}

// Stop ends one watch. With the last of an inode the kernel's watch goes; that
// this fails for an inode that is gone is ignored, as in libuv.
func (w *Watcher) Stop(h Handle) {
	for i := range w.watches {
		wa := &w.watches[i]
		for j := range wa.handles {
			if wa.handles[j] != h {
				continue
			}
			wa.handles = append(wa.handles[:j], wa.handles[j+1:]...)
			if len(wa.handles) == 0 {
				_ = w.inotify.RmWatch(wa.wd)
				w.watches = append(w.watches[:i], w.watches[i+1:]...)
			}
			return
		}
	}
}

// Ended reports whether a record says that a watch is over, of which listeners are
// told no more than "rename".
func (w *Watcher) Ended(ev env.WatchEvent) bool {
	for i := range w.watches {
		if w.watches[i].wd == ev.WD {
			return ev.Mask&env.InIgnored != 0
		}
	}
	return false
}

// Handle takes one record and appends the calls of listeners that follow from it
// to dst. Records of unknown descriptors, Q_OVERFLOW among them, are dropped.
func (w *Watcher) Handle(ev env.WatchEvent, dst []Event) []Event {
	for i := range w.watches {
		wa := &w.watches[i]
		if wa.wd != ev.WD {
			continue
		}
		name, typ := ev.Name, Change
		if name == "" {
			name = path.Base(wa.path)
		}
		if ev.Mask&^(env.InAttrib|env.InModify) != 0 {
			typ = Rename
		}
		for _, h := range wa.handles {
			dst = append(dst, Event{Handle: h, Type: typ, Name: name})
		}
	}
	return dst
}
