package sim

import (
	"runtime/debug"
	"time"

	"github.com/seed-3519b94c/simrun/sim/coro"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Proc is a process: a sequential chain of events. One with a body is a
// coroutine of ordinary Go code that blocks through its methods and through the
// primitives of its World; one without, made by World.Actor, only has events
// with handlers, which costs a fifth. It implements env.Proc.
type Proc struct {
	world      *World
	name       string
	hash       uint64
	index      int32
	being      Resource // whether it is alive
	body       func(*Proc)
	coro       *coro.Coro
	wake       EventRef     // the pending event that resumes it
	last       EventID      // its latest event
	labels     []labelState // of those that it uses
	places     []int32      // by label: where in labels, from 1 on; 0: not used yet
	profile    *Profile
	arms       []Label // by label: the label qualified with this armer
	background bool
	killed     bool
	done       bool
	spawnDepth int
	life       int
	wait       waiting
}

var _ env.Proc = (*Proc)(nil)

// Handler is what an event of an actor does. The argument is the one given when
// the event was armed: a handler that needs no more than a number costs nothing
// to arm.
type Handler interface {
	Fire(w *World, arg int64)
}

// Process makes a process that runs body, starting at once (its first event is
// `start`). Made while a process runs, its name is prefixed with the event that
// made it, so that it does not depend on the schedule.
func (w *World) Process(name string, body func(*Proc)) *Proc {
	return w.start(name, false, body)
}

// Background is Process for one that never ends and does not count as activity:
// when only background processes have something to do, the world is at rest.
// Heartbeats are such.
func (w *World) Background(name string, body func(*Proc)) *Proc {
	return w.start(name, true, body)
}

func (w *World) start(name string, background bool, body func(*Proc)) *Proc {
	if w.unwinding != nil { // what a deferred function of a killed process starts does not run
		return &Proc{world: w, name: name, done: true}
	}
	p := w.spawn(name, background)
	p.body = body
	p.wake = w.arm(p, p.label("start"), p.startWindow(), nil, 0)
	return p
}

// Actor makes a process without a body: all it does is handle events.
func (w *World) Actor(name string) *Proc { return w.spawn(name, false) }

// BackgroundActor is Actor for one whose events do not count as activity.
func (w *World) BackgroundActor(name string) *Proc { return w.spawn(name, true) }

func (w *World) spawn(name string, background bool) *Proc {
	depth := 0
	if parent := w.cur.proc; w.steps > 0 {
		name = w.eventNameOf(w.cur.id) + "/" + name
		depth = parent.spawnDepth + 1
	}
	w.checkNew(name)
	p := w.process(name, background)
	p.spawnDepth = depth
	if len(w.procs)-1 > w.limits.Processes { // the world itself does not count
		w.exceed("processes", "%d, the last one %s", w.limits.Processes, name)
	}
	return p
}

// checkNew refuses the name of a process that there is already. As long as a run makes the
// same processes as the last one, in which no two had one name, there is nothing to check.
func (w *World) checkNew(name string) {
	if w.nextOfLast(name) != nil {
		return
	}
	for _, q := range w.procs {
		if q.name == name {
			w.misuse("process %q: there is one of that name already", name)
		}
	}
}

// nextOfLast is the process that the last run made at this point, if it made the same ones
// up to here and this one is called name. Else it is nil.
func (w *World) nextOfLast(name string) *Proc {
	if i := len(w.procs); i < len(w.last) && w.last[i] != nil && w.last[i].name == name {
		return w.last[i]
	}
	return nil
}

// process takes a Proc of that name from an earlier run, or makes one.
func (w *World) process(name string, background bool) *Proc {
	p := w.former(name)
	if p == nil {
		p = &Proc{world: w, name: name, hash: hashString(name), being: w.Resource("process " + name)}
	}
	p.index, p.background = int32(len(w.procs)), background
	if p.profile != w.profile {
		p.profile = w.profile
		for i := range p.labels {
			p.labels[i].known = false
		}
	}
	w.procs = append(w.procs, p)
	return p
}

// former is a process of that name of an earlier run, if there is one to spare. Most
// runs make the processes of the last one in the same order.
func (w *World) former(name string) *Proc {
	if p := w.nextOfLast(name); p != nil {
		w.last[len(w.procs)] = nil
		return p
	}
	w.spareLast() // which empties w.last: the rest of this run is found by name
	spare := w.spare[name]
	if len(spare) == 0 {
		return nil
	}
	w.spare[name] = spare[:len(spare)-1]
	return spare[len(spare)-1]
}

// spareLast puts the rest of the processes of the last run where they are found by name.
func (w *World) spareLast() {
	for _, p := range w.last {
		if p != nil {
			w.spare[p.name] = append(w.spare[p.name], p)
		}
	}
	w.last = w.last[:0]
}

// recycle makes the processes of the last run available to the next.
func (w *World) recycle() {
	w.spareLast()
	w.last, w.procs = w.procs, w.last[:0]
	for _, p := range w.last {
		for i := range p.labels {
			p.labels[i].occ = 0
		}
		p.body, p.coro, p.wake, p.last = nil, nil, EventRef{}, 0
		p.killed, p.done, p.life, p.spawnDepth = false, false, 0, 0
		p.wait = waiting{}
	}
}

// Name is the process's name.
func (p *Proc) Name() string { return p.name }

// World is the world that p lives in.
func (p *Proc) World() *World { return p.world }

// resumed notes, for Where, who runs. The race detector does not see it: an atomic
// store would cost a tenth of a step, and a word is read whole without.
//
//go:norace
func (w *World) resumed(p *Proc) { w.where, w.whereStep = p, w.steps }

// Where tells the process that was resumed last, and the number of events before
// that. It may be called from another goroutine, to find out which process does
// not come back.
//
//go:norace
func (w *World) Where() (process string, steps int) {
	if p := w.where; p != nil {
		return p.name, w.whereStep
	}
	return worldName, 0
}

// Life counts the incarnations of p: 1 in its first life, 2 after a restart.
func (p *Proc) Life() int { return p.life }

func (p *Proc) label(s string) Label { return Label(p.world.labels.intern(s)) }

// labelState is what a process knows of one label.
type labelState struct {
	window Window // what the profile says, if known; kept from run to run
	base   uint64 // hash of process and label; the occurrence is missing
	label  Label
	occ    uint32 // occurrences so far
	known  bool
}

// at is the state of a label, until the next one is asked for.
func (p *Proc) at(l Label) *labelState {
	if int(l) < len(p.places) {
		if i := p.places[l]; i > 0 {
			return &p.labels[i-1]
		}
	}
	return p.learn(l)
}

// learn begins the state of a label. A process uses few of all labels, which become more
// with the processes there are.
func (p *Proc) learn(l Label) *labelState {
	p.places = grow(p.places, int(l))
	p.labels = append(p.labels, labelState{base: mix(p.hash, p.world.labels.hash[l]), label: l})
	p.places[l] = int32(len(p.labels))
	return &p.labels[len(p.labels)-1]
}

// next counts an occurrence and returns it with its ID.
func (s *labelState) next() (EventID, uint32) {
	s.occ++
	return EventID(mix(s.base, uint64(s.occ))), s.occ
}

// window is what the profile says of p's events called l, on a machine as slow as
// this run's.
func (p *Proc) window(l Label) Window {
	win := p.row(l)
	if slow := p.world.slow; slow != 0 {
		return win.times(slow)
	}
	return win
}

// row is what the profile says of p's events called l.
func (p *Proc) row(l Label) Window {
	s := p.at(l)
	if !s.known {
		s.window, s.known = p.profile.find(p.name, p.world.labels.list[l]), true
	}
	return s.window
}

func (p *Proc) startWindow() Window {
	l := p.label("start")
	if win := p.row(l); win != p.profile.Step {
		return win
	}
	return Window{}
}

// procJob is the Proc as the coroutine pool sees it.
type procJob Proc

// Run is the life of the process.
func (j *procJob) Run(*coro.Coro) { j.body((*Proc)(j)) }

// begin gives p a coroutine for its next life.
func (p *Proc) begin() {
	p.life++
	p.coro = p.world.pool.Start((*procJob)(p))
}

func (p *Proc) ended() {
	p.done, p.coro = true, nil
	p.world.Write(p.being)
}

// yield hands over until an event resumes p.
func (p *Proc) yield() {
	if p.leaving() {
		p.coro.Leave()
		p.coro.Back()
	}
}

// leaving begins a yield, and reports whether p has to hand over. Whoever yields asks
// for the next event itself, and simply goes on when it is its own.
func (p *Proc) leaving() bool {
	w := p.world
	if p.killed { // unwinding: deferred functions of the body do nothing any more
		p.coro.Yield()
		return false
	}
	next := w.advance()
	if next == p && w.stale == nil {
		return false
	}
	w.next = next
	return p.coro.Leaving()
}

// Running is the process that calls a primitive whose event is l. That nobody
// does who can block is a mistake of the scenario.
func (w *World) Running(l Label) *Proc {
	if w.unwinding != nil {
		return w.unwinding
	}
	p := w.cur.proc
	if w.inHandler || p.coro == nil {
		w.misuse("%s: called by %q, which is not a process with a body and so cannot block", w.labels.list[l], p.name)
	}
	return p
}

// Step is a scheduling point: the work called label takes as long as the
// profile says, and the code after the call is its effect.
func (p *Proc) Step(label string) {
	l := p.label(label)
	p.StepFor(l, p.window(l))
}

// StepFor is Step with a window of the caller's.
func (p *Proc) StepFor(l Label, win Window) {
	w := p.world
	if !p.killed {
		if w.cur.proc != p {
			w.misuse("step %q of %q: called while %q runs", w.labels.list[l], p.name, w.cur.proc.name)
		}
		p.wake = w.arm(p, l, win, nil, 0)
	}
	if p.leaving() { // yield, on the way of every step: see coro.Coro.Leaving
		p.coro.Leave()
		p.coro.Back()
	}
}

// slack is how late p may be woken by the timer l: its own row if the profile
// has one, else Timer.
func (p *Proc) slack(l Label) Window {
	if win := p.row(l); win != p.profile.Step {
		return win
	}
	return p.profile.Timer
}

// Sleep blocks for at least d, and for as much longer as the profile says: the row
// of label if there is one, else Timer. Zero and less is a Step.
func (p *Proc) Sleep(label string, d time.Duration) {
	if d <= 0 {
		p.Step(label)
		return
	}
	l := p.label(label)
	p.StepFor(l, p.slack(l).Plus(d))
}

// Kill ends the current life of p, wherever it is blocked: its deferred
// functions run, but nothing they do has an effect. What it holds stays held.
func (p *Proc) Kill() {
	w := p.world
	w.touch(uint64(p.hash), true) // it matters how far p has come
	if p.done || p.killed {
		return
	}
	w.Cancel(p.wake)
	w.Cancel(p.wait.timeout)
	if p.wait.list != nil {
		w.touch(w.resources.names.hash[p.wait.on], true)
	}
	p.leave()
	if w.stack == p && p.coro != nil {
		// This runs on the stack of p: by its own hand, or in a handler, since p asked
		// for the next event itself. It is unwound as soon as it has handed over.
		w.stale = p
		p.done = true
		w.Write(p.being)
		if !w.inHandler {
			p.coro.Yield()
		}
		return
	}
	p.kill()
}

// unwindStale ends the coroutine of a life that ended while its stack was in use. The
// next life may have begun.
func (p *Proc) unwindStale() {
	p.killed = true
	if p.unwind() == coro.Survived {
		p.survived()
	}
	p.coro, p.killed = nil, false
}

func (p *Proc) survived() {
	p.world.misuse("process %q goes on after it was killed: does a deferred function recover from every panic?", p.name)
}

func (p *Proc) kill() {
	p.killed = true
	if p.coro != nil && p.unwind() == coro.Survived {
		p.survived()
	}
	p.ended()
	p.killed = false
}

// Restart begins the next life of a process that ended or was killed.
func (p *Proc) Restart() {
	if !p.done {
		p.world.misuse("restart process %q: it is still running", p.name)
	}
	p.done = false
	p.world.Write(p.being)
	p.wake = p.world.arm(p, p.label("start"), p.startWindow(), nil, 0)
}

// Alive reports whether p has a life that has not ended. Asking conflicts with its
// ending, being killed and being restarted.
func (p *Proc) Alive() bool {
	p.world.Read(p.being)
	return !p.done
}

// unwind ends every process that is still somewhere in its body.
func (w *World) unwind() {
	w.stopped = true
	for i := 0; i < len(w.procs); i++ {
		p := w.procs[i]
		if p.coro == nil {
			continue
		}
		p.killed = true
		p.unwind()
		p.coro = nil
	}
	w.parts.KillAll()
	for _, f := range w.exits {
		f()
	}
}

// unwind ends p's coroutine where it is blocked. Whatever its deferred functions
// call is told so by running.
func (p *Proc) unwind() coro.Status {
	outer := p.world.unwinding
	p.world.unwinding = p
	s := p.coro.Kill()
	p.world.unwinding = outer
	return s
}

// After arms an event of an actor: handler is called with arg once the window,
// counted from now, lets it. The event belongs to p; armed by another process
// it is called `label@armer`.
func (p *Proc) After(l Label, win Window, h Handler, arg int64) EventRef {
	return p.world.arm(p, l, win, h, arg)
}

// Label interns the name of something that events do.
func (w *World) Label(s string) Label { return Label(w.labels.intern(s)) }

// Window is what the profile says of the events of p called l.
func (p *Proc) Window(l Label) Window { return p.window(l) }

func capturePanic(v any) *coro.Panic { return &coro.Panic{Value: v, Stack: debug.Stack()} }
