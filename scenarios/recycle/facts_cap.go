package recycle

import "github.com/seed-3519b94c/simrun/sim"

// capWatch is how many servers there must be that can begin a render, and since when
// there are fewer. A page that a render holds is free within the bound or not, which
// nobody knows yet; so two counts are kept: without the pages that are held, for twice
// the bound, and with them, for once.
type capWatch struct {
	property string
	k        int
	begun    bool // so many there were once
	few      [2]bool
	timers   [2]sim.EventRef
}

func (a *facts) startCaps() {
	a.caps = [2]capWatch{{property: cap1, k: 1}, {property: cap2, k: 2}}
}

// lookCaps counts who can begin a render.
func (a *facts) lookCaps() {
	now, soon := 0, 0
	for _, s := range a.f.servers {
		l := a.f.alive(s)
		if l == nil || !a.f.usable(s) {
			continue
		}
		n, m := l.CanBegin()
		if n {
			now++
		}
		if m {
			soon++
		}
	}
	for i := range a.caps {
		c := &a.caps[i]
		if now >= c.k {
			c.begun = true
		}
		if c.begun && a.f.setup.servers >= c.k {
			c.count(a, 0, now)
			c.count(a, 1, soon)
		}
	}
}

// count begins or ends the bound of one of the two counts.
func (c *capWatch) count(a *facts, which, n int) {
	if few := n < c.k; few != c.few[which] {
		c.few[which] = few
		if !few {
			a.w.Cancel(c.timers[which])
			return
		}
		bound := capWithin
		if which == 0 {
			bound = 2 * capWithin
		}
		c.timers[which] = a.within("capacity", bound, func() {
			a.failed(c.property, "", "fewer than %d servers could begin a render within %v, for longer than that", c.k, capWithin)
		})
	}
}

// usable reports whether a manager that runs would give s renders.
func (f *fleet) usable(s *serverSlot) bool {
	for _, m := range f.managers {
		if m.up && m.logic.ListsUsable(s.addr) {
			return true
		}
	}
	return false
}
