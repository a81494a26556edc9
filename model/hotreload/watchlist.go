package hotreload

import (
	"path"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// What is watched. The masks are those of Bun's INotifyWatcher; directories
// turned out to be watched for MODIFY as well (observed on Bun 1.3.14).
const (
	fileMask = env.InExclUnlink | env.InMoveSelf | env.InDeleteSelf | env.InMovedTo | env.InModify
	dirMask  = env.InExclUnlink | env.InOnlyDir | env.InCreate | env.InDelete | env.InDeleteSelf |
		env.InMoveSelf | env.InMovedTo | env.InModify
)

// entry is one element of the watch list.
type entry struct {
	path string
	name string // the last element of path
	hash Hash
	fd   env.FD // lent to who reads the file again; or NoFD
	wd   env.WD
	dir  bool
	// registered is the position that the system hands back with records of
	// this entry; see Platform.RegisteredIndex.
	registered int
}

// listing is a cached directory listing.
type listing struct {
	valid bool
	all   bool // knows every name
	names []string
}

func (l *listing) has(name string) bool {
	if l.all {
		return true
	}
	for _, n := range l.names {
		if n == name {
			return true
		}
	}
	return false
}

// indexOf is the position of path in the watch list, or -1.
func (s *System) indexOf(path string) int {
	for i := range s.list {
		if s.list[i].path == path {
			return i
		}
	}
	return -1
}

// indexOfWatch is the position of the entry that has wd, or -1. A registered
// position may be that of another entry by now, or of none.
func (s *System) indexOfWatch(wd env.WD) int {
	for i := range s.list {
		if s.list[i].wd != wd {
			continue
		}
		if s.cfg.RegisteredIndex {
			return s.list[i].registered
		}
		return i
	}
	return -1
}

// indexOfName is the position of the file called name in the entry's
// directory, or -1.
func (s *System) indexOfName(name string) int {
	for i := range s.list {
		e := &s.list[i]
		if !e.dir && e.name == name && len(e.path)-len(name) == len(s.cfg.Main)-len(s.name) &&
			e.path[:len(e.path)-len(name)] == s.cfg.Main[:len(s.cfg.Main)-len(s.name)] {
			return i
		}
	}
	return -1
}

// addFile puts path on the watch list. A listed path only gets its descriptor
// replaced, by a number that was newly opened. An unlisted one is watched by
// path, whatever inode is there by now, and keeps the number that the read
// used, borrowed or not.
func (t thread) addFile(path string, fd env.FD, opened bool) {
	s := t.s
	s.Deps.List.Lock()
	if i := s.indexOf(path); i >= 0 {
		if opened {
			s.touch.Writes(ResourceList)
			s.list[i].fd = fd
		}
		s.Deps.List.Unlock()
		return
	}
	if !s.dirWatched {
		t.addDirectory()
	}
	t.append(entry{path: path, fd: fd}, fileMask)
	s.Deps.List.Unlock()
}

// addDirectory watches the entry's directory; its descriptor stays open.
func (t thread) addDirectory() {
	s := t.s
	fd, err := t.fs.Open(s.dir, env.ReadOnly|env.Directory)
	if err != nil {
		s.probe.WatchFailed(t.who, s.dir, err)
		return
	}
	s.probe.DescriptorObtained(t.who, fd, s.dir, false)
	if !s.cfg.LendFd {
		fd = env.NoFD
	}
	s.dirWatched = t.append(entry{path: s.dir, fd: fd, dir: true}, dirMask)
}

// append watches e's path and, if that works, puts e on the list.
func (t thread) append(e entry, mask env.WatchMask) bool {
	s := t.s
	wd, err := s.Deps.Watcher.AddWatch(e.path, mask)
	if err != nil {
		s.probe.WatchFailed(t.who, e.path, err)
		return false
	}
	e.wd, e.hash, e.name = wd, HashOf(e.path), path.Base(e.path)
	e.registered = len(s.list)
	s.touch.Writes(ResourceList)
	s.list = append(s.list, e)
	s.probe.WatchAdded(t.who, e.path, wd)
	return true
}

// rewatchMain watches the entry module by path if it fell off the list: the
// only repair there is for an entry that was evicted. A missing file is
// ignored; whoever creates it has to be noticed otherwise.
func (s *System) rewatchMain() {
	if !s.cfg.LockedLookup {
		s.touch.Reads(ResourceList)
		if s.indexOf(s.cfg.Main) >= 0 {
			return
		}
	}
	s.j.addFile(s.cfg.Main, env.NoFD, false)
}
