package classic

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
)

// Reorder is reorder_n_bad of SCTBench (Thomson et al., PPoPP'14): n-1 setters do
// a=1, b=-1, and a checker, spawned last, reads a and then b. It must see both as
// they were, or both as they are. pad is the number of private events before and
// after each body; without spawn nobody spawns anybody, and the toy is trivial.
//
// Corrected, a lock is held around each body.
func Reorder(n, pad int, spawn bool) *sim.Scenario {
	doc := fmt.Sprintf("%d setters write two variables that a checker reads one after the other", n-1)
	return toy(suffix(fmt.Sprintf("reorder-%d", n), pad, spawn), doc, property, func(fixed bool) *program {
		p := new(program)
		a, b, m := p.variable("a", 0), p.variable("b", 0), p.mutex("m")
		return p.bodies(n, pad, spawn, func(t *thread, last bool) {
			if fixed {
				t.acquire(p, m)
				defer t.release(p, m)
			}
			if !last {
				t.write(p, a, 1).write(p, b, -1)
				return
			}
			t.read(p, a, 0).readAnd(p, b, 1, func(m *machine, t *running) {
				if a, b := t.reg[0], t.reg[1]; (a != 0 || b != 0) && (a != 1 || b != -1) {
					m.fail("the checker saw a = %d and b = %d", a, b)
				}
			})
		})
	})
}

// suffix names the variation of a toy.
func suffix(name string, pad int, spawn bool) string {
	if !spawn {
		name += "-flat"
	}
	if pad > 0 {
		name += fmt.Sprintf("-pad%d", pad)
	}
	return name
}

// bodies makes n threads out of bodies, between padding. With spawn a thread of its own
// spawns them in order.
func (p *program) bodies(n, pad int, spawn bool, body func(t *thread, last bool)) *program {
	var main *thread
	if spawn {
		main = p.spawner()
	}
	first := len(p.threads)
	for i := range n {
		name := fmt.Sprintf("worker%d", i+1)
		if i == n-1 {
			name = "checker"
		}
		t := p.thread(name).private(pad)
		body(t, i == n-1)
		t.private(pad)
	}
	if spawn {
		p.spawns(main, first)
	}
	return p
}
