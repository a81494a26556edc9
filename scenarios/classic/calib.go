package classic

import (
	"fmt"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// Calibration is five processes with ten writes of one variable each, and an order
// that must not happen, of a depth for which strategies have a published bound:
// of depth 1, B0 after all of A; of depth 2, A3 < B5 < A4; of depth 3,
// A3 < B5 < C7 < A4.
//
// Corrected, B begins before A does; or B5 waits until A4 is done.
func Calibration(depth int) *sim.Scenario {
	order := [...]string{"A9 B0", "A3 B5 A4", "A3 B5 C7 A4"}[depth-1]
	doc := "five processes of ten writes: never " + order
	return toy(fmt.Sprintf("calib-%d", depth), doc, property, func(fixed bool) *program {
		p := new(program)
		x := p.variable("x", 0)
		events := strings.Fields(order)
		for i := range 5 {
			name := string(rune('A' + i))
			t := p.thread(name)
			for n := range 10 {
				event := fmt.Sprintf("%s%d", name, n)
				t.step("x="+event, func(m *machine, _ *running) {
					m.set(x, n)
					m.follow(events, event, order)
				})
			}
		}
		if fixed {
			p.turnAround(depth)
		}
		return p
	})
}

// follow notes that event happens, and fails when the last of the events has, all
// in their order. How many have is in the register of the first thread.
func (m *machine) follow(events []string, event, order string) {
	n := &m.threads[0].reg[0]
	if *n == len(events) || events[*n] != event {
		return
	}
	if *n++; *n == len(events) {
		m.fail("it happened: %s", order)
	}
}

// turnAround lets one event wait for another, so that the order cannot happen.
func (p *program) turnAround(depth int) {
	if depth == 1 {
		// A is started by the first event of B.
		p.threads[0].spawned = true
		p.threads[1].andThen(0, func(m *machine) { m.start(0) })
		return
	}
	gate := p.mutex("gate") // B5 needs it, and A has it until A4 is done
	b := &p.threads[1].ops[5]
	b.lock = gate
	p.threads[0].andThen(0, func(m *machine) { m.acquire(gate, &m.threads[0]) })
	p.threads[0].andThen(4, func(m *machine) { m.release(gate) })
}

// andThen adds to what op i does.
func (t *thread) andThen(i int, f func(m *machine)) {
	before := t.ops[i].do
	t.ops[i].do = func(m *machine, t *running) {
		before(m, t)
		f(m)
	}
}
