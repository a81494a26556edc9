package coro

// Resume and Yield in parts that the compiler puts into their callers. A switch costs
// the processor its predictions of where calls return to, so that on the way of every
// step each frame counts:
//
//	if c.Leaving() { // instead of c.Yield()
//		c.Leave()
//		c.Back()
//	}
//
//	c.Entering() // instead of c.Resume()
//	c.Enter()
//	status = c.Out()

// Leaving begins a Yield. If it returns false, the job is being killed or the call is a
// mistake, and Yield has been called.
func (c *Coro) Leaving() bool {
	if c.state != running || c.kill != alive {
		c.Yield()
		return false
	}
	c.state = blocked
	return true
}

// Leave gives control back.
func (c *Coro) Leave() { c.yield(struct{}{}) }

// Back ends a Yield.
func (c *Coro) Back() {
	if c.kill != alive {
		strike(c)
	}
}

// Entering begins a Resume.
func (c *Coro) Entering() {
	if c.state != ready && c.state != blocked {
		c.refuse()
	}
	c.state = running
}

func (c *Coro) refuse() { panic("coro: Resume of a coroutine that is " + c.state.String()) }

// Enter runs the job until it yields or ends.
func (c *Coro) Enter() { c.next() }

// Out ends a Resume.
func (c *Coro) Out() Status {
	if c.state == blocked {
		return Yielded
	}
	return c.ended()
}

// ended takes a coroutine back whose job has ended.
func (c *Coro) ended() Status {
	c.pool.put(c)
	if outer := c.outer; outer != nil {
		c.outer = nil
		strike(outer)
	}
	return c.status
}
