package classic

import "github.com/seed-3519b94c/simrun/sim"

// What follows are small programs of SCTBench (Thomson et al., "Concurrency testing
// using controlled schedulers", TOPC'16; concurrent-software-benchmarks), with
// one event per access.

// WrongLock is wronglock_bad: one thread checks under a lock that a counter only
// changes by its own addition, and seven others add under another lock.
//
// Corrected, there is one lock.
func WrongLock() *sim.Scenario {
	const doc = "two locks protect one counter"
	return toy("wronglock", doc, property, func(fixed bool) *program {
		p := new(program)
		data, lock := p.variable("data", 0), p.mutex("dataLock")
		other := lock
		if !fixed {
			other = p.mutex("thisLock")
		}
		plusOne := func(r *registers) int { return r[0] + 1 }
		main := p.spawner()
		p.thread("checker").begins().acquire(p, lock).
			read(p, data, 0).assign(p, data, plusOne).
			readAnd(p, data, 1, func(m *machine, t *running) {
				if t.reg[1] != t.reg[0]+1 {
					m.fail("the counter went from %d to %d by adding 1", t.reg[0], t.reg[1])
				}
			}).release(p, lock).ends()
		for i := range 7 {
			p.thread(numbered("adder", i)).begins().acquire(p, other).
				read(p, data, 0).assign(p, data, plusOne).release(p, other).ends()
		}
		p.spawns(main, 1)
		return p
	})
}

// Account is account_bad: a deposit and a withdrawal, and somebody who compares the
// balance when both are done, with a wrong sum.
//
// Corrected, the sum is right.
func Account() *sim.Scenario {
	const doc = "whoever looks after both the deposit and the withdrawal expects another balance"
	return toy("account", doc, property, func(fixed bool) *program {
		const x, y, z = 1, 2, 4
		expected := x - y - z
		if fixed {
			expected = x + y - z
		}
		p := new(program)
		balance, lock := p.variable("balance", x), p.mutex("m")
		deposited, withdrawn := p.variable("deposited", 0), p.variable("withdrawn", 0)
		change := func(t *thread, by, done int) {
			t.begins().acquire(p, lock).read(p, balance, 0).
				assign(p, balance, func(r *registers) int { return r[0] + by }).
				write(p, done, 1).release(p, lock).ends()
		}
		main := p.spawner()
		p.thread("check").begins().acquire(p, lock).
			read(p, deposited, 0).read(p, withdrawn, 1).
			readAnd(p, balance, 2, func(m *machine, t *running) {
				if t.reg[0] == 1 && t.reg[1] == 1 && t.reg[2] != expected {
					m.fail("the balance is %d, not %d", t.reg[2], expected)
				}
			}).release(p, lock).ends()
		change(p.thread("deposit"), y, deposited)
		change(p.thread("withdraw"), -z, withdrawn)
		p.spawns(main, 1)
		return p
	})
}

// Lazy is lazy01_bad: two threads add 1 and 2 under a lock, and a third must not see
// the sum of both, which it does when it is last.
//
// Corrected, it must not see more than the sum.
func Lazy() *sim.Scenario {
	const doc = "the third thread is not meant to come last"
	return toy("lazy", doc, property, func(fixed bool) *program {
		most := 2
		if fixed {
			most = 3
		}
		p := new(program)
		data, lock := p.variable("data", 0), p.mutex("mutex")
		main := p.spawner()
		for i := range 2 {
			p.thread(numbered("adder", i)).begins().acquire(p, lock).read(p, data, 0).
				assign(p, data, func(r *registers) int { return r[0] + i + 1 }).release(p, lock).ends()
		}
		p.thread("looker").begins().acquire(p, lock).
			readAnd(p, data, 0, func(m *machine, t *running) {
				if t.reg[0] > most {
					m.fail("the sum is %d", t.reg[0])
				}
			}).release(p, lock).ends()
		p.spawns(main, 1)
		return p
	})
}

// TokenRing is token_ring_bad: three threads hand a number on around a ring, x1 =
// (x3+1) mod 4, x2 = x1, x3 = x2, each in its own time; when all have, the three must
// be equal.
//
// Corrected, each is started by the one before it.
func TokenRing() *sim.Scenario {
	const doc = "three threads hand a number on, in any order"
	return toy("token-ring", doc, property, func(fixed bool) *program {
		p := new(program)
		lock := p.mutex("atomic")
		x := []int{p.variable("x1", 1), p.variable("x2", 2), p.variable("x3", 1)}
		flag := []int{p.variable("flag1", 0), p.variable("flag2", 0), p.variable("flag3", 0)}
		main := p.spawner()
		for i := range 3 {
			from := (i + 2) % 3
			t := p.thread(numbered("node", i)).begins().acquire(p, lock).read(p, x[from], 0)
			if i == 0 {
				t.assign(p, x[i], func(r *registers) int { return (r[0] + 1) % 4 })
			} else {
				t.assign(p, x[i], func(r *registers) int { return r[0] })
			}
			t.write(p, flag[i], 1).release(p, lock)
			if fixed && i < 2 {
				t.step("spawn", func(m *machine, _ *running) { m.start(i + 2) })
			}
			t.ends()
		}
		p.thread("check").begins().acquire(p, lock).step("compare", func(m *machine, t *running) {
			done := m.get(flag[0]) + m.get(flag[1]) + m.get(flag[2])
			a, b, c := m.get(x[0]), m.get(x[1]), m.get(x[2])
			if done == 3 && (a != b || b != c) {
				m.fail("the numbers are %d, %d and %d", a, b, c)
			}
		}).release(p, lock).ends()
		if !fixed {
			p.spawns(main, 1)
			return p
		}
		for _, t := range p.threads[1:] {
			t.spawned = true
		}
		main.step("spawn", func(m *machine, _ *running) { m.start(1) })
		main.step("spawn", func(m *machine, _ *running) { m.start(len(m.threads) - 1) })
		return p
	})
}
