package coord

// Gate is closed, and then opened, once. The zero Gate is closed.
type Gate struct {
	open    bool
	waiters []func()
}

// Open lets everybody through, now and from now on. Who waits goes on in the order of
// coming; only the first time counts.
func (g *Gate) Open() {
	if g.open {
		return
	}
	g.open = true
	waiters := g.waiters
	g.waiters = nil
	for _, fn := range waiters {
		fn()
	}
}

// Wait calls fn once g is open: at once if it is.
func (g *Gate) Wait(fn func()) {
	if g.open {
		fn()
		return
	}
	g.waiters = append(g.waiters, fn)
}
