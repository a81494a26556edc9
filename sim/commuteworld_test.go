package sim_test

import (
	"fmt"
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/simclock"
	"github.com/seed-3519b94c/simrun/sim/vfs"
	"github.com/seed-3519b94c/simrun/sim/vfs/fswatch"
	"pgregory.net/rapid"
)

// A busy world is made of every model there is: processes and event loops that call
// into one disk, watch it, and share locks, queues, wakers and numbers. Everything
// that a process gets to see goes into its log.
type busyWorld struct {
	// Timeless worlds never ask the clock, and every order is possible in them.
	timeless bool
	parts    int // of a large write
	procs    []busyProc
	watchers []vfs.System // watcher libraries, each with a reader of its own
	only     []busyDo     // what is done; nil: all but what has to do with clocks
	clocks   bool         // there is a clock of package simclock
	commit   bool         // see simclock.Clock.Commit
}

// busyProc is a plain process or, if loop, a loop that runs code as its script.
type busyProc struct {
	loop  bool
	group int // whose descriptors it uses
	code  []call

	config jsloop.Config // of the loop
}

// call is one thing that a process does. Some hand code to somebody else.
type call struct {
	do           busyDo
	path, other  string
	number, size int // of a descriptor or another thing; of bytes, time
	code         []call
}

type busyDo uint8

const (
	busyOpen busyDo = iota
	busyTruncate
	busyAppend
	busyOpenDir
	busyReadDir
	busyRead
	busyWrite
	busyWriteLarge
	busySeek
	busyFtruncate
	busyFstat
	busyFsync
	busyClose
	busyAccess
	busyRename
	busyUnlink
	busyMkdir
	busyAddWatch
	busyRmWatch
	busyReadWatch
	busyPollWatch
	busyFileAdd
	busyFileRemove
	busyFileNext
	busyFileEvent
	busyFileFailure
	busyFileClose
	busyLocked
	busyPush
	busyPop
	busyTakeAll
	busyWake
	busyPoll
	busyAdd
	busySwap
	busyLoad
	busySleep
	busyPost
	// The rest does nothing outside of loops.
	busyMicrotask
	busyImmediate
	busyOffload
	busyAwait
	busyFSWatch
	busyFSClose
	busyKinds
	// Only where there is time.
	busyTimer
	busyElapsed
	busyTimedKinds
	// Of clocks: what puts something on a shelf, and what works on it.
	busyClockTimer
	busyClockFunc
	busyClockAfter
	busyClockTimeout
	busyClockTicker // asks the clock
	busyClockStop
	busyClockReset
	busyClockRecv
	busyClockTry
	busyClockCancel
	busyClockErr
	busyClockDone
	busyClockSleep
)

// clockKinds is what is done in worlds of clocks.
var clockKinds = []busyDo{
	busyClockTimer, busyClockFunc, busyClockAfter, busyClockTimeout, busyClockTicker,
	busyClockStop, busyClockReset, busyClockRecv, busyClockTry, busyClockCancel, busyClockErr, busyClockDone, busyClockSleep,
	busyOpen, busyRead, busyWrite, busyLocked, busyPush, busyAdd, busyLoad, busyWake, busyPoll, busySleep,
}

// busyWorlds draws busy worlds in which only some things are done; none are all, or those
// that have to do with clocks.
func busyWorlds(only ...busyDo) *rapid.Generator[*busyWorld] {
	return rapid.Custom(func(t *rapid.T) *busyWorld {
		if len(only) == 0 && rapid.IntRange(0, 3).Draw(t, "clocks") == 3 {
			return drawBusyWorld(t, clockKinds)
		}
		return drawBusyWorld(t, only)
	})
}

