package rdcw

import (
	"path"
	"slices"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/fsnotify"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// Watcher is the state of a fsnotify.Watcher.
type Watcher struct {
	// Again says whether the close of a file that was open for writing gives one more
	// MODIFIED; nil: never.
	Again func() bool
	// Noted is told the IDs of rules that take effect, if it is not nil.
	Noted func(rule string)

	stat    func(path string) (env.Stat, error)
	watches []*watch
	batch   []told
	buf     []Record
}

// watch is a handle with what the user wants to know of its directory.
type watch struct {
	Handle
	path   string
	whole  bool     // the directory was added
	names  []string // files in it that were added
	rename string   // the old name, between the two records of a renaming
}

type told struct {
	w *watch
	r Record
}

// New makes a watcher without watches.
func New(stat func(path string) (env.Stat, error)) *Watcher { return &Watcher{stat: stat} }

// dirOf is the directory whose handle a path needs, and its inode.
func (w *Watcher) dirOf(name string) (string, uint64, error) {
	st, err := w.stat(name)
	if err != nil || st.Dir {
		return name, st.Inode, err
	}
	dir := path.Dir(name)
	st, err = w.stat(dir)
	return dir, st.Inode, err
}

// Add watches a directory, or a name in one. The name must be there.
func (w *Watcher) Add(name string) error {
	name = path.Clean(name)
	dir, inode, err := w.dirOf(name)
	if err != nil {
		return err
	}
	wa := w.find(inode)
	if wa == nil {
		wa = &watch{Handle: Handle{inode: inode}, path: dir}
		w.watches = append(w.watches, wa)
	}
	if dir == name {
		wa.whole = true
	} else if base := path.Base(name); !slices.Contains(wa.names, base) {
		wa.names = append(wa.names, base)
	}
	return nil
}

// Remove ends a watch. What was added must be there: the directory of a name that is
// gone is looked for as if the name were a directory's.
func (w *Watcher) Remove(name string) error {
	name = path.Clean(name)
	dir, inode, err := w.dirOf(name)
	if err != nil {
		return err
	}
	wa := w.find(inode)
	if wa == nil {
		return fsnotify.ErrNonExistentWatch
	}
	if dir == name {
		wa.whole = false
	} else {
		wa.forget(path.Base(name))
	}
	// The read under way is cancelled, and what it returned already still counts.
	w.dropIdle(wa)
	return nil
}

// dropIdle closes the handle of a directory of which nobody wants to know anything.
func (w *Watcher) dropIdle(wa *watch) {
	if !wa.whole && len(wa.names) == 0 {
		w.watches = slices.DeleteFunc(w.watches, func(x *watch) bool { return x == wa })
	}
}

func (w *Watcher) find(inode uint64) *watch {
	for _, wa := range w.watches {
		if wa.inode == inode {
			return wa
		}
	}
	return nil
}

// Changed is kernel.Changes.
func (w *Watcher) Changed(c kernel.Change) {
	for _, wa := range w.watches {
		lost := wa.lost
		wa.changed(c, w.again)
		if wa.lost && !lost {
			w.noted("rdcw.overflow")
		}
	}
}

func (w *Watcher) again() bool {
	if w.Again == nil || !w.Again() {
		return false
	}
	w.noted("rdcw.twice")
	return true
}

// Ready reports whether a read has returned.
func (w *Watcher) Ready() bool {
	return slices.ContainsFunc(w.watches, func(wa *watch) bool { return len(wa.done) > 0 })
}

// Take takes what one read of each handle returned, starts the next, and returns the
// number of records.
func (w *Watcher) Take() int {
	w.batch = w.batch[:0]
	for _, wa := range w.watches {
		if len(wa.done) == 0 {
			continue
		}
		w.buf = wa.take(w.buf[:0])
		for _, r := range w.buf {
			w.batch = append(w.batch, told{wa, r})
		}
	}
	return len(w.batch)
}

// Handle takes record i of the batch and returns the events that follow, or an error.
func (w *Watcher) Handle(i int) (events []env.FileEvent, err error) {
	wa, r := w.batch[i].w, w.batch[i].r
	send := func(name string, op env.FileOp, from string) {
		events = append(events, env.FileEvent{Name: name, Op: op, RenamedFrom: from})
	}
	full := path.Join(wa.path, r.Name)
	named := slices.Contains(wa.names, r.Name)
	switch r.Action {
	case 0:
		return nil, fsnotify.ErrEventOverflow
	case Gone:
		if wa.whole {
			send(wa.path, env.FileRemove, "")
		}
		w.watches = slices.DeleteFunc(w.watches, func(x *watch) bool { return x == wa })
	case Added:
		if wa.whole {
			send(full, env.FileCreate, "")
		}
	case Removed:
		if named {
			w.noted("rdcw.name")
			send(full, env.FileRemove, "")
			wa.forget(r.Name)
		}
		if wa.whole {
			send(full, env.FileRemove, "")
		}
	case Modified:
		if named {
			send(full, env.FileWrite, "")
		}
		if wa.whole {
			send(full, env.FileWrite, "")
		}
	case RenamedOld:
		wa.rename = r.Name
		if wa.whole {
			send(full, env.FileRename, "")
		}
	case RenamedNew:
		w.renamed(wa, r.Name, send)
	}
	return events, nil
}

// renamed handles the second record of a renaming: the watch of a name goes along.
func (w *Watcher) renamed(wa *watch, name string, send func(name string, op env.FileOp, from string)) {
	old, full := path.Join(wa.path, wa.rename), path.Join(wa.path, name)
	followed := slices.Contains(wa.names, wa.rename)
	if followed {
		wa.forget(wa.rename)
		if !slices.Contains(wa.names, name) {
			wa.names = append(wa.names, name)
		}
	}
	if wa.whole {
		send(full, env.FileCreate, old)
	}
	if followed {
		send(old, env.FileRename, "")
	}
}

func (wa *watch) forget(name string) {
	wa.names = slices.DeleteFunc(wa.names, func(n string) bool { return n == name })
}

func (w *Watcher) noted(rule string) {
	if w.Noted != nil {
		w.Noted(rule)
	}
}
