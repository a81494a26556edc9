package simclock

import "github.com/seed-3519b94c/simrun/sim"

// host is a process that runs the functions of AfterFunc, one after another. The
// library runs each in a goroutine of its own, so each has a process of its own as
// long as it runs; when it has returned, the process is used again.
type host struct {
	proc *sim.Proc
	f    func()
	body func(*sim.Proc)
}

// call runs e.f in a process that starts now. The same one is taken again for the
// same timer, and for a timer that was made in it: a function that arms its
// successor goes round in one process, however often.
func (e *entry) call() {
	if e.c.bubble != nil {
		go e.f() //simrun:allow go: in a bubble, whose goroutines run while the world waits
		return
	}
	h := e.host
	if h == nil {
		h = e.maker.host
	}
	if h != nil && !h.proc.Alive() {
		h.f = e.f
		h.proc.Restart()
	} else {
		h = e.c.newHost(e)
	}
	e.host = h
}

func (c *Clock) newHost(e *entry) *host {
	if c.hosting == len(c.hosts) {
		h := new(host)
		h.body = func(p *sim.Proc) {
			c.maker().host = h
			h.f()
		}
		c.hosts = append(c.hosts, h)
	}
	h := c.hosts[c.hosting]
	c.hosting++
	h.f = e.f
	start := c.w.Process
	if e.background {
		start = c.w.Background
	}
	h.proc = start("run", h.body)
	return h
}
