package jsloop

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Tasks is an event loop at the level of tasks: each task, with the microtasks after
// it, is one event of an actor, and takes no time itself; what takes time is what it
// waits for. There are no phases, no polling, and timers are exact: due not before
// their duration has passed, and late by no more than the profile says. For models
// that are specified so; a Process is what a real runtime does. The promises are the
// same.
//
// The events of the actor are `timer`, whose row in the profile (else Timer) says how
// late a timer may be; IO by its label; what was posted by its name; and what comes
// along a Path by the path's.
type Tasks struct {
	loop  Loop
	w     *sim.World
	p     *sim.Proc
	timer sim.Label
	slots []taskToCome
	free  []int32
	stage tasksEnv
	paths []*Path

	// OnUnhandledRejection hears of every rejection that nobody handled by the end of
	// the task in which it happened; OnUncaughtException of what a task threw. Nil: it
	// is ignored, as the pages of browsers do.
	OnUnhandledRejection func(reason error)
	OnUncaughtException  func(reason error)
}

// taskToCome is a task to come.
type taskToCome struct {
	fn    func()
	io    *Promise // fulfilled instead
	path  *Path    // or the oldest message of this
	ref   sim.EventRef
	armed bool
	gen   uint32
}

// StartTasks makes a loop of tasks that is an actor of this name.
func StartTasks(w *sim.World, name string) *Tasks {
	t := sim.Pooled[Tasks](w, name)
	t.w, t.p, t.timer = w, w.Actor(name), w.Label("timer")
	t.OnUnhandledRejection, t.OnUncaughtException = nil, nil
	for i := range t.slots {
		t.slots[i] = taskToCome{gen: t.slots[i].gen}
	}
	t.free = t.free[:0]
	for i := len(t.slots) - 1; i >= 0; i-- {
		t.free = append(t.free, int32(i))
	}
	t.resetLoop()
	t.stage.t = t
	return t
}

// resetLoop makes the loop as new, and keeps its memory.
func (t *Tasks) resetLoop() {
	l := &t.loop
	l.cfg.Flavour, l.pool = Browser, t.w.Coroutines()
	l.cfg.OnUncaughtException = func(reason error, _ Origin) {
		if t.OnUncaughtException != nil {
			t.OnUncaughtException(reason)
		}
	}
	for l.micro.n > 0 {
		l.micro.pop()
	}
	tr := &l.tracker
	tr.pending, tr.opened, tr.handled, tr.toReport = tr.pending[:0], tr.opened[:0], tr.handled[:0], false
}

// Proc is the actor.
func (t *Tasks) Proc() *sim.Proc { return t.p }

// Env is t as logic sees it.
func (t *Tasks) Env() env.Loop { return &t.stage }

// maxMicrotasks bounds those after one task: more is a loop that never runs dry.
const maxMicrotasks = 1_000_000

// Do runs fn as a task now, as a part of the current event.
func (t *Tasks) Do(fn func()) {
	if thrown := call(fn); thrown != nil {
		t.loop.uncaught(thrown, FromException)
	}
	t.checkpoint()
}

// checkpoint is the microtask checkpoint after a task.
func (t *Tasks) checkpoint() {
	l := &t.loop
	for n := 0; l.micro.n > 0; n++ {
		if n == maxMicrotasks {
			t.w.Mistake("loop %q: more than %d microtasks after one task", t.p.Name(), maxMicrotasks)
		}
		l.stepMicrotask()
	}
	tr := &l.tracker
	if !tr.toReport {
		return
	}
	tr.open()
	for _, p := range tr.opened {
		p.tracked = warned
		if t.OnUnhandledRejection != nil {
			t.OnUnhandledRejection(p.reason)
		}
	}
	tr.opened, tr.handled, tr.toReport = tr.opened[:0], tr.handled[:0], false
}

// arm makes a task to come.
func (t *Tasks) arm(l sim.Label, win sim.Window, what taskToCome) int32 {
	var i int32
	if n := len(t.free); n > 0 {
		i = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		i = int32(len(t.slots))
		t.slots = append(t.slots, taskToCome{})
	}
	what.gen, what.armed = t.slots[i].gen+1, true
	what.ref = t.p.After(l, win, t, int64(i))
	t.slots[i] = what
	return i
}

// Fire runs a task.
func (t *Tasks) Fire(_ *sim.World, arg int64) {
	s := t.slots[arg]
	t.drop(int32(arg))
	switch {
	case s.io != nil:
		s.io.resolve(nil)
		t.checkpoint()
	case s.path != nil:
		t.Do(s.path.take())
	default:
		t.Do(s.fn)
	}
}

func (t *Tasks) drop(i int32) {
	t.slots[i] = taskToCome{gen: t.slots[i].gen}
	t.free = append(t.free, i)
}

// Path is a one-way path to a loop, such as a socket. It keeps the order: what was
// sent first arrives first. It has one sender: two have a path each.
type Path struct {
	to     *Tasks
	from   *sim.Proc // nil: nothing has been sent
	name   string
	label  sim.Label
	window sim.Window
	queue  queue[func()]
}

// Path makes a path to t. Its events are called name, and take as long as the profile
// says of that.
func (t *Tasks) Path(name string) *Path { return t.PathFor(name, t.p.Window(t.w.Label(name))) }

