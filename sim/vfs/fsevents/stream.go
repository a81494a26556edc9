package fsevents

import (
	"path"
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// Flags say what happened to a path.
type Flags uint8

// The flags that matter of kFSEventStreamEventFlag*.
const (
	Created Flags = 1 << iota
	Removed
	Renamed
	Modified
	InodeMetaMod
	MustScanSubDirs // with UserDropped or KernelDropped: look at everything below
)

var flagNames = [...]string{"Created", "Removed", "Renamed", "Modified", "InodeMetaMod", "MustScanSubDirs"}

// String is the names of the flags, joined by "|".
func (f Flags) String() string {
	var parts []string
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, "|")
}

// Event is one delivery.
type Event struct {
	Path  string
	Flags Flags
}

// FileEvent is the event in the terms of fsnotify; without operations if it says that
// details were dropped.
func (e Event) FileEvent() env.FileEvent {
	ev := env.FileEvent{Name: e.Path}
	for _, t := range [...]struct {
		flag Flags
		op   env.FileOp
	}{
		{Created, env.FileCreate}, {Removed, env.FileRemove}, {Renamed, env.FileRename},
		{Modified, env.FileWrite}, {InodeMetaMod, env.FileChmod},
	} {
		if e.Flags&t.flag != 0 {
			ev.Op |= t.op
		}
	}
	return ev
}

// DefaultLimit is how many paths may be pending if New is given 0. The real limit is
// not documented.
const DefaultLimit = 4096

// Stream is a stream of file events (kFSEventStreamCreateFlagFileEvents).
type Stream struct {
	// Leak says whether flags of earlier changes of a path are delivered again; nil:
	// never.
	Leak func(path string) bool
	// Noted is told the IDs of rules that take effect, if it is not nil.
	Noted func(rule string)

	limit   int
	roots   []root
	pending []Event
	history []Event // what happened before, delivered or not: the newest last
	dropped bool
}

// root is a path that is watched, as it was given and from the root of the disk.
type root struct{ given, full string }

// New makes a stream of no paths. limit is how many paths may be pending at once; zero
// means DefaultLimit.
func New(limit int) *Stream {
	if limit == 0 {
		limit = DefaultLimit
	}
	return &Stream{limit: limit}
}

// Add watches a path and everything below it, whether it is there or not.
func (s *Stream) Add(name string) {
	given := path.Clean(name)
	s.roots = append(s.roots, root{given, path.Join("/", given)})
}

// Remove ends the watch of a path, and reports whether there was one.
func (s *Stream) Remove(name string) bool {
	n := len(s.roots)
	s.roots = slices.DeleteFunc(s.roots, func(r root) bool { return r.given == path.Clean(name) })
	return len(s.roots) < n
}

// maxHistory is how many paths are remembered.
const maxHistory = 64

// Changed is kernel.Changes.
func (s *Stream) Changed(c kernel.Change) {
	switch c.Kind {
	case kernel.Made:
		s.tell(c.Path, Created)
	case kernel.Wrote, kernel.Cut:
		s.tell(c.Path, Modified)
	case kernel.Touched:
		s.tell(c.Path, InodeMetaMod)
	case kernel.Removed:
		s.tell(c.Path, Removed)
	case kernel.Moved:
		s.tell(c.Path, Renamed)
		s.tell(c.To, Renamed)
	case kernel.Closed: // not told
	}
}

// tell adds flags to a path. It remembers also what nobody watches: a stream that is
// started later may be told.
func (s *Stream) tell(full string, f Flags) {
	name, ok := s.named(full)
	if !ok {
		s.remember(full, f)
		return
	}
	if s.dropped {
		return
	}
	for i := range s.pending {
		if p := &s.pending[i]; p.Path == name {
			p.Flags |= f
			s.noted("fsevents.gathers")
			return
		}
	}
	if len(s.pending) >= s.limit {
		s.dropped = true
		s.pending = s.pending[:0]
		s.noted("fsevents.dropped")
		return
	}
	s.pending = append(s.pending, Event{name, f})
}

func (s *Stream) remember(full string, f Flags) {
	for i := range s.history {
		if s.history[i].Path == full {
			s.history[i].Flags |= f
			return
		}
	}
	if len(s.history) == maxHistory {
		s.history = append(s.history[:0], s.history[1:]...)
	}
	s.history = append(s.history, Event{full, f})
}

// named is a path as the user calls it.
func (s *Stream) named(full string) (string, bool) {
	for _, r := range s.roots {
		switch {
		case full == r.full:
			return r.given, true
		case r.full == "/":
			return path.Join(r.given, full), true
		case strings.HasPrefix(full, r.full+"/"):
			return r.given + full[len(r.full):], true
		}
	}
	return "", false
}

// Ready reports whether something is pending.
func (s *Stream) Ready() bool { return s.dropped || len(s.pending) > 0 }

// Flush delivers what is pending, in the order in which the paths were first changed.
func (s *Stream) Flush() []Event {
	if s.dropped {
		s.dropped = false
		var out []Event
		for _, r := range s.roots {
			out = append(out, Event{r.given, MustScanSubDirs})
		}
		return out
	}
	out := slices.Clone(s.pending)
	s.pending = s.pending[:0]
	for i := range out {
		e := &out[i]
		full, fresh := s.fullOf(e.Path), e.Flags
		for _, h := range s.history {
			if h.Path == full && h.Flags&^fresh != 0 && s.Leak != nil && s.Leak(e.Path) {
				e.Flags |= h.Flags
				s.noted("fsevents.history")
			}
		}
		s.remember(full, fresh)
	}
	return out
}

func (s *Stream) fullOf(name string) string { return path.Join("/", name) }

func (s *Stream) noted(rule string) {
	if s.Noted != nil {
		s.Noted(rule)
	}
}
