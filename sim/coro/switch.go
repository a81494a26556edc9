package coro

// Resume and Yield in parts that the compiler puts into their callers. A switch costs
// the processor its predictions of where calls return to, so that on the way of every
// step each frame counts:
//
//	if c.Leaving() { // instead of c.Yield()
//		c.Switch()
//		c.Back()
//	}
//
//	c.Entering() // instead of c.Resume()
//	c.Switch()
//	status = c.Out()
//
// And, where even the frame of Switch is to be saved:
//
//	if c.Odd() {
//		c.SwitchOdd()
//	} else {
//		c.SwitchEven()
//	}
//
// With LeavingFor in place of Leaving another coroutine goes on, for which the caller
// of Resume then waits: one switch instead of two. EndFor does so at a job's end.

// Leaving begins a Yield. If it returns false, the job is being killed or the call is a
// mistake, and Yield has been called.
func (c *Coro) Leaving() bool {
	if c.state != running || c.kill != alive {
		c.Yield()
		return false
	}
	c.state, c.at = blocked, c.resumer
	return true
}

// LeavingFor begins a Yield after which the job of next goes on, a coroutine of the
// same Pool, as if it were that which had been resumed. If it returns false, c does not
// leave, as for Leaving, and next does not go on.
func (c *Coro) LeavingFor(next *Coro) bool {
	next.mustWait()
	if !c.Leaving() {
		return false
	}
	c.giveWay(next)
	return true
}

// EndFor is the last thing that a job does that is not being killed: once it has
// returned, the job of next goes on as after LeavingFor, and nobody learns that this one
// has ended.
func (c *Coro) EndFor(next *Coro) {
	next.mustWait()
	c.heir = next
}

// giveWay lets next go on where c was resumed.
func (c *Coro) giveWay(next *Coro) {
	next.state, next.resumer = running, c.resumer
	c.at = next.at
}

// Switch gives control away, to the job after Entering and to another one after Leaving.
func (c *Coro) Switch() {
	if c.Odd() {
		c.SwitchOdd()
	} else {
		c.SwitchEven()
	}
}

// Odd reports whether the next switch must be by SwitchOdd: see slot.
func (c *Coro) Odd() bool { return c.at.odd }

// SwitchOdd is Switch if Odd.
func (c *Coro) SwitchOdd() { c.at.swapOdd() }

// SwitchEven is Switch if not Odd.
func (c *Coro) SwitchEven() { c.at.swapEven() }

// Back ends a Yield.
func (c *Coro) Back() {
	if c.kill != alive || c.pool.detour != nil {
		c.notJustBack()
	}
}

func (c *Coro) notJustBack() {
	c.pool.follow()
	if c.kill != alive {
		strike(c)
	}
}

// Entering begins a Resume.
func (c *Coro) Entering() {
	c.mustWait()
	c.state, c.resumer = running, c.at
}

// mustWait refuses a coroutine that cannot be resumed.
func (c *Coro) mustWait() {
	if c.state != ready && c.state != blocked {
		c.refuse()
	}
}

func (c *Coro) refuse() { panic("coro: Resume of a coroutine that is " + c.state.String()) }

// Out ends a Resume. It is that of the coroutine that came back.
func (c *Coro) Out() Status {
	c.pool.follow()
	if c.state == blocked {
		return Yielded
	}
	return c.ended()
}

// ended takes a coroutine back whose job has ended.
func (c *Coro) ended() Status {
	c.putBack()
	if outer := c.outer; outer != nil {
		c.outer = nil
		strike(outer)
	}
	return c.status
}
