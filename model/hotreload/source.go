package hotreload

import (
	"path"

	"github.com/seed-3519b94c/simrun/sim/env"
)

const (
	// firstRead is the size of the buffer on the stack that a file is first
	// read into.
	firstRead = 16384
	// largeSource is the size in bytes from which transpiling a source takes
	// as long as one of 2 MB: steps are then labelled "parse.2m".
	largeSource = 1 << 20
)

// fetch reads, transpiles and watches one module for its load. The event loop
// fetches the entry, the transpiler threads fetch imports.
func (t thread) fetch(m *Module) *Error {
	s := t.s
	t.refreshListing(m.path)
	if s.cfg.WatchBeforeRead {
		t.addFile(m.path, env.NoFD, false)
	}
	data, fd, opened, err := t.readSource(m.path, true)
	if err != nil {
		return s.loadError(m, err)
	}
	t.p.Step(s.parseLabel(data.Len()))
	m.unit = s.Deps.Compile(m.path, data)
	s.probe.Fetched(m.load.gen, m.path, data)
	if !s.cfg.WatchBeforeRead || fd != env.NoFD {
		t.addFile(m.path, fd, opened)
	}
	if m.unit.Err != nil {
		return m.unit.Err
	}
	s.mapsPut(m)
	return nil
}

// refreshListing reads the entry's directory again if the watcher has busted
// its listing. The descriptor is never closed (observed on Bun 1.3.14), so
// each directory event costs one.
func (t thread) refreshListing(file string) {
	s := t.s
	s.touch.Reads(ResourceListing)
	if s.cached.valid || path.Dir(file) != s.dir {
		return
	}
	fd, err := t.fs.Open(s.dir, env.ReadOnly|env.Directory)
	if err != nil {
		return
	}
	s.probe.DescriptorObtained(t.who, fd, s.dir, false)
	names, err := t.fs.ReadDir(fd)
	s.probe.DescriptorUsed(t.who, fd, CallReadDir, err)
	if err != nil {
		return
	}
	s.touch.Writes(ResourceListing)
	s.cached = listing{valid: true, names: names}
}

// readSource reads path to its end. The number of a listed file is borrowed,
// if the list lends numbers: by the time it is used, the watcher may have
// closed it, and the kernel may have given it to something else. A number
// opened here is kept for the list (keep) or closed.
func (t thread) readSource(path string, keep bool) (data env.Data, fd env.FD, opened bool, err error) {
	s := t.s
	fd = t.borrow(path)
	if fd != env.NoFD {
		s.probe.DescriptorObtained(t.who, fd, path, true)
		err = t.fs.Seek(fd, 0)
		s.probe.DescriptorUsed(t.who, fd, CallSeek, err)
	} else {
		fd, err = t.fs.Open(path, env.ReadOnly)
		if opened = err == nil; opened {
			s.probe.DescriptorObtained(t.who, fd, path, false)
		}
	}
	if err == nil {
		data, err = t.readAll(fd)
	}
	s.probe.SourceRead(t.who, path, data, err)
	if opened && (err != nil || !keep || !s.cfg.LendFd) {
		closed := t.fs.Close(fd)
		s.probe.DescriptorUsed(t.who, fd, CallClose, closed)
		fd, opened = env.NoFD, false
	}
	if err != nil {
		return nil, env.NoFD, false, err
	}
	return data, fd, opened, nil
}

// borrow looks up the number that the watch list lends for path, or NoFD. The
// lookup is two reads; without the lock, the entry found by the first may have
// moved or gone at the second, which then gets whatever the memory holds.
func (t thread) borrow(path string) env.FD {
	s := t.s
	if !s.cfg.LendFd {
		return env.NoFD
	}
	if s.cfg.LockedLookup {
		s.Deps.List.Lock()
	}
	s.touch.Reads(ResourceList)
	i, fd := s.indexOf(path), env.NoFD
	if i >= 0 {
		t.p.Step("lookup")
		s.touch.Reads(ResourceList)
		fd = s.list[:cap(s.list)][i].fd
	}
	if s.cfg.LockedLookup {
		s.Deps.List.Unlock()
	}
	return fd
}

// readAll reads fd from its offset to the end: a first buffer, and if that is
// full, the rest by the size of the file with one byte to spare, until a read
// returns nothing (observed on Bun 1.3.14).
func (t thread) readAll(fd env.FD) (env.Data, error) {
	var data env.Data
	room := firstRead
	sized := false
	for {
		d, err := t.fs.Read(fd, room)
		t.s.probe.DescriptorUsed(t.who, fd, CallRead, err)
		if err != nil {
			return nil, err
		}
		n := d.Len()
		if n == 0 {
			return data, nil
		}
		if data == nil {
			data = d
		} else {
			data = data[:len(data):len(data)].Append(d)
		}
		if room -= n; room > 0 {
			continue
		}
		room = firstRead
		if !sized {
			sized = true
			st, err := t.fs.Fstat(fd)
			t.s.probe.DescriptorUsed(t.who, fd, CallFstat, err)
			if err != nil {
				return nil, err
			}
			room = max(int(st.Size)-firstRead, 0) + 1
		}
	}
}

// parseLabel names the step that transpiles size bytes.
func (s *System) parseLabel(size int) string {
	switch {
	case size < largeSource:
		return "parse"
	case s.cfg.Cache == CacheHit:
		return "parse.2m.hit"
	case s.cfg.Cache == CacheMiss:
		return "parse.2m.miss"
	}
	return "parse.2m"
}

// loadError makes the error of a module that could not be read.
func (s *System) loadError(m *Module, err error) *Error {
	errno, _ := err.(env.Errno)
	if errno == env.ENOENT {
		s.probe.ModuleNotFound(m.load.gen, m.path)
		return &Error{Text: `Module not found "` + m.path + `"`, Errno: errno}
	}
	return &Error{Text: err.Error() + ` reading "` + m.path + `"`, Errno: errno}
}
