package vfs

import (
	"errors"
	"path"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/fsevents"
	"github.com/seed-3519b94c/simrun/sim/vfs/fsnotify"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
	"github.com/seed-3519b94c/simrun/sim/vfs/kqueue"
	"github.com/seed-3519b94c/simrun/sim/vfs/rdcw"
)

// newSource makes the state machine of a watcher.
func (f *FS) newSource(fw *FileWatcher, on System) source {
	noted := f.d.rule
	if on == Inotify {
		wt := f.NewWatcher(fw.name, 0)
		s := &inotifySource{fw: fw, wt: wt}
		s.fsn = fsnotify.New(s)
		s.fsn.Noted = noted
		wt.ready = s.queued
		return s
	}
	f.d.k.SetChanges((*observer)(f.d))
	res := f.d.w.Resource(fw.name + " news")
	switch on {
	case Kqueue:
		kq := kqueue.New(looker{f})
		kq.Noted = noted
		s := &kqueueSource{changes: changes{fw, res, kq}, kq: kq}
		f.d.sources = append(f.d.sources, s)
		return s
	case RDCW:
		rd := rdcw.New(looker{f}.stat)
		rd.Noted = noted
		rd.Again = func() bool { return f.d.w.Fault(fw.name + ".again") }
		s := &rdcwSource{changes: changes{fw, res, rd}, rd: rd}
		f.d.sources = append(f.d.sources, s)
		return s
	}
	s := &fseventsSource{fw: fw, res: res, state: fsevents.New(0), actor: f.d.w.Actor(fw.name + ".stream"), label: f.d.w.Label("latency")}
	s.state.Noted = noted
	s.state.Leak = func(string) bool { return f.d.w.Fault(fw.name + ".leak") }
	f.d.sources = append(f.d.sources, s)
	return s
}

// inotifySource is fsnotify on an inotify instance.
type inotifySource struct {
	fw  *FileWatcher
	wt  *Watcher
	fsn *fsnotify.Watcher
}

// queued wakes the reader.
func (s *inotifySource) queued(fate kernel.Fate) {
	if fate == kernel.Merged && s.fw.offered {
		s.fw.d.rule("fsnotify.unbuffered")
	}
	s.fw.wake()
}

// AddWatch and RmWatch are made within the event of who calls.
func (s *inotifySource) AddWatch(path string, mask env.WatchMask) (env.WD, error) {
	return s.wt.watch(path, mask)
}
func (s *inotifySource) RmWatch(wd env.WD) error { return s.wt.d.k.RmWatch(s.wt.instance, wd) }

func (s *inotifySource) add(path string) error    { return s.fsn.Add(path) }
func (s *inotifySource) remove(path string) error { return s.fsn.Remove(path) }
func (s *inotifySource) ready() bool              { return s.wt.d.k.Queued(s.wt.instance) > 0 }
func (s *inotifySource) close()                   { s.wt.d.k.CloseInstance(s.wt.instance) }

func (s *inotifySource) take() int {
	s.wt.buf, _ = s.wt.d.k.ReadEvents(s.wt.instance, fsnotify.BufferSize, s.wt.buf[:0]) // every record fits
	if s.fw.d.w.Recording() {
		s.fw.d.w.Detail("read inotify: %s", DescribeAll(s.wt.buf))
	}
	return len(s.wt.buf)
}

func (s *inotifySource) handle(i int) (out []delivery) {
	e, err := s.fsn.Handle(s.wt.buf[i])
	if err != nil {
		// The overflow is told before the lock is taken, what fails below it while it is held.
		out = append(out, delivery{err: err, locked: !errors.Is(err, fsnotify.ErrEventOverflow)})
	}
	if e.Op != 0 {
		out = append(out, delivery{ev: env.FileEvent{Name: e.Name, Op: env.FileOp(e.Op), RenamedFrom: e.RenamedFrom}})
	}
	return out
}

// looker is how back ends look at the disk, within the event of who looks.
type looker struct{ f *FS }

func (l looker) Lstat(path string) (kqueue.Info, error) {
	st, err := l.f.d.k.Lstat(l.f.table, path)
	return kqueue.Info{Inode: st.Inode, Dir: st.Dir, Symlink: st.Symlink}, err
}

func (l looker) Readlink(path string) (string, error)  { return l.f.d.k.Readlink(l.f.table, path) }
func (l looker) ReadDir(path string) ([]string, error) { return l.f.d.k.List(l.f.table, path, nil) }

func (l looker) stat(path string) (env.Stat, error) {
	st, err := l.f.d.k.Stat(l.f.table, path)
	return st.Stat, err
}

