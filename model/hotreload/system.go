package hotreload

import (
	"math"
	"path"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// System is one process of the runtime: everything its threads share. Each
// thread is one of the Run methods.
type System struct {
	// Deps is the world. It may be replaced between runs, before Reset.
	Deps Deps

	cfg   Config
	probe Probe
	touch Footprints
	dir   string // the entry's directory
	name  string // the entry's name in it

	// Shared by the threads.
	list       []entry // the watch list, under Deps.List
	dirWatched bool
	cached     listing // of the entry's directory
	tombstone  listing // the last listing that was busted
	slots      []slot  // the source maps, under Deps.Maps
	g          uint32  // the generation; the event loop writes, the transpiler reads

	// The watcher's own.
	batch  batch
	events []event
	task   Task  // the request being put together
	marks  []int // entries to evict, as positions in list
	away   bool  // the entry module was renamed or removed; see Platform.AwaitRecreate

	// The event loop's own.
	j          thread
	loads      []*load // reused from run to run
	used       int     // how many of loads this run has started
	promise    *load   // the entry promise is that of this load
	reportedAt uint32  // the generation printed last
	deferred   bool
	reloads    int
	errors     int
	handles    int // open handles of programs
	jobs       int // modules that the transpiler has
	forever    bool
	tasks      []Task
	head       int // of tasks
	timers     []timer
	timerSeq   int
	beforeExit []func()
	text       []byte // of the report being printed
}

// New makes a System for one run of cfg.
func New(cfg Config, deps Deps) *System {
	s := &System{Deps: deps}
	s.Reset(cfg)
	return s
}

// Reset makes the System as New does, and keeps its memory. No thread of an
// earlier run may go on.
func (s *System) Reset(cfg Config) {
	s.cfg = cfg.withDefaults()
	s.probe, s.touch = s.Deps.Probe, s.Deps.Touch
	if s.probe == nil {
		s.probe = NopProbe{}
	}
	if s.touch == nil {
		s.touch = noFootprints{}
	}
	s.dir, s.name = path.Dir(s.cfg.Main), path.Base(s.cfg.Main)

	s.list, s.dirWatched = s.list[:0], false
	// What the directory holds at the start was read before anything was
	// watched, so it has every name that can be loaded until it is read again.
	s.cached, s.tombstone = listing{valid: true, all: true}, listing{}
	clear(s.slots)
	s.slots = s.slots[:0]
	s.g = 0

	s.batch = batch{records: s.batch.records[:0]}
	s.events, s.marks, s.task, s.away = s.events[:0], s.marks[:0], Task{}, false

	s.j = thread{}
	s.used, s.promise = 0, nil
	s.reportedAt = math.MaxUint32 // so that generation 0 counts as not printed
	s.deferred, s.errors, s.handles, s.jobs, s.forever, s.reloads = false, 0, 0, 0, false, 0
	clear(s.tasks)
	s.tasks, s.head = s.tasks[:0], 0
	clear(s.timers)
	s.timers, s.timerSeq = s.timers[:0], 0
	clear(s.beforeExit)
	s.beforeExit = s.beforeExit[:0]
}

// Config is the configuration of the run, with its defaults filled in.
func (s *System) Config() Config { return s.cfg }

// State is what a property may want to know of the event loop and the watch
// list between two events.
type State struct {
	Generation uint32
	Promise    PromiseState
	Evaluating bool // the entry promise is pending, and past the loader
	Printed    bool // the entry promise's error has been printed
	Deferred   bool
	Errors     int
	Timers     int
	Tasks      int // in the event loop's own queue
}

// State is the present state.
func (s *System) State() State {
	st := State{
		Generation: s.g,
		Deferred:   s.deferred,
		Errors:     s.errors,
		Timers:     len(s.timers),
		Tasks:      len(s.tasks) - s.head,
	}
	if p := s.promise; p != nil {
		st.Promise = p.state
		st.Evaluating = p.state == Pending && p.evaluating
		st.Printed = p.state == Rejected && !s.unprinted()
	}
	return st
}

// Watched tells the watch and the descriptor that the watch list has for path.
func (s *System) Watched(path string) (wd env.WD, fd env.FD, ok bool) {
	if i := s.indexOf(path); i >= 0 {
		return s.list[i].wd, s.list[i].fd, true
	}
	return 0, env.NoFD, false
}

// EachWatched calls yield with the path and the watch of every entry of the
// watch list, files and directories, until it returns false.
func (s *System) EachWatched(yield func(path string, wd env.WD) bool) {
	for i := range s.list {
		if !yield(s.list[i].path, s.list[i].wd) {
			return
		}
	}
}

// thread is one thread at work: who it is, and how it sees the world.
type thread struct {
	s   *System
	p   env.Proc
	fs  env.FS
	who Actor
}
