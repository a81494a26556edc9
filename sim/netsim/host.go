package netsim

import (
	"fmt"
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Host is a program on a machine: one life after another, of which each knows only
// what is on the disk.
type Host struct {
	n    *Net
	name string
	m    *Machine
	p    *sim.Proc // its timers and what is sent to it
	main func(env.Host)
	loop *loop // or nil: callbacks are called directly
	seq  *seq  // a sequential process, or nil

	res      sim.Resource // all that it knows; every event of its writes it
	sockets  sim.Resource
	disk     *Store
	diskName string
	lives    []*life
	nlives   int
	cur      *life // nil before the first Start

	tasks []task
	spare []int32

	stalled bool
	backlog []backlogged
	wall    wallClock

	code    int
	onEnd   []func(code int)
	log     []Line
	work    map[sim.Label]*workFault
	onStart []func()
}

// Line is a line that a program has logged.
type Line struct {
	Life  int
	Level env.Level
	Text  string
}

// life is an incarnation, and its env.Host: after its end, calls have no effect.
type life struct {
	h       *Host
	number  int
	over    bool
	calls   []*call // that wait for a response
	pool    []*conn // idle
	sockets []*listener
	signals []sigHandler
	nsignal int64
	parent  *life
	exited  func(code int) // of the parent's; may be nil
}

// Host makes a program that runs on m, or on a machine of its own and of its name if
// m is nil. A machine that was made apart needs another name than the programs. It runs
// from Start on; main is called once in each life, and what it arms, binds and asks for
// is the program. Its events do what they do at once, and cost little: see HostOnLoop
// for one whose callbacks wait for their turn.
func (n *Net) Host(name string, m *Machine, main func(h env.Host)) *Host {
	n.checkName(name)
	return n.host(name, m, n.w.Actor(name), main)
}

// namesakes says what to do about a program and a machine that was made apart, of one name:
// both are processes of the world.
const namesakes = "call one of the two otherwise, or leave the machine to the program: nil is one of its own, by its name (Host.Machine)"

// checkName refuses a program that is called as a machine that was made apart.
func (n *Net) checkName(name string) {
	if box := n.kept.machines[name]; box != nil && box.run == n.run && !n.hasHost(name) {
		n.w.Mistake("program %q: there is a machine of that name; %s", name, namesakes)
	}
}

// hasHost reports whether this run has a program of that name.
func (n *Net) hasHost(name string) bool {
	h := n.kept.hosts[name]
	return h != nil && slices.Contains(n.hosts, h)
}

// BackgroundHost is Host for a program whose timers do not count as activity, such as a
// client that tries for ever: with nothing else to do, the world is at rest.
func (n *Net) BackgroundHost(name string, m *Machine, main func(h env.Host)) *Host {
	n.checkName(name)
	return n.host(name, m, n.w.BackgroundActor(name), main)
}

// host is a program of which p is the process, on m or on a machine of its own.
func (n *Net) host(name string, m *Machine, p *sim.Proc, main func(env.Host)) *Host {
	if m == nil {
		m = n.machine(name, p, nil)
	}
	if m.n != n || m.run != n.run {
		n.w.Mistake("host %q: its machine belongs to another run", name)
	}
	h := n.kept.hosts[name]
	if h == nil {
		h = &Host{name: name, res: n.w.Resource("host " + name), sockets: n.w.Resource("sockets " + name), diskName: "disk " + name, work: make(map[sim.Label]*workFault)}
		n.kept.hosts[name] = h
	}
	h.n, h.m, h.p, h.main, h.loop, h.seq = n, m, p, main, nil, nil
	h.nlives, h.cur, h.stalled, h.code = 0, nil, false, 0
	clear(h.work)
	clear(h.backlog)
	h.backlog, h.log, h.onEnd, h.onStart = h.backlog[:0], h.log[:0], h.onEnd[:0], h.onStart[:0]
	h.resetTasks()
	h.wall.reset(h)
	h.disk = n.Store(h.diskName)
	n.hosts = append(n.hosts, h)
	return h
}

// Name is the program's name.
func (h *Host) Name() string { return h.name }

// Machine is what it runs on.
func (h *Host) Machine() *Machine { return h.m }

// Proc is the process of the world to which its timers and arrivals belong.
func (h *Host) Proc() *sim.Proc { return h.p }

// Up reports whether it runs.
func (h *Host) Up() bool {
	h.n.w.Read(h.res)
	return h.cur != nil && !h.cur.over
}

// Life counts its lives so far.
func (h *Host) Life() int { return h.nlives }

// ExitCode is the code with which its latest life ended.
func (h *Host) ExitCode() int { return h.code }

// Log is what it has logged in all its lives.
func (h *Host) Log() []Line { return h.log }

// Env is what its present life sees; nil before the first Start. For properties, and
// for parts of a world that act for the program.
func (h *Host) Env() env.Host {
	if h.cur == nil {
		return nil
	}
	return h.cur
}

// OnEnd calls fn whenever a life has ended, in the event that ends it.
func (h *Host) OnEnd(fn func(code int)) {
	h.enter()
	h.onEnd = append(h.onEnd, fn)
}

// Start begins a life, in an event `start` that takes as long as its row of the
// profile says, and no time if there is none. It is for a program that does not run.
func (h *Host) Start() { h.start(sim.Window{}, nil, nil) }

// start begins a life once win has passed.
func (h *Host) start(win sim.Window, parent *life, exited func(int)) {
	h.n.w.Write(h.res)
	if h.cur != nil && !h.cur.over {
		h.n.w.Mistake("start %q: it is still running", h.name)
	}
	l := h.newLife()
	l.parent, l.exited = parent, exited
	label := h.n.w.Label("start")
	l.arm(label, rowOr(h.p, label, win), task{kind: aStart})
}

func (h *Host) newLife() *life {
	if h.nlives == len(h.lives) {
		h.lives = append(h.lives, &life{h: h})
	}
	l := h.lives[h.nlives]
	h.nlives++
	*l = life{h: h, number: h.nlives, calls: l.calls[:0], pool: l.pool[:0], sockets: l.sockets[:0], signals: l.signals[:0]}
	h.cur = l
	return l
}

// begin runs the program.
func (l *life) begin() {
	h := l.h
	h.n.w.Read(h.m.res)
	if h.m.down {
		h.n.w.Write(h.m.res)
		h.m.down = false
	}
	if h.n.w.Recording() {
		h.n.w.Note("%s starts, life %d", h.name, l.number)
	}
	for _, fn := range h.onStart {
		fn()
	}
	switch {
	case h.loop != nil:
		h.loop.begin(l)
	case h.seq != nil:
		h.seq.p.Restart()
	default:
		h.main(l)
	}
}

// OnStart calls fn whenever a life begins, in the event that begins it.
func (h *Host) OnStart(fn func()) {
	h.enter()
	h.onStart = append(h.onStart, fn)
}

// Crash ends the present life at once: what it knew is lost, its connections are
// reset, its ports are free. The exit code is that of SIGKILL.
func (h *Host) Crash() { h.end(env.SIGKILL.ExitCode(), false) }

// Vanish is Crash of the whole machine with all that runs on it, as by loss of power:
// nobody is told. Connections to it are half open: what is sent to it is lost until
// some program on it is started again, and reset after that.
func (h *Host) Vanish() {
	h.n.w.Write(h.m.res)
	h.m.down = true
	for _, other := range h.n.hosts {
		if other.m == h.m {
			other.end(env.SIGKILL.ExitCode(), true)
		}
	}
}

// Restart is Start after the window `restart-after-crash`, for a program that ended.
func (h *Host) Restart() { h.start(h.p.Window(h.n.w.Label("restart-after-crash")), nil, nil) }

// end ends the present life.
func (h *Host) end(code int, silent bool) {
	l, w := h.cur, h.n.w
	w.Write(h.res)
	if l == nil || l.over {
		return
	}
	if w.Recording() {
		w.Note("%s ends with code %d", h.name, code)
	}
	l.over, h.code = true, code
	h.forget(l)
	h.wall.forget()
	h.n.chains.dropped(l)
	l.hangUp(silent)
	l.closeSockets(silent)
	h.stalled, h.backlog = false, h.backlog[:0]
	if l.parent != nil && l.exited != nil && !l.parent.over {
		exited := l.exited
		l.parent.soon("exited", func() { exited(code) })
	}
	for _, fn := range h.onEnd {
		fn(code)
	}
	switch { // last: who ends itself does not come back
	case h.loop != nil:
		h.loop.end()
	case h.seq != nil:
		h.seq.end()
	}
}

// hangUp ends what the life has asked others for.
func (l *life) hangUp(silent bool) {
	for _, c := range l.calls {
		c.over = true
		l.h.n.w.Cancel(c.timeout)
		l.h.n.w.Cancel(c.wait)
		if c.conn != nil {
			c.conn.clientOpen = false
			if !silent {
				c.forth.send(parcel{anAbort, c})
			}
		}
	}
	l.calls = l.calls[:0]
	for len(l.pool) > 0 {
		cn := l.pool[0]
		l.unpool(cn)
		cn.clientOpen = false
		if !silent && cn.end == (sim.EventRef{}) {
			cn.last.forth.send(parcel{anAbort, cn.last})
		}
	}
}

func (l *life) closeSockets(silent bool) {
	for _, s := range l.sockets {
		l.h.n.w.Write(s.res)
		if !s.closed {
			s.closed = true
			s.m.free(s)
		}
		for len(s.conns) > 0 {
			s.conns[0].destroy(silent)
		}
	}
}

// direct reports whether a callback may be called within the event that it is about.
func (h *Host) direct() bool { return h.loop == nil && !h.stalled }

// enter notes that the program does something.
func (h *Host) enter() { h.n.w.Write(h.res) }

// backlogged is a callback that waits for the end of a stall.
type backlogged struct {
	life  *life
	fn    func()
	timer bool
}

// run lets life l handle something: at once, at the end of a stall, or in a callback
// of its loop.
func (h *Host) run(l *life, name string, fn func()) {
	switch {
	case l.over:
	case h.stalled:
		h.enter()
		h.backlog = append(h.backlog, backlogged{l, fn, false})
	case h.loop != nil:
		h.loop.post(l, name, fn)
	default:
		h.enter()
		fn()
	}
}

// Stall lets the program do nothing for as long as the row `label` of the profile
// says: a collection of garbage, or a blocked loop. What comes meanwhile is handled
// at the end, timers that were due first, each once.
func (h *Host) Stall(label string) {
	l, w := h.cur, h.n.w
	w.Write(h.res)
	if l == nil || l.over || h.stalled {
		return
	}
	if h.loop != nil {
		w.Mistake("stall %q: a program on a loop is stalled by the windows of its callbacks", h.name)
	}
	h.stalled = true
	at := w.Label(label)
	l.arm(at, h.p.Window(at), task{kind: aStallEnd})
	if w.Recording() {
		w.Note("%s stalls", h.name)
	}
}

// goOn handles what came during a stall.
func (h *Host) goOn() {
	h.n.rule("os.stall")
	h.stalled = false
	for _, timers := range [...]bool{true, false} {
		for _, b := range h.backlog {
			if b.timer == timers && !b.life.over {
				b.fn()
			}
		}
	}
	clear(h.backlog)
	h.backlog = h.backlog[:0]
}

// String tells where the host stands, for messages.
func (h *Host) String() string {
	return fmt.Sprintf("%s (life %d, up %v)", h.name, h.nlives, h.cur != nil && !h.cur.over)
}
