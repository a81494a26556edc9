package coro

// Pool makes coroutines and uses them again. The zero Pool is ready. It has one
// sequential user; Close ends it.
type Pool struct {
	free   []*Coro // the last one is used next
	all    []*Coro // in the order of making
	detour []*slot // see slot
	closed bool
}

// Start gives job to a coroutine, which does not run before its first Resume.
func (p *Pool) Start(job Job) *Coro {
	if p.closed {
		panic("coro: Start on a closed Pool")
	}
	var c *Coro
	if n := len(p.free); n > 0 {
		c = p.free[n-1]
		p.free = p.free[:n-1]
	} else {
		c = &Coro{pool: p}
		c.start()
		p.all = append(p.all, c)
	}
	c.job, c.state, c.panic, c.status, c.kill = job, ready, nil, Yielded, alive
	return c
}

// Live is the number of coroutines whose job has not ended.
func (p *Pool) Live() int {
	n := 0
	for _, c := range p.all {
		if c.state != idle && c.state != gone {
			n++
		}
	}
	return n
}

// KillAll kills all jobs, in the order in which their coroutines were made, and keeps
// the coroutines. It must not be called from within one of them.
func (p *Pool) KillAll() {
	if p.Live() == 0 {
		return
	}
	// A kill that is survived shortens the list, hence the copy.
	for _, c := range append([]*Coro(nil), p.all...) {
		if c.state == ready || c.state == blocked {
			c.Kill()
		}
	}
}

// Close kills all jobs, in the order in which their coroutines were made, and ends
// the coroutines. It must not be called from within one of them. Afterwards the
// pool cannot be used.
func (p *Pool) Close() {
	p.closed = true
	done := false
	defer func() {
		if !done { // a killed job's deferred function called Goexit: end the rest
			p.Close()
		}
	}()
	// First all kills: a job that blocks another one from inside counts as running
	// until that one is killed.
	p.KillAll()
	p.sendHome()
	for len(p.all) > 0 {
		c := p.all[len(p.all)-1]
		p.all = p.all[:len(p.all)-1]
		if c.state == idle && c.at == &c.own {
			c.state, c.resumer = gone, c.at
			c.own.stop()
		}
	}
	p.free = nil
	done = true
}

// put takes back a coroutine whose job has ended.
func (p *Pool) put(c *Coro) {
	c.job = nil
	if c.state == gone { // its deferred functions called Goexit
		p.drop(c)
		return
	}
	c.state = idle
	if !p.closed {
		p.free = append(p.free, c)
	}
}

// drop forgets a coroutine whose goroutine has ended.
func (p *Pool) drop(c *Coro) {
	c.job = nil
	for i, other := range p.all {
		if other == c {
			p.all = append(p.all[:i], p.all[i+1:]...)
			return
		}
	}
}