// PathFor is Path with a window of the caller's.
func (t *Tasks) PathFor(name string, window sim.Window) *Path {
	for _, p := range t.paths {
		if p.label == t.w.Label(name) {
			p.window, p.to, p.from = window, t, nil
			for p.queue.n > 0 {
				p.queue.pop()
			}
			return p
		}
	}
	p := &Path{to: t, name: name, label: t.w.Label(name), window: window}
	t.paths = append(t.paths, p)
	return p
}

// Send lets fn run as a task of the loop at the other end. Whichever of the messages
// under way is next to arrive, what arrives is the oldest: with one window for all
// that gives each timing that keeps the order, and no other.
func (p *Path) Send(fn func()) {
	from := p.to.w.Caller()
	if p.from == nil {
		p.from = from
	}
	if from != p.from { // who is first would leave no footprint
		p.to.w.Mistake("path %q to loop %q: %q sends along it, and %q did before: a path has one sender", p.name, p.to.p.Name(), from.Name(), p.from.Name())
	}
	p.queue.push(fn)
	p.to.arm(p.label, p.window, taskToCome{path: p})
}

func (p *Path) take() func() { return p.queue.pop() }

// tasksEnv is a Tasks as an env.Loop.
type tasksEnv struct{ t *Tasks }

// Async implements env.Loop.
func (l *tasksEnv) Async(body func(a env.Async) (any, error)) env.Promise {
	return (*envPromise)(l.t.loop.begin(&Async{logic: body}))
}

// NewPromise implements env.Loop.
func (l *tasksEnv) NewPromise() (env.Promise, func(any), func(error)) {
	p, resolve, reject := l.t.loop.WithResolvers()
	return (*envPromise)(p), resolve, reject
}

// Resolve implements env.Loop.
func (l *tasksEnv) Resolve(v any) env.Promise { return (*envPromise)(l.t.loop.Resolve(v)) }

// Reject implements env.Loop.
func (l *tasksEnv) Reject(reason error) env.Promise { return (*envPromise)(l.t.loop.Reject(reason)) }

// All implements env.Loop.
func (l *tasksEnv) All(vs ...any) env.Promise { return (*envPromise)(l.t.loop.All(vs...)) }

// Race implements env.Loop.
func (l *tasksEnv) Race(vs ...any) env.Promise { return (*envPromise)(l.t.loop.Race(vs...)) }

// QueueMicrotask implements env.Loop.
func (l *tasksEnv) QueueMicrotask(fn func()) { l.t.loop.QueueMicrotask(fn) }

// NextTick implements env.Loop: like browsers, a loop of tasks has none, and throws.
func (l *tasksEnv) NextTick(fn func()) { l.t.loop.NextTick(fn) }

// SetTimeout implements env.Loop. Zero takes only the timer's lateness.
func (l *tasksEnv) SetTimeout(fn func(), d time.Duration) env.LoopTimer {
	t := l.t
	i := t.arm(t.timer, t.lateness().Plus(max(d, 0)), taskToCome{fn: fn})
	return taskTimer{t, i, t.slots[i].gen}
}

// lateness is how late a timer may be.
func (t *Tasks) lateness() sim.Window {
	if win := t.p.Window(t.timer); win != t.w.Profile().Step {
		return win
	}
	return t.w.Profile().Timer
}

// SetInterval implements env.Loop.
func (l *tasksEnv) SetInterval(fn func(), d time.Duration) env.LoopTimer {
	r := &repeating{l: l, fn: fn, d: d}
	r.next()
	return r
}

// IO implements env.Loop: one event, called label.
func (l *tasksEnv) IO(label string) env.Promise {
	t := l.t
	p := &Promise{loop: &t.loop}
	at := t.w.Label(label)
	t.arm(at, t.p.Window(at), taskToCome{io: p})
	return (*envPromise)(p)
}

// Post implements env.Loop.
func (l *tasksEnv) Post(name string, fn func()) {
	at := l.t.w.Label(name)
	l.t.arm(at, l.t.p.Window(at), taskToCome{fn: fn})
}

// Ref implements env.Loop: a loop of tasks does not end.
func (l *tasksEnv) Ref() {}

// Release implements env.Loop.
func (l *tasksEnv) Release() {}

// Throw implements env.Loop.
func (l *tasksEnv) Throw(reason error) { Throw(reason) }

// taskTimer is an env.LoopTimer.
type taskTimer struct {
	t   *Tasks
	i   int32
	gen uint32
}

// Clear implements env.LoopTimer.
func (h taskTimer) Clear() {
	if s := &h.t.slots[h.i]; s.gen == h.gen && s.armed {
		h.t.w.Cancel(s.ref)
		h.t.drop(h.i)
	}
}

// Unref implements env.LoopTimer: the timer does not count as activity.
func (h taskTimer) Unref() {
	if s := &h.t.slots[h.i]; s.gen == h.gen && s.armed {
		h.t.w.SetActivity(s.ref, false)
	}
}

// repeating is an interval.
type repeating struct {
	l       *tasksEnv
	fn      func()
	d       time.Duration
	timer   env.LoopTimer
	cleared bool
	unref   bool
}

func (r *repeating) next() {
	r.timer = r.l.SetTimeout(func() {
		defer func() {
			if !r.cleared {
				r.next()
			}
		}()
		r.fn()
	}, r.d)
	if r.unref {
		r.timer.Unref()
	}
}

// Clear implements env.LoopTimer.
func (r *repeating) Clear() {
	r.cleared = true
	r.timer.Clear()
}

// Unref implements env.LoopTimer.
func (r *repeating) Unref() {
	r.unref = true
	r.timer.Unref()
}
