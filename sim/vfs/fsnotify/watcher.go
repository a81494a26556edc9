package fsnotify

import (
	"errors"
	"path"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Inotify is the part of an env.Watcher that fsnotify controls.
type Inotify interface {
	AddWatch(path string, mask env.WatchMask) (env.WD, error)
	RmWatch(wd env.WD) error
}

// Watcher is the state of a fsnotify.Watcher. The original guards it by a mutex
// that Add, Remove and Handle hold for their whole length.
//
// As in the original there are two tables, which can disagree: by descriptor
// and by path.
type Watcher struct {
	// Noted is told the IDs of rules that take effect, if it is not nil.
	Noted func(rule string)

	inotify Inotify
	byWD    []wdEntry
	byPath  []pathEntry
	cookies [10]cookie // a ring: the last ten MOVED_FROM
	at      int
}

type watch struct {
	wd    env.WD
	flags env.WatchMask
	path  string
}

type wdEntry struct {
	wd env.WD
	w  *watch
}

type pathEntry struct {
	path string
	wd   env.WD
}

type cookie struct {
	cookie uint32
	path   string
}

// New makes a watcher without watches.
func New(inotify Inotify) *Watcher { return &Watcher{inotify: inotify} }

// Add watches the inode that name names now. A second Add of a name asks for
// the inode that it names by then. Of two names of one inode only the first is
// remembered.
func (w *Watcher) Add(name string) error {
	name = path.Clean(name)
	old, had := w.wdOf(name)
	var existing *watch
	flags := Mask
	if had {
		existing = w.watchOf(old)
	}
	if existing != nil {
		flags |= existing.flags | env.InMaskAdd
	}
	wd, err := w.inotify.AddWatch(name, flags)
	if err != nil {
		return err
	}
	upd := w.watchOf(wd)
	switch {
	case upd != nil:
	case existing == nil:
		upd = &watch{wd: wd, flags: flags, path: name}
	default:
		upd = existing
		upd.wd, upd.flags = wd, flags
	}
	w.set(upd)
	if had && upd.wd != old {
		w.dropWD(old)
	}
	return nil
}

// Remove ends the watch of name: records of it that are still unread will be
// swallowed.
func (w *Watcher) Remove(name string) error { return w.remove(path.Clean(name)) }

func (w *Watcher) remove(name string) error {
	wd, ok := w.wdOf(name)
	if !ok {
		return ErrNonExistentWatch
	}
	known := w.watchOf(wd) != nil
	w.dropPath(name)
	w.dropWD(wd)
	if !known {
		return ErrPanic // only after it has forgotten the name: a second call finds nothing
	}
	return w.inotify.RmWatch(wd)
}

// Handle takes one record. An event with Op 0 is none. If there is an error, it
// is sent before the event.
func (w *Watcher) Handle(ev env.WatchEvent) (Event, error) {
	if ev.Mask&env.InQOverflow != 0 {
		return Event{}, ErrEventOverflow
	}
	wa := w.watchOf(ev.WD)
	if wa == nil {
		if ev.Mask&env.InIgnored == 0 {
			w.noted("fsnotify.swallows")
		}
		return Event{}, nil // removed meanwhile
	}
	if ev.Mask&(env.InIgnored|env.InUnmount) != 0 {
		w.drop(wa)
		return Event{}, nil
	}
	name := wa.path
	if ev.Name != "" {
		name += "/" + ev.Name
	}
	if ev.Mask&env.InDeleteSelf != 0 {
		w.drop(wa)
		// The watch of the directory, if there is one, tells of the removal.
		if _, ok := w.wdOf(path.Dir(wa.path)); ok {
			w.noted("fsnotify.no-remove")
			return Event{}, nil
		}
	}
	var err error
	if ev.Mask&env.InMoveSelf != 0 {
		// inotify would follow the inode. Where it went to is unknown.
		w.noted("fsnotify.moved")
		err = w.remove(wa.path)
		if errors.Is(err, ErrNonExistentWatch) {
			err = nil
		}
	}
	return w.event(name, ev), err
}

func (w *Watcher) noted(rule string) {
	if w.Noted != nil {
		w.Noted(rule)
	}
}

// event makes the event of a record and keeps book of renames.
func (w *Watcher) event(name string, ev env.WatchEvent) Event {
	e := Event{Name: name, Op: opOf(ev.Mask)}
	switch {
	case ev.Cookie == 0:
	case ev.Mask&env.InMovedFrom != 0:
		w.cookies[w.at] = cookie{ev.Cookie, name}
		w.at = (w.at + 1) % len(w.cookies)
	case ev.Mask&env.InMovedTo != 0:
		for _, c := range w.cookies {
			if c.cookie == ev.Cookie {
				e.RenamedFrom = c.path
				break
			}
		}
	}
	return e
}

// WatchList is the names that are watched, in the order in which they were
// added; the original has them in no order.
func (w *Watcher) WatchList() []string {
	var names []string
	for _, p := range w.byPath {
		names = append(names, p.path)
	}
	return names
}

func (w *Watcher) wdOf(name string) (env.WD, bool) {
	for i := range w.byPath {
		if w.byPath[i].path == name {
			return w.byPath[i].wd, true
		}
	}
	return 0, false
}

func (w *Watcher) watchOf(wd env.WD) *watch {
	for i := range w.byWD {
		if w.byWD[i].wd == wd {
			return w.byWD[i].w
		}
	}
	return nil
}

func (w *Watcher) set(wa *watch) {
	w.dropWD(wa.wd)
	w.byWD = append(w.byWD, wdEntry{wa.wd, wa})
	for i := range w.byPath {
		if w.byPath[i].path == wa.path {
			w.byPath[i].wd = wa.wd
			return
		}
	}
	w.byPath = append(w.byPath, pathEntry{wa.path, wa.wd})
}

func (w *Watcher) drop(wa *watch) {
	w.dropPath(wa.path)
	w.dropWD(wa.wd)
}

func (w *Watcher) dropPath(name string) {
	for i := range w.byPath {
		if w.byPath[i].path == name {
			w.byPath = append(w.byPath[:i], w.byPath[i+1:]...)
			return
		}
	}
}

func (w *Watcher) dropWD(wd env.WD) {
	for i := range w.byWD {
		if w.byWD[i].wd == wd {
			w.byWD = append(w.byWD[:i], w.byWD[i+1:]...)
			return
		}
	}
}
