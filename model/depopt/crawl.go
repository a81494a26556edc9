package depopt

import "github.com/seed-3519b94c/simrun/sim/env"

// crawl finds out when the first requests have been answered (6.7): when nothing that
// was registered is left, for a while. It says so once.
type crawl struct {
	e          *Environment
	registered int
	seen       map[*URL]bool
	timer      env.LoopTimer
	idle       func()
}

func (c *crawl) reset(e *Environment) {
	c.e, c.registered, c.timer, c.idle = e, 0, nil, nil
	if c.seen == nil {
		c.seen = make(map[*URL]bool)
	}
	clear(c.seen)
}

// whenIdle calls f once when the crawl is over.
func (c *crawl) whenIdle(f func()) {
	c.idle = f
	if c.registered == 0 {
		c.restart()
	}
}

func (c *crawl) restart() {
	if c.idle == nil {
		return
	}
	if c.timer != nil {
		c.timer.Clear()
	}
	c.timer = c.e.loop.SetTimeout(func() {
		c.timer = nil
		if f := c.idle; f != nil && c.registered == 0 {
			c.idle = nil
			f()
		}
	}, crawlIdle)
}

// register notes that a request is under way, once for each module and not for files
// of the bundles. The function that it returns says that it has been answered.
func (c *crawl) register(id *URL) (leave func()) {
	if c.idle == nil || id.Kind != Source || c.seen[id] {
		return func() {}
	}
	c.seen[id] = true
	c.registered++
	return func() {
		if c.registered--; c.registered == 0 {
			c.restart()
		}
	}
}
