package classic

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
)

// TwoStage is twostage_n_bad of SCTBench: n-1 workers set x under one lock and then y
// = x+1 under another; a checker, spawned last, reads x under the first and y under the
// second. If it has seen x it must see y.
//
// Corrected, the second lock is taken before the first is given back.
func TwoStage(n, pad int, spawn bool) *sim.Scenario {
	doc := fmt.Sprintf("%d workers update two variables in two critical sections that a checker can come between", n-1)
	return toy(suffix(fmt.Sprintf("twostage-%d", n), pad, spawn), doc, property, func(fixed bool) *program {
		p := new(program)
		x, y, la, lb := p.variable("x", 0), p.variable("y", 0), p.mutex("A"), p.mutex("B")
		between := func(t *thread) {
			if fixed {
				t.acquire(p, lb).release(p, la)
			} else {
				t.release(p, la).acquire(p, lb)
			}
		}
		return p.bodies(n, pad, spawn, func(t *thread, last bool) {
			t.acquire(p, la)
			if !last {
				t.write(p, x, 1)
				between(t)
				t.read(p, x, 0).assign(p, y, func(r *registers) int { return r[0] + 1 }).release(p, lb)
				return
			}
			t.read(p, x, 0)
			between(t)
			t.readAnd(p, y, 1, func(m *machine, t *running) {
				if x, y := t.reg[0], t.reg[1]; x != 0 && y != x+1 {
					m.fail("the checker saw x = %d and y = %d", x, y)
				}
			}).release(p, lb)
		})
	})
}
