package classic

import "github.com/seed-3519b94c/simrun/sim"

// Stack is stack_bad of SCTBench: one thread pushes ten numbers, another pops ten
// times once a flag says that something was pushed. Each is a critical section of its
// own; but the flag stays up when the stack is empty again.
//
// Corrected, whoever pops looks whether there is something.
func Stack() *sim.Scenario {
	const doc, size = "a flag that says not empty is never taken back", 10
	return toy("stack", doc, property, func(fixed bool) *program {
		p := new(program)
		top, flag, lock := p.variable("top", 0), p.variable("flag", 0), p.mutex("m")
		main := p.spawner()
		pusher := p.thread("pusher").begins()
		for range size {
			pusher.acquire(p, lock).read(p, top, 0).
				assign(p, top, func(r *registers) int { return r[0] + 1 }).
				write(p, flag, 1).release(p, lock)
		}
		pusher.ends()
		popper := p.thread("popper").begins()
		for range size {
			popper.acquire(p, lock)
			if !fixed {
				popper.read(p, flag, 1)
			}
			popper.readAnd(p, top, 0, func(m *machine, t *running) {
				if fixed {
					t.reg[1] = t.reg[0]
				}
				if t.reg[1] != 0 && t.reg[0] == 0 {
					m.fail("pop of an empty stack")
				}
			}).step("top=", func(m *machine, t *running) {
				if t.reg[1] != 0 {
					m.set(top, t.reg[0]-1)
				}
			}).release(p, lock)
		}
		popper.ends()
		p.spawns(main, 1)
		return p
	})
}
