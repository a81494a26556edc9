package classic

import "fmt"

// program is a small concurrent program: threads that do one thing after the other,
// on shared variables and locks. It is only data: it runs on a machine, once per
// run of a world.
type program struct {
	vars    []string
	init    []int
	locks   []string
	threads []*thread
	// owes is for what can come to rest too early: every thread must have come to its
	// end, or this property does not hold.
	owes string
}

// thread is a sequence of events. One that another spawns begins when that one
// says so, the others at once.
type thread struct {
	name    string
	ops     []op
	spawned bool
}

// op is one event.
type op struct {
	label string
	// lock is the index of the lock that must be free for the event to happen, and
	// that it takes; -1 if it takes none.
	lock int
	do   func(m *machine, t *running)
}

// variable adds a shared variable.
func (p *program) variable(name string, init int) int {
	p.vars, p.init = append(p.vars, name), append(p.init, init)
	return len(p.vars) - 1
}

// mutex adds a lock.
func (p *program) mutex(name string) int {
	p.locks = append(p.locks, name)
	return len(p.locks) - 1
}

// thread adds a thread without ops.
func (p *program) thread(name string) *thread {
	t := &thread{name: name}
	p.threads = append(p.threads, t)
	return t
}

// spawner adds the thread that starts all threads that follow, in their order, one
// event each.
func (p *program) spawner() *thread {
	t := p.thread("main")
	return t
}

// spawns lets t start the threads that were added after the first n.
func (p *program) spawns(t *thread, n int) {
	for i, child := range p.threads[n:] {
		child.spawned = true
		i += n
		t.step("spawn", func(m *machine, _ *running) { m.start(i) })
	}
}

// step adds an event that touches nothing by itself.
func (t *thread) step(label string, do func(m *machine, t *running)) *thread {
	t.ops = append(t.ops, op{label, -1, do})
	return t
}

// private adds n events that touch nothing.
func (t *thread) private(n int) *thread {
	for range n {
		t.step("pad", func(*machine, *running) {})
	}
	return t
}

// write adds an event that sets a variable.
func (t *thread) write(p *program, v, value int) *thread {
	return t.step(fmt.Sprintf("%s=%d", p.vars[v], value), func(m *machine, _ *running) { m.set(v, value) })
}

// assign adds an event that sets a variable to what f makes of the thread's registers.
func (t *thread) assign(p *program, v int, f func(r *registers) int) *thread {
	return t.step(p.vars[v]+"=", func(m *machine, t *running) { m.set(v, f(&t.reg)) })
}

// read adds an event that reads a variable into a register.
func (t *thread) read(p *program, v, reg int) *thread {
	return t.step("read "+p.vars[v], func(m *machine, t *running) { t.reg[reg] = m.get(v) })
}

// readAnd is read, and then does what f says as part of the same event.
func (t *thread) readAnd(p *program, v, reg int, f func(m *machine, t *running)) *thread {
	return t.step("read "+p.vars[v], func(m *machine, t *running) {
		t.reg[reg] = m.get(v)
		f(m, t)
	})
}

// acquire adds an event that takes a lock: it happens only while the lock is free.
func (t *thread) acquire(p *program, lock int) *thread {
	t.ops = append(t.ops, op{"lock " + p.locks[lock], lock, func(m *machine, t *running) { m.acquire(lock, t) }})
	return t
}

// release adds an event that gives locks back.
func (t *thread) release(p *program, locks ...int) *thread {
	label := "unlock"
	for _, l := range locks {
		label += " " + p.locks[l]
	}
	return t.step(label, func(m *machine, _ *running) {
		for _, l := range locks {
			m.release(l)
		}
	})
}

// begins and ends put the events start and exit around the body of t.
func (t *thread) begins() *thread { return t.step("start", func(*machine, *running) {}) }

func (t *thread) ends() *thread { return t.step("exit", func(*machine, *running) {}) }
