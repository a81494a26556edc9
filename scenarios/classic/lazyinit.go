package classic

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
)

// LazyInit is the lazy initialisation of something that is to be made once: two threads
// look whether it is there, and make it if not.
//
// Corrected, both do it under a lock.
func LazyInit() *sim.Scenario {
	const doc = "two threads that both find nothing make it twice"
	return toy("lazy-init", doc, property, func(fixed bool) *program {
		p := new(program)
		made, lock := p.variable("made", 0), p.mutex("m")
		main := p.spawner()
		for i := range 2 {
			t := p.thread(numbered("user", i)).begins()
			if fixed {
				t.acquire(p, lock)
			}
			t.read(p, made, 0).step("make", func(m *machine, t *running) {
				if t.reg[0] != 0 {
					return
				}
				m.set(made, m.vars[made]+1)
				if m.vars[made] > 1 {
					m.fail("it was made twice")
				}
			})
			if fixed {
				t.release(p, lock)
			}
			t.ends()
		}
		p.spawns(main, 1)
		return p
	})
}

func numbered(name string, i int) string { return fmt.Sprintf("%s%d", name, i+1) }