func drawBusyWorld(t *rapid.T, only []busyDo) *busyWorld {
	b := &busyWorld{timeless: rapid.IntRange(0, 3).Draw(t, "clock") == 0, parts: rapid.IntRange(1, 3).Draw(t, "parts")}
	b.timeless = !b.timeless
	b.only, b.clocks = only, slices.Contains(only, busyClockTimer)
	b.commit = !b.timeless && rapid.Bool().Draw(t, "commit")
	b.watchers = rapid.SliceOfN(rapid.SampledFrom([]vfs.System{
		vfs.Inotify, vfs.Inotify, vfs.Inotify, vfs.Kqueue, vfs.RDCW, vfs.FSEvents}), 0, 2).Draw(t, "watchers")
	for range rapid.IntRange(2, 4).Draw(t, "processes") {
		b.procs = append(b.procs, busyProc{
			loop:  rapid.IntRange(0, 2).Draw(t, "loop") == 2,
			group: rapid.IntRange(0, 1).Draw(t, "group"),
			code:  b.draw(t, 12, 1),
			config: jsloop.Config{
				Flavour: rapid.SampledFrom([]jsloop.Flavour{jsloop.Node, jsloop.Node, jsloop.Bun, jsloop.Browser}).Draw(t, "flavour"),
				Entry:   rapid.SampledFrom([]jsloop.Entry{jsloop.CJS, jsloop.ESM}).Draw(t, "entry"),
			},
		})
	}
	return b
}

// draw draws up to n calls. Calls that hand over code do so depth deep.
func (b *busyWorld) draw(t *rapid.T, n, depth int) []call {
	code := make([]call, rapid.IntRange((n+2)/3, n).Draw(t, "calls"))
	kinds := rapid.SampledFrom(b.kinds())
	paths := rapid.SampledFrom([]string{"a", "b", "d/a", "d/b", "d", "e/a", "e"})
	for i := range code {
		c := &code[i]
		c.do = kinds.Draw(t, "do")
		c.path, c.other = paths.Draw(t, "path"), paths.Draw(t, "other")
		c.number = rapid.IntRange(0, 3).Draw(t, "number")
		c.size = rapid.IntRange(0, 8).Draw(t, "size")
		if depth > 0 {
			switch c.do {
			case busyClockFunc, busyPost, busyMicrotask, busyImmediate, busyOffload, busyAwait, busyTimer, busyFSWatch:
				c.code = b.draw(t, 3, depth-1)
			}
		}
	}
	return code
}

// kinds is what can be done in b.
func (b *busyWorld) kinds() (all []busyDo) {
	for _, do := range b.only {
		if do != busyClockTicker || !b.timeless {
			all = append(all, do)
		}
	}
	if len(all) > 0 {
		return all
	}
	for do := range busyTimedKinds {
		watcher := do >= busyFileAdd && do <= busyFileClose
		if do == busyKinds || do > busyKinds && b.timeless || watcher && len(b.watchers) == 0 {
			continue
		}
		all = append(all, do)
	}
	return all
}

// busyRun is one run of a busy world.
type busyRun struct {
	w        *sim.World
	disk     *vfs.Disk
	groups   [2]*vfs.FS
	watchers [2]*vfs.Watcher
	files    []*vfs.FileWatcher
	mutexes  [2]*sim.Mutex
	queues   [2]*sim.Queue[string]
	wakers   [2]*sim.Waker
	numbers  [2]*sim.Uint32
	actors   []*actor
	loops    []*actor
	clock    *simclock.Clock // if there is one
	shelf    shelf
	shelves  [2]sim.Resource
	parents  [2]sim.Resource
}

// actor is who makes calls: a process with its log.
type actor struct {
	run     *busyRun
	name    string
	p       *sim.Proc
	js      *jsloop.Process
	fs      *vfs.FS
	fsw     *vfs.FSWatch // of a loop
	handles []fswatch.Handle
	log     []byte
	version uint32 // of what it writes, unlike everybody else's
	since   env.Mark

	functions int // that it has handed to AfterFunc
}

