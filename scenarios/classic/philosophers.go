package classic

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
)

// Philosophers are din_philN_sat of SCTBench: n philosophers take the fork to the left,
// then the one to the right, and give both back. All at once, they are stuck.
//
// Corrected, forks are taken in their order: the last philosopher begins at the right.
func Philosophers(n, pad int, spawn bool) *sim.Scenario {
	doc := fmt.Sprintf("%d philosophers, who take the fork to the left first", n)
	return toy(suffix(fmt.Sprintf("philosophers-%d", n), pad, spawn), doc, finished, func(fixed bool) *program {
		p := &program{owes: finished}
		var main *thread
		first := 0
		if spawn {
			main, first = p.spawner(), 1
		}
		for i := range n {
			p.mutex(fmt.Sprintf("fork%d", i+1))
		}
		for i := range n {
			left, right := i, (i+1)%n
			if fixed && left > right {
				left, right = right, left
			}
			p.thread(fmt.Sprintf("philosopher%d", i+1)).
				private(pad).acquire(p, left).acquire(p, right).release(p, right).release(p, left).private(pad)
		}
		if spawn {
			p.spawns(main, first)
		}
		return p
	})
}
