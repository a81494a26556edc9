package hotreload

import (
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// world is a small deterministic world for these tests: one process runs at a
// time, and the test says which. It keeps a log of what happened.
type world struct {
	t     *testing.T
	now   time.Duration
	cur   *proc
	procs []*proc
	log   []string
	quiet bool // keeps lock, queue and step points out of the log

	inodes  map[string]*inode
	dir     *inode
	fds     []*description
	watches []watch
	queue   []env.WatchEvent
	lastIno uint64
	version uint32
	marks   []time.Duration

	sys     *System
	printed int // errors with a text of a program
}

type proc struct {
	w     *world
	name  string
	next  func() (string, bool)
	stop  func()
	yield func(string) bool
	at    string // the point it stands at
	ready func() bool
	until time.Duration // when it is ready anyway
	ended bool
}

type killed struct{}

func newWorld(t *testing.T, cfg Config) *world {
	w := &world{t: t, inodes: map[string]*inode{}, quiet: true}
	w.dir = &inode{id: 1, dir: true, links: 1}
	w.lastIno = 1
	w.fds = make([]*description, 3) // standard streams are taken
	for i := range w.fds {
		w.fds[i] = &description{}
	}
	w.sys = New(cfg, Deps{
		MainFS: fakeFS{w}, WatcherFS: fakeFS{w}, TranspilerFS: fakeFS{w},
		Watcher: inotify{fakeFS{w}},
		List:    &mutex{w: w, name: "M"}, Maps: &mutex{w: w, name: "L"},
		Pending: &counter{w: w}, Tasks: &queue[Task]{w: w, name: "tasks"}, Jobs: &queue[Job]{w: w, name: "jobs"},
		Loop: &waker{w: w, name: "J"}, GC: &waker{w: w, name: "H"},
		Microtasks: &microtasks{}, Stderr: output{w},
		Compile: compile, Probe: facts{w: w},
	})
	t.Cleanup(w.close)
	return w
}

// close ends all processes.
func (w *world) close() {
	for _, p := range w.procs {
		p.stop()
	}
	w.procs = nil
}

func (w *world) logf(format string, args ...any) {
	who := "W"
	if w.cur != nil {
		who = w.cur.name
	}
	w.log = append(w.log, who+" "+fmt.Sprintf(format, args...))
}

// take returns the log so far and starts a new one.
func (w *world) take() string {
	s := strings.Join(w.log, "\n")
	w.log = nil
	return "\n" + s + "\n"
}

// start makes a process, which stands before its first point.
func (w *world) start(name string, run func(env.Proc)) *proc {
	p := &proc{w: w, name: name}
	p.next, p.stop = iter.Pull(func(yield func(string) bool) {
		p.yield = yield
		defer func() {
			if r := recover(); r != nil && r != (killed{}) {
				panic(r)
			}
		}()
		run(p)
	})
	w.procs = append(w.procs, p)
	w.resume(p)
	return p
}

func (w *world) resume(p *proc) {
	before := w.cur
	w.cur = p
	at, ok := p.next()
	w.cur = before
	p.at, p.ended = at, !ok
}

// point is a scheduling point of the running process.
func (w *world) point(label string) { w.block(label, nil, -1) }

// block is a point that waits until ready, or until the time is up.
func (w *world) block(label string, ready func() bool, timeout time.Duration) {
	p := w.cur
	if p == nil {
		return // the test itself
	}
	p.ready, p.until = ready, w.now+timeout
	if timeout < 0 {
		p.until = math.MaxInt64
	}
	if !p.yield(label) {
		panic(killed{})
	}
	p.ready = nil
}

func (p *proc) runnable() bool {
	return !p.ended && (p.ready == nil || p.ready() || p.w.now >= p.until)
}

// step runs p over one point.
func (p *proc) step() {
	if !p.runnable() {
		p.w.t.Fatalf("%s is blocked at %s\n%s", p.name, p.at, p.w.take())
	}
	p.w.resume(p)
}

// to runs p until it stands at a point that starts with label.
func (p *proc) to(label string) {
	for range 1000 {
		if strings.HasPrefix(p.at, label) {
			return
		}
		p.step()
	}
	p.w.t.Fatalf("%s never came to %s", p.name, label)
}

// past runs p over the next point that starts with label.
func (p *proc) past(label string) { p.to(label); p.step() }

// idle runs p until it is blocked.
func (p *proc) idle() {
	for range 10000 {
		if !p.runnable() {
			return
		}
		p.w.resume(p)
	}
	p.w.t.Fatalf("%s never blocks", p.name)
}

// settle runs all processes, in the order they were started, until all are blocked.
func (w *world) settle() {
	for again := true; again; {
		again = false
		for _, p := range w.procs {
			if p.runnable() {
				again = true
				p.idle()
			}
		}
	}
}

// wait settles, and lets time pass, settling at each instant at which a wait
// ends, until d has passed.
func (w *world) wait(d time.Duration) {
	end := w.now + d
	for w.settle(); ; w.settle() {
		next := end
		for _, p := range w.procs {
			if !p.ended && p.ready != nil {
				next = min(next, p.until)
			}
		}
		w.now = next
		if next == end {
			w.settle()
			return
		}
	}
}

// env.Proc

func (p *proc) Name() string                        { return p.name }
func (p *proc) Step(label string)                   { p.w.point("step " + label); p.w.note("step %s", label) }
func (p *proc) Sleep(label string, d time.Duration) { p.w.block(label, never, d) }
func (p *proc) Now() time.Duration                  { return p.w.now }
func (p *proc) Release(env.Mark)                    {}
func (p *proc) Mark() env.Mark {
	p.w.marks = append(p.w.marks, p.w.now)
	return env.Mark(len(p.w.marks))
}
func (p *proc) Elapsed(m env.Mark, d time.Duration) bool { return p.w.now-p.w.marks[m-1] >= d }

func never() bool { return false }

func (w *world) note(format string, args ...any) {
	if !w.quiet {
		w.logf(format, args...)
	}
}

// What processes share.

type mutex struct {
	w    *world
	name string
	held bool
}

func (m *mutex) Lock() {
	m.w.block("lock "+m.name, func() bool { return !m.held }, -1)
	m.held = true
	m.w.note("lock %s", m.name)
}

func (m *mutex) Unlock() {
	m.w.point("unlock " + m.name)
	m.held = false
	m.w.note("unlock %s", m.name)
}

type counter struct {
	w *world
	n uint32
}

func (c *counter) Add(d uint32) uint32 { c.w.point("add"); c.n += d; return c.n }
func (c *counter) Load() uint32        { c.w.point("load"); return c.n }
func (c *counter) Swap(v uint32) uint32 {
	c.w.point("swap")
	old := c.n
	c.n = v
	return old
}

type queue[T any] struct {
	w     *world
	name  string
	items []T
}

func (q *queue[T]) Push(v T) { q.w.point("push " + q.name); q.items = append(q.items, v) }
func (q *queue[T]) Pop() T {
	q.w.block("pop "+q.name, func() bool { return len(q.items) > 0 }, -1)
	v := q.items[0]
	q.items = q.items[1:]
	return v
}

func (q *queue[T]) TakeAll(dst []T) []T {
	q.w.point("take " + q.name)
	dst = append(dst, q.items...)
	q.items = nil
	return dst
}

type waker struct {
	w    *world
	name string
	set  bool
}

func (k *waker) Wake() {
	k.w.point("wake " + k.name)
	k.set = true
	if k.name == "J" {
		k.w.logf("wake J")
	}
}

func (k *waker) Poll(timeout time.Duration) bool {
	k.w.block("poll "+k.name, func() bool { return k.set }, timeout)
	woken := k.set
	k.set = false
	return woken
}

func (k *waker) PollUntil(since env.Mark, timeout time.Duration) bool {
	return k.Poll(max(0, k.w.marks[since-1]+timeout-k.w.now))
}

type microtasks struct{ fns []func() }

func (m *microtasks) Enqueue(fn func()) { m.fns = append(m.fns, fn) }
func (m *microtasks) Drain() {
	for len(m.fns) > 0 {
		fn := m.fns[0]
		m.fns = m.fns[1:]
		fn()
	}
}

type output struct{ w *world }

func (o output) Write(s string) {
	o.w.point("stderr")
	for _, l := range strings.Split(strings.TrimSuffix(s, "\n"), "\n") {
		o.w.logf("stderr: %s", l)
	}
}

// Facts in the log.

type facts struct {
	NopProbe
	w *world
}

func (f facts) Printed(Report)                       { f.w.printed++ }
func (f facts) Published(h []Hash)                   { f.w.logf("publish %d", len(h)) }
func (f facts) DeferredSet(g uint32, s PromiseState) { f.w.logf("defer: generation %d is %s", g, s) }
func (f facts) LoadStarted(g uint32)                 { f.w.logf("load generation %d", g) }
func (f facts) EvaluateStarted(g uint32)             { f.w.logf("evaluate generation %d", g) }
func (f facts) JobStale(g uint32, path string)       { f.w.logf("drop %s of generation %d", path, g) }
func (f facts) Evicted(path string, _ env.WD)        { f.w.logf("evict %s", path) }
func (f facts) TimerFired(g uint32, _ string)        { f.w.logf("timer of generation %d", g) }
func (f facts) MapPut(p MapPut) {
	f.w.logf("map of generation %d, %d mappings: %s", p.Generation, p.Mappings, p.Outcome)
}

func (f facts) TopLevel(g uint32, _ string, continued bool) {
	if continued {
		f.w.logf("continue generation %d", g)
	}
}

func (f facts) Settled(g uint32, err *Error, current bool) {
	s := "fulfilled"
	if err != nil {
		s = "rejected with " + err.Text
	}
	if !current {
		s += ", but replaced"
	}
	f.w.logf("generation %d %s", g, s)
}

func (f facts) PromiseReplaced(g uint32, s PromiseState, printed bool) {
	if s == Rejected && !printed {
		f.w.logf("generation %d replaced: its error is lost", g)
	}
}
