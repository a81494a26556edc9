package classic

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
)

// Uneven is one write of a process against n of another, on one variable. The single
// one must not be last: whoever walks at random starves it once in 2^n.
//
// Corrected, the other process begins when the single write is done.
func Uneven(n int) *sim.Scenario {
	doc := fmt.Sprintf("one write against %d: it must not be the last", n)
	return toy(fmt.Sprintf("uneven-%d", n), doc, property, func(fixed bool) *program {
		p := new(program)
		x := p.variable("x", 0)
		one := p.thread("one").step("x=1", func(m *machine, t *running) {
			m.set(x, 1)
			if m.threads[1].pc == n {
				m.fail("the single write is the last")
			}
		})
		many := p.thread("many")
		for range n {
			many.write(p, x, 2)
		}
		if fixed {
			many.spawned = true
			one.step("spawn", func(m *machine, _ *running) { m.start(1) })
		}
		return p
	})
}
