package hotreload

import (
	"path"
	"slices"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// maxMarks is the capacity of the list of entries to evict.
const maxMarks = 8096

// bits are what a record says happened.
type bits uint8

const (
	bitDelete bits = 1 << iota
	bitRename
	bitWrite
	bitMovedTo
)

// event is what happened to one entry of the watch list.
type event struct {
	index int // of the entry
	bits  bits
	names []string // the directory entries concerned
}

// RunWatcher is F, the thread that reads file events and turns them into
// reload requests. It returns only if the watcher is unusable.
func (s *System) RunWatcher(p env.Proc) {
	t := thread{s: s, p: p, fs: s.Deps.WatcherFS, who: Watcher}
	if s.cfg.LateArm {
		p.Step("arm")
		s.forget()
	}
	for {
		records, ok := s.readBatch(p)
		if !ok {
			return
		}
		overflowed := s.decode(records)
		if overflowed && s.cfg.Overflow == OverflowShutdown {
			return
		}
		overflowed = overflowed && s.cfg.Overflow == OverflowReloads
		if len(s.events) > 0 || overflowed {
			t.callback(overflowed)
		}
	}
}

// forget drops what was queued before anybody waited for it.
func (s *System) forget() {
	for s.Deps.Watcher.Poll(0) {
		if _, err := s.Deps.Watcher.Read(inotifyBuffer); err != nil {
			return
		}
	}
}

// decode turns records into events, one for each entry. It looks the list up
// without its lock: an entry that leaves or moves before the callback runs is
// taken for another, and a record whose entry has gone is dropped. It reports
// whether the system says that it dropped records itself.
func (s *System) decode(records []env.WatchEvent) (overflowed bool) {
	s.touch.Reads(ResourceList)
	s.events = s.events[:0]
	for i := range records {
		r := &records[i]
		overflowed = overflowed || r.Mask&env.InQOverflow != 0
		at := s.indexOfWatch(r.WD)
		if at < 0 {
			continue
		}
		s.addEvent(at, bitsOf(r.Mask), r.Name)
	}
	slices.SortStableFunc(s.events, func(a, b event) int { return a.index - b.index })

	// Fold equal entries into the first of them. The list is cut after the last
	// first: folded copies in front of that point stay, and are handled again.
	first := -1
	for i := range s.events {
		if first >= 0 && s.events[first].index == s.events[i].index {
			e := &s.events[first]
			e.bits |= s.events[i].bits
			e.names = append(e.names, s.events[i].names...)
			continue
		}
		first = i
	}
	s.events = s.events[:first+1]
	return overflowed
}

// addEvent appends an event, and reuses the memory of an earlier one's names.
func (s *System) addEvent(index int, b bits, name string) {
	n := len(s.events)
	if n < cap(s.events) {
		s.events = s.events[:n+1]
	} else {
		s.events = append(s.events, event{})
	}
	e := &s.events[n]
	e.index, e.bits, e.names = index, b, e.names[:0]
	if name != "" {
		e.names = append(e.names, name)
	}
}

// bitsOf drops what the callback does not look at: CREATE and IGNORED count
// only by the name that comes with them.
func bitsOf(m env.WatchMask) bits {
	var b bits
	if m&(env.InDeleteSelf|env.InDelete) != 0 {
		b |= bitDelete
	}
	if m&env.InMoveSelf != 0 {
		b |= bitRename
	}
	if m&env.InModify != 0 {
		b |= bitWrite
	}
	if m&env.InMovedTo != 0 {
		b |= bitMovedTo
	}
	return b
}

// callback requests reloads for the events and evicts what is gone. In which
// order it ends is the difference between a loader that may still find a dying
// entry and one that may not.
func (t thread) callback(overflowed bool) {
	s := t.s
	s.Deps.List.Lock()
	t.p.Step("callback")
	s.task.n = 0
	s.marks = s.marks[:0]
	for i := range s.events {
		e := &s.events[i]
		switch {
		case e.index >= len(s.list):
		case s.list[e.index].dir:
			t.directoryEvent(e)
		default:
			t.fileEvent(e)
		}
	}
	if overflowed {
		t.request(HashOf(s.cfg.Main))
	}
	both := s.task.n > 0 && len(s.marks) > 0
	if s.cfg.EvictFirst {
		t.evict()
		if both {
			t.p.Step("between")
		}
		t.publish()
	} else {
		t.publish()
		if both {
			t.p.Step("between")
		}
		t.evict()
	}
	s.Deps.List.Unlock()
}

// fileEvent handles an event of a file's own watch. A rename does not evict:
// on Linux the watch follows the inode.
func (t thread) fileEvent(e *event) {
	s := t.s
	if e.bits&bitDelete != 0 {
		s.mark(e.index)
	}
	if s.cfg.AwaitRecreate && e.bits&(bitDelete|bitRename) != 0 && s.list[e.index].path == s.cfg.Main {
		s.away = true
		return
	}
	if e.bits&(bitDelete|bitRename|bitWrite) != 0 {
		t.request(s.list[e.index].hash)
	}
}

// directoryEvent handles an event of the directory's watch: it busts the
// cached listing, and every file that it names and that has a descriptor is
// requested and evicted, because the descriptor may be of an inode that is no
// longer the file.
func (t thread) directoryEvent(e *event) {
	s := t.s
	s.touch.Writes(ResourceListing)
	if s.cached.valid {
		s.tombstone = s.cached
		s.cached.valid = false
	}
	if (s.cfg.MainRecreate || s.away) && slices.Contains(e.names, s.name) && t.fs.Access(s.cfg.Main) == nil {
		s.away = false
		t.request(HashOf(s.cfg.Main))
	}
	for _, name := range e.names {
		if skipped(name) || !s.tombstone.has(name) {
			continue
		}
		if i := s.indexOfName(name); i >= 0 && s.list[i].fd != env.NoFD {
			t.request(s.list[i].hash)
			s.mark(i)
		}
	}
}

// skipped says whether a directory entry cannot be a module: backups, hidden
// files, and extensions without a loader for code.
func skipped(name string) bool {
	if name == "" || name[0] == '~' || name[0] == '.' {
		return true
	}
	switch path.Ext(name) {
	case ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".json":
		return false
	}
	return true
}

// request adds a file to the request being put together. A request has room
// for eight; the ninth publishes it as it is and opens another.
func (t thread) request(h Hash) {
	task := &t.s.task
	if t.s.cfg.DedupHashes && slices.Contains(task.Hashes(), h) {
		return
	}
	if task.n == maxHashes {
		t.publish()
	}
	task.hashes[task.n] = h
	task.n++
}

// publish hands the request to the event loop. The counter is the only memory
// of a request: the task only makes the loop look at it.
func (t thread) publish() {
	s := t.s
	if s.task.n == 0 {
		return
	}
	s.Deps.Pending.Add(1)
	s.probe.Published(s.task.Hashes())
	s.Deps.Tasks.Push(s.task)
	s.Deps.Loop.Wake()
	s.task.n = 0
}

func (s *System) mark(index int) {
	if len(s.marks) < maxMarks {
		s.marks = append(s.marks, index)
	}
}

// evict removes the marked entries, the last first, so that the others keep
// their positions until they are moved. All descriptors are closed before the
// first entry goes: meanwhile the list has numbers that are free, and that the
// kernel may give to others. The kernel's watches stay.
func (t thread) evict() {
	s := t.s
	slices.Sort(s.marks)
	s.marks = slices.Compact(s.marks)
	for k := len(s.marks) - 1; k >= 0; k-- {
		if fd := s.list[s.marks[k]].fd; fd != env.NoFD {
			err := t.fs.Close(fd)
			s.probe.DescriptorUsed(t.who, fd, CallClose, err)
		}
	}
	for k := len(s.marks) - 1; k >= 0; k-- {
		m, last := s.marks[k], len(s.list)-1
		gone := s.list[m]
		s.touch.Writes(ResourceList)
		s.list[m] = s.list[last]
		if s.cfg.Reregister {
			s.list[m].registered = m
		}
		s.list = s.list[:last]
		s.probe.Evicted(gone.path, gone.wd)
	}
	s.marks = s.marks[:0]
}
