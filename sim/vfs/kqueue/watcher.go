package kqueue

import (
	"errors"
	"path"
	"slices"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/fsnotify"
)

// Info is what lstat(2) tells.
type Info struct {
	Inode   uint64
	Dir     bool
	Symlink bool
}

// Files is how the watcher looks at the disk.
type Files interface {
	Lstat(path string) (Info, error)
	Readlink(path string) (string, error)
	// ReadDir lists names, in any order: it is os.ReadDir that sorts them.
	ReadDir(path string) ([]string, error)
}

// Watcher is the state of a fsnotify.Watcher.
type Watcher struct {
	Queue
	// Noted is told the IDs of rules that take effect, if it is not nil.
	Noted func(rule string)

	files   Files
	watches []watch // in the order in which they were added
	seen    []string
	byUser  []string
}

type watch struct {
	fd       int
	name     string // what is open
	linkName string // the symbolic link that was added for it
	isDir    bool
	dirFlags Flags // what is asked for, of a directory
}

// New makes a watcher without watches.
func New(files Files) *Watcher { return &Watcher{files: files} }

// Add watches a file, or a directory with all that is in it. It follows a symbolic
// link, and tells of it by the link's name.
func (w *Watcher) Add(name string) error {
	if err := w.addWatch(name, all, false); err != nil {
		return err
	}
	if !slices.Contains(w.byUser, name) {
		w.byUser = append(w.byUser, name)
	}
	return nil
}

// Remove ends a watch: of a directory, also of those in it that were not added by
// themselves.
func (w *Watcher) Remove(name string) error {
	name = path.Clean(name)
	wa := w.byPath(name)
	if wa == nil {
		return fsnotify.ErrNonExistentWatch
	}
	dir := wa.isDir
	w.drop(name)
	if !dir {
		return nil
	}
	var inside []string
	for i := range w.watches {
		if n := w.watches[i].name; path.Dir(n) == name && !slices.Contains(w.byUser, n) {
			inside = append(inside, n)
		}
	}
	for _, n := range inside {
		_ = w.Remove(n) // it is there
	}
	return nil
}

func (w *Watcher) drop(name string) {
	for i := range w.watches {
		if w.watches[i].name == name {
			w.Close(w.watches[i].fd)
			w.watches = append(w.watches[:i], w.watches[i+1:]...)
			break
		}
	}
	forget(&w.byUser, name)
	forget(&w.seen, name)
}

// addWatch opens a file and asks for notes of it. inside says that the name comes from
// a listing: then a symbolic link is not followed, but what it leads to is opened.
func (w *Watcher) addWatch(name string, flags Flags, inside bool) error {
	name = path.Clean(name)
	wa := w.byPath(name)
	known := wa != nil
	if !known {
		fresh, err := w.open(name, inside)
		if err != nil || fresh.name == "" {
			return err
		}
		fresh.fd = w.Open(fresh.inode, flags)
		w.watches = append(w.watches, fresh.watch)
		wa = &w.watches[len(w.watches)-1]
	}
	w.Want(wa.fd, flags)
	if !wa.isDir {
		return nil
	}
	list := flags&Wrote != 0 && (!known || wa.dirFlags&Wrote == 0)
	wa.dirFlags = flags
	if !list {
		return nil
	}
	dir := wa.name
	if wa.linkName != "" {
		dir = wa.linkName
	}
	return w.watchEntries(dir)
}

type opened struct {
	watch
	inode uint64
}

// open finds what a name stands for; without a name if that is watched already.
func (w *Watcher) open(name string, inside bool) (o opened, err error) {
	fi, err := w.files.Lstat(name)
	if err != nil {
		return o, err
	}
	if fi.Symlink {
		link, err := w.files.Readlink(name)
		if err != nil {
			return o, err
		}
		if !path.IsAbs(link) {
			link = path.Join(path.Dir(name), link)
		}
		if !inside {
			if w.byPath(link) != nil {
				w.seen = append(w.seen, name)
				return o, nil
			}
			o.linkName, name = name, link
		}
		if fi, err = w.files.Lstat(link); err != nil {
			return opened{}, err
		}
	}
	o.name, o.isDir, o.inode = name, fi.Dir, fi.Inode
	return o, nil
}