// scenario makes a scenario of b. into is filled in anew before every run.
func (b *busyWorld) scenario(into *busyRun) *sim.Scenario {
	s := &sim.Scenario{Name: "busy", Profiles: []*sim.Profile{untimed(), sim.CILoaded()}}
	s.Build = func(w *sim.World) {
		r := into
		*r = busyRun{w: w, disk: vfs.New(w), actors: r.actors[:0], loops: r.loops[:0]}
		r.disk.Parts = b.parts
		r.disk.Mkdir("d")
		r.disk.WriteFile("a", env.Text("first", r.disk.NewVersion()))
		r.disk.WriteFile("d/b", env.Text("second", r.disk.NewVersion()))
		for i := range 2 {
			r.groups[i] = r.disk.Group()
			r.watchers[i] = r.groups[i].NewWatcher(fmt.Sprint("inotify", i), 4*i)
			r.mutexes[i] = w.NewMutex(fmt.Sprint("mutex", i))
			r.queues[i] = sim.NewQueue[string](w, fmt.Sprint("tasks", i))
			r.wakers[i] = w.NewWaker(fmt.Sprint("waker", i))
			r.numbers[i] = w.NewUint32(fmt.Sprint("number", i))
		}
		if b.clocks {
			r.clock = simclock.New(w, "clock")
			r.clock.Commit = b.commit
			for i := range r.shelves {
				r.shelves[i] = w.Resource(fmt.Sprint("shelf", i))
				r.parents[i] = w.Resource(fmt.Sprint("parent", i))
			}
		}
		for i, on := range b.watchers {
			r.files = append(r.files, r.groups[i].NewFileWatcher(fmt.Sprint("files", i), on))
		}
		for i, p := range b.procs {
			r.start(fmt.Sprint("P", i), p)
		}
	}
	return s
}

func (b *busyWorld) observed() (*sim.Scenario, observedRun) {
	r := new(busyRun)
	return b.scenario(r), r
}

func (b *busyWorld) free() bool { return b.timeless }

func (r *busyRun) world() *sim.World { return r.w }

func (r *busyRun) start(name string, b busyProc) {
	a := r.actor(name, r.groups[b.group])
	if !b.loop {
		a.p = r.w.Process(name, func(*sim.Proc) { a.calls(b.code) })
		return
	}
	a.js = jsloop.Start(r.w, name, b.config)
	a.js.Group = 4
	a.p = a.js.Proc()
	r.loops = append(r.loops, a)
	a.fsw = a.fs.NewFSWatch("fswatch of "+name, a.js)
	a.js.Main(func() {
		a.js.Ref() // others may post at any time
		a.calls(b.code)
	})
}

func (r *busyRun) actor(name string, fs *vfs.FS) *actor {
	a := &actor{run: r, name: name, fs: fs, version: 1000 * uint32(len(r.actors)+1)}
	r.actors = append(r.actors, a)
	return a
}

// as makes an actor of what only lives in p, which may be one of many in any order.
func (a *actor) as(p *sim.Proc) *actor {
	a.p, a.version = p, 0
	for _, b := range []byte(a.name) {
		a.version = a.version*31 + uint32(b)
	}
	return a
}

func (a *actor) calls(code []call) {
	for _, c := range code {
		a.note(c.do)
		if !a.file(c) && !a.watch(c) && !a.fileWatch(c) && !a.shared(c) && !a.clocked(c) && a.js != nil {
			a.script(c)
		}
	}
}

// note logs what was called or seen.
func (a *actor) note(results ...any) { a.log = fmt.Appendln(a.log, results...) }

// text is content that only this actor writes.
func (a *actor) text(n int) env.Data {
	a.version++
	return env.Fill(a.name+"!", n*(len(a.name)+1), a.version)
}

// appendState appends all that is shared, and what everybody has seen.
func (r *busyRun) appendState(dst []byte) []byte {
	dst = r.disk.AppendState(dst)
	for _, fw := range r.files {
		dst = fw.AppendState(append(dst, '\n'))
	}
	if r.clock != nil {
		dst = r.clock.AppendState(append(dst, '\n'))
	}
	for _, a := range r.loops {
		dst = a.js.AppendState(append(dst, '\n'))
		dst = a.fsw.AppendState(append(dst, '\n'))
	}
	// Actors of offloaded work come in any order, so what they have seen is summed up.
	var sum uint64
	for _, a := range r.actors {
		h := uint64(14695981039346656037)
		for _, b := range append([]byte(a.name), a.log...) {
			h = (h ^ uint64(b)) * 1099511628211
		}
		sum += h
	}
	return fmt.Append(append(dst, '\n'), sum)
}
