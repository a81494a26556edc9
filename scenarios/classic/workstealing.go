package classic

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
)

// WorkStealing is a work-stealing queue in the manner of Cilk's THE protocol (Frigo et
// al., PLDI'98), as in CHESS (Musuvathi et al., OSDI'08) and SCTBench: the owner pushes
// and pops at the tail without a lock, a thief takes from the head under one. Popping
// the last item, the owner must first take it, by moving the tail, and then see
// whether a thief has it.
//
// The bug is that the owner looks at the head first: then both may take the last one.
func WorkStealing() *sim.Scenario {
	const doc = "the owner of a queue and a thief take the same item"
	return toy("work-stealing", doc, property, func(fixed bool) *program {
		const items = 4
		p := new(program)
		q := dequeue{head: p.variable("head", 0), tail: p.variable("tail", 0), lock: p.mutex("cs")}
		for i := range items {
			q.items = append(q.items, p.variable(fmt.Sprintf("item%d", i), 0))
		}
		owner := p.thread("owner").begins()
		owner.step("spawn", func(m *machine, _ *running) { m.start(1) })
		thief := p.thread("thief").begins()
		thief.spawned = true
		for i := range items {
			q.push(p, owner)
			if i%2 == 1 {
				q.pop(p, owner, fixed)
			}
		}
		q.pop(p, owner, fixed)
		for range 2 {
			q.steal(p, thief)
		}
		owner.ends()
		thief.ends()
		return p
	})
}

// dequeue are the variables of the queue. There is one for each position: how often
// the item there was taken.
type dequeue struct {
	head, tail, lock int
	items            []int
}

// The registers of those who take: the tail, the head, and whether they have an item.
const (
	atTail = iota
	atHead
	has
)

func (q dequeue) push(p *program, t *thread) {
	t.read(p, q.tail, atTail).
		step("put", func(m *machine, t *running) { m.set(q.items[t.reg[atTail]], 0) }).
		assign(p, q.tail, func(r *registers) int { return r[atTail] + 1 })
}

// pop takes the item at the tail, if the thief leaves it.
func (q dequeue) pop(p *program, t *thread, fixed bool) {
	t.read(p, q.tail, atTail).step("tail-1", func(_ *machine, t *running) { t.reg[atTail]-- })
	t.merge()
	if fixed {
		t.assign(p, q.tail, func(r *registers) int { return r[atTail] })
	}
	t.readAnd(p, q.head, atHead, func(_ *machine, t *running) {
		t.reg[has] = 0
		if t.reg[atHead] <= t.reg[atTail] {
			t.reg[has] = 1
		}
	})
	if !fixed {
		t.step("tail=", func(m *machine, t *running) {
			if t.reg[has] == 1 {
				m.set(q.tail, t.reg[atTail])
			}
		})
		t.step("take", func(m *machine, t *running) {
			if t.reg[has] == 1 {
				q.take(m, t.reg[atTail])
			}
		})
		return
	}
	t.step("take", func(m *machine, t *running) {
		if t.reg[has] == 1 {
			q.take(m, t.reg[atTail])
		}
	})
	// There was a thief: decide under the lock.
	t.acquire(p, q.lock).readAnd(p, q.head, atHead, func(m *machine, t *running) {
		if t.reg[has] == 1 {
			return
		}
		if t.reg[atHead] <= t.reg[atTail] {
			q.take(m, t.reg[atTail])
		} else {
			m.set(q.tail, t.reg[atTail]+1)
		}
	}).release(p, q.lock)
}

// steal takes the item at the head.
func (q dequeue) steal(p *program, t *thread) {
	t.acquire(p, q.lock).read(p, q.head, atHead).
		assign(p, q.head, func(r *registers) int { return r[atHead] + 1 }).
		readAnd(p, q.tail, atTail, func(_ *machine, t *running) {
			t.reg[has] = 0
			if t.reg[atHead] < t.reg[atTail] {
				t.reg[has] = 1
			}
		}).
		step("take", func(m *machine, t *running) {
			if t.reg[has] == 1 {
				q.take(m, t.reg[atHead])
			} else {
				m.set(q.head, t.reg[atHead])
			}
		}).release(p, q.lock)
}

// take counts that an item was taken, which must happen once.
func (q dequeue) take(m *machine, i int) {
	m.set(q.items[i], m.vars[q.items[i]]+1)
	if m.vars[q.items[i]] > 1 {
		m.fail("item %d was taken twice", i)
	}
}