// watchEntries opens everything in a directory.
func (w *Watcher) watchEntries(dir string) error {
	names, err := w.list(dir)
	if err != nil {
		return err
	}
	for _, n := range names {
		p := path.Join(dir, n)
		if err := w.watchEntry(p); err != nil && !errors.Is(err, env.ENOENT) {
			return err
		}
		w.see(p)
	}
	return nil
}

// watchEntry watches a name from a listing: a directory only for its end.
func (w *Watcher) watchEntry(name string) error {
	fi, err := w.files.Lstat(name)
	if err != nil {
		return err
	}
	flags := all
	if fi.Dir {
		flags = Delete | Rename
		if wa := w.byPath(path.Clean(name)); wa != nil {
			flags |= wa.dirFlags
		}
	}
	return w.addWatch(name, flags, true)
}

func (w *Watcher) list(dir string) ([]string, error) {
	names, err := w.files.ReadDir(dir)
	names = slices.Clone(names)
	slices.Sort(names)
	return names, err
}

// Handle takes one note and returns the events that follow, and an error to be sent
// after them.
func (w *Watcher) Handle(n Note) (events []env.FileEvent, err error) {
	wa := watch{}
	if at := slices.IndexFunc(w.watches, func(x watch) bool { return x.fd == n.FD }); at >= 0 {
		wa = w.watches[at]
	} else {
		w.noted("kqueue.nameless") // closed meanwhile: fsnotify does not notice
	}
	ev := event(&wa, n.Flags)
	gone := ev.Op&env.FileRemove != 0
	if gone || ev.Op&env.FileRename != 0 {
		w.drop(ev.Name)
	}
	if wa.isDir && ev.Op&env.FileWrite != 0 && !gone {
		return w.scan(ev.Name), nil // its error is dropped
	}
	if ev.Op != 0 {
		events = append(events, ev)
	}
	if gone && !wa.isDir {
		name := path.Clean(ev.Name)
		if _, failed := w.files.Lstat(name); failed == nil {
			w.noted("kqueue.again")
			events, err = w.createIfNew(name, events)
		}
	}
	return events, err
}

// event translates flags. Who is gone was not written.
func event(wa *watch, f Flags) env.FileEvent {
	ev := env.FileEvent{Name: wa.name}
	if wa.linkName != "" {
		ev.Name = wa.linkName
	}
	for _, t := range [...]struct {
		flag Flags
		op   env.FileOp
	}{{Delete, env.FileRemove}, {Wrote, env.FileWrite}, {Rename, env.FileRename}, {Attrib, env.FileChmod}} {
		if f&t.flag != 0 {
			ev.Op |= t.op
		}
	}
	if ev.Op&env.FileRemove != 0 {
		ev.Op &^= env.FileWrite
	}
	return ev
}

// scan lists a directory and makes events of names that were not there before. It
// ends at the first that is gone again.
func (w *Watcher) scan(dir string) (events []env.FileEvent) {
	names, err := w.list(dir)
	if err != nil {
		return nil
	}
	for _, n := range names {
		if events, err = w.createIfNew(path.Join(dir, n), events); err != nil {
			return events
		}
	}
	return events
}

func (w *Watcher) createIfNew(name string, events []env.FileEvent) ([]env.FileEvent, error) {
	if !slices.Contains(w.seen, name) {
		w.noted("kqueue.scan")
		events = append(events, env.FileEvent{Name: name, Op: env.FileCreate})
	}
	if err := w.watchEntry(name); err != nil {
		return events, err
	}
	w.see(name)
	return events, nil
}

// WatchList is the names that were added, in that order.
func (w *Watcher) WatchList() []string { return slices.Clone(w.byUser) }

func (w *Watcher) byPath(name string) *watch {
	for i := range w.watches {
		if w.watches[i].name == name {
			return &w.watches[i]
		}
	}
	return nil
}

func (w *Watcher) see(name string) {
	if !slices.Contains(w.seen, name) {
		w.seen = append(w.seen, name)
	}
}

func (w *Watcher) noted(rule string) {
	if w.Noted != nil {
		w.Noted(rule)
	}
}

func forget(list *[]string, name string) {
	*list = slices.DeleteFunc(*list, func(n string) bool { return n == name })
}