// changes is what the sources of fsnotify have in common that are made of changes: a
// state machine, and the resource that it is.
type changes struct {
	fw    *FileWatcher
	res   sim.Resource
	state interface {
		Changed(c kernel.Change)
		Add(path string) error
		Remove(path string) error
		Ready() bool
		AppendState(dst []byte) []byte
	}
}

func (s *changes) changed(c kernel.Change) {
	s.fw.d.w.Write(s.res)
	s.state.Changed(c)
	if s.state.Ready() {
		s.fw.wake()
	}
}

func (s *changes) add(path string) error {
	s.fw.d.w.Write(s.res)
	return s.state.Add(path)
}

func (s *changes) remove(path string) error {
	s.fw.d.w.Write(s.res)
	return s.state.Remove(path)
}

func (s *changes) ready() bool {
	s.fw.d.w.Read(s.res)
	return s.state.Ready()
}

// close wakes the reader, as news does: who comes first makes a difference.
func (s *changes) close() { s.fw.d.w.Write(s.res) }

func (s *changes) appendState(dst []byte) []byte { return s.state.AppendState(dst) }

// kqueueSource is fsnotify on kqueue.
type kqueueSource struct {
	changes
	kq    *kqueue.Watcher // the state
	notes []kqueue.Note
}

func (s *kqueueSource) changed(c kernel.Change) {
	s.changes.changed(c)
	if s.kq.Merged() {
		s.fw.d.rule("kqueue.gathers")
	}
}

func (s *kqueueSource) take() int {
	s.fw.d.w.Write(s.res)
	s.notes = s.kq.Read(func(n int) int {
		i := 0
		for i < n-1 && s.fw.d.w.Fault(s.fw.name+".overtake") {
			i++
		}
		if i > 0 {
			s.fw.d.rule("kqueue.order")
		}
		return i
	})
	return len(s.notes)
}

func (s *kqueueSource) handle(i int) []delivery {
	s.fw.d.w.Write(s.res)
	events, err := s.kq.Handle(s.notes[i])
	return deliveries(events, err)
}

func deliveries(events []env.FileEvent, err error) (out []delivery) {
	for _, ev := range events {
		out = append(out, delivery{ev: ev})
	}
	if err != nil {
		out = append(out, delivery{err: err})
	}
	return out
}

// rdcwSource is fsnotify on ReadDirectoryChangesW.
type rdcwSource struct {
	changes
	rd *rdcw.Watcher // the state
}

func (s *rdcwSource) take() int {
	s.fw.d.w.Write(s.res)
	return s.rd.Take()
}

func (s *rdcwSource) handle(i int) []delivery {
	s.fw.d.w.Write(s.res)
	return deliveries(s.rd.Handle(i))
}

// fseventsSource is a stream of FSEvents in the terms of fsnotify.
type fseventsSource struct {
	fw      *FileWatcher
	res     sim.Resource
	state   *fsevents.Stream
	actor   *sim.Proc
	label   sim.Label
	waiting bool // the latency has begun
	over    bool // it is over
	batch   []fsevents.Event
}

func (s *fseventsSource) changed(c kernel.Change) {
	s.fw.d.w.Write(s.res)
	s.state.Changed(c)
	if s.state.Ready() && !s.waiting && !s.over {
		s.waiting = true
		s.actor.After(s.label, s.actor.Window(s.label), s, 0)
	}
}

// Fire is the end of the latency.
func (s *fseventsSource) Fire(w *sim.World, _ int64) {
	w.Write(s.res)
	s.waiting, s.over = false, true
	s.fw.wake()
}

func (s *fseventsSource) add(name string) error {
	s.fw.d.w.Write(s.res)
	s.state.Add(path.Clean(name))
	return nil
}

func (s *fseventsSource) remove(name string) error {
	s.fw.d.w.Write(s.res)
	if !s.state.Remove(name) {
		return fsnotify.ErrNonExistentWatch
	}
	return nil
}

func (s *fseventsSource) ready() bool {
	s.fw.d.w.Read(s.res)
	return s.over
}

func (s *fseventsSource) take() int {
	s.fw.d.w.Write(s.res)
	s.over = false
	s.batch = s.state.Flush()
	return len(s.batch)
}

func (s *fseventsSource) handle(i int) []delivery {
	if e := s.batch[i]; e.Flags&fsevents.MustScanSubDirs != 0 {
		return deliveries(nil, fsnotify.ErrEventOverflow)
	}
	return deliveries([]env.FileEvent{s.batch[i].FileEvent()}, nil)
}

func (s *fseventsSource) close() { s.fw.d.w.Write(s.res) }
