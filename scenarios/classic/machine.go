package classic

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
)

// machine runs a program in a world: an actor a thread, an event an op. It is kept
// from run to run.
type machine struct {
	w       *sim.World
	p       *program
	vars    []int
	touched []sim.Resource // of the variables
	locks   []lock
	threads []running
	owed    *sim.Obligation
}

// lock is a mutex in the manner of textbooks: taking it is an event that can happen
// only while it is free.
type lock struct {
	res    sim.Resource
	holder *running
}

// registers are what a thread has read.
type registers [4]int

// running is a thread in a run.
type running struct {
	m      *machine
	index  int
	code   *thread
	proc   *sim.Proc
	labels []sim.Label
	window sim.Window
	pc     int
	reg    registers
	next   sim.EventRef // its pending event
}

// load makes p run in w from its beginning.
func load(w *sim.World, name string, p *program) *machine {
	m := sim.Pooled[machine](w, name)
	if m.p != p {
		m.w, m.p = w, p
		m.vars = make([]int, len(p.vars))
		m.touched, m.locks, m.threads = nil, nil, make([]running, len(p.threads))
		for _, v := range p.vars {
			m.touched = append(m.touched, w.Resource(v))
		}
		for _, l := range p.locks {
			m.locks = append(m.locks, lock{res: w.Resource(l)})
		}
		for i, t := range p.threads {
			r := running{m: m, index: i, code: t}
			for _, o := range t.ops {
				r.labels = append(r.labels, w.Label(o.label))
			}
			m.threads[i] = r
		}
	}
	m.reset()
	return m
}

func (m *machine) reset() {
	copy(m.vars, m.p.init)
	for i := range m.locks {
		m.locks[i].holder = nil
	}
	if m.p.owes != "" {
		m.owed = m.w.Obligation(m.p.owes, 0)
	}
	for i := range m.threads {
		t := &m.threads[i]
		t.proc = m.w.Actor(t.code.name)
		t.pc, t.reg, t.next = 0, registers{}, sim.EventRef{}
		t.window = t.proc.Window(t.labels[0])
		if m.owed != nil {
			m.owed.Open(int64(i))
		}
	}
	for i := range m.threads {
		if !m.threads[i].code.spawned {
			m.start(i)
		}
	}
}

func (m *machine) start(i int) { m.threads[i].arm() }

// arm makes the next op of t pending, if it has one. A lock that is taken keeps it
// from happening.
func (t *running) arm() {
	t.next = sim.EventRef{}
	if t.pc == len(t.code.ops) {
		if t.m.owed != nil {
			t.m.owed.Close(int64(t.index))
		}
		return
	}
	t.next = t.proc.After(t.labels[t.pc], t.window, t, 0)
	if l := t.code.ops[t.pc].lock; l >= 0 && t.m.locks[l].holder != nil {
		t.m.w.Disable(t.next)
	}
}

// Fire does the next op.
func (t *running) Fire(*sim.World, int64) {
	op := &t.code.ops[t.pc]
	t.pc++
	op.do(t.m, t)
	t.arm()
}

func (m *machine) get(v int) int {
	m.w.Read(m.touched[v])
	return m.vars[v]
}

func (m *machine) set(v, value int) {
	m.w.Write(m.touched[v])
	m.vars[v] = value
}

// acquire takes a lock. Whoever else stands before it has to wait.
func (m *machine) acquire(l int, t *running) {
	m.w.Write(m.locks[l].res)
	m.locks[l].holder = t
	m.standing(l, func(t *running) { m.w.Disable(t.next) })
}

// release gives a lock back.
func (m *machine) release(l int) {
	m.w.Write(m.locks[l].res)
	m.locks[l].holder = nil
	m.standing(l, func(t *running) { m.w.Enable(t.next, t.window) })
}

// standing does f for every thread whose next op is to take l.
func (m *machine) standing(l int, f func(t *running)) {
	for i := range m.threads {
		t := &m.threads[i]
		if t.next != (sim.EventRef{}) && t.pc < len(t.code.ops) && t.code.ops[t.pc].lock == l {
			f(t)
		}
	}
}

// fail says that the property of the scenario does not hold.
func (m *machine) fail(format string, args ...any) {
	m.w.Fail(property, "", "%s", fmt.Sprintf(format, args...))
}
