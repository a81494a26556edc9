package coro

import "runtime"

// slot is a place in which one goroutine is parked; who swaps takes its place. That is
// how the coroutines of iter.Pull work underneath: next and yield both exchange the
// running goroutine with the one that is parked, and have to be called in turn. They
// may be called by any goroutine, so n coroutines and who resumes them share n slots,
// each coroutine knows where its goroutine is, and every switch from one to another is
// a single swap. Only a goroutine that ends goes by its own slot: the one that is
// parked there goes on.
//
// Where goroutines have to change their places for other reasons, the pool's detour
// has the slots into which those who wake up have to swap at once.
type slot struct {
	next  func() (struct{}, bool)
	yield func(struct{}) bool
	stop  func()
	odd   bool // the next swap is by yield
}

func (s *slot) swapEven() {
	s.odd = true
	s.next()
}

func (s *slot) swapOdd() {
	s.odd = false
	s.yield(struct{}{})
}

// swap parks the running goroutine in s and lets the one go on that is parked there.
func (s *slot) swap() {
	if s.odd {
		s.swapOdd()
	} else {
		s.swapEven()
	}
}

// follow makes the running goroutine swap as the detour says, until there is none.
func (p *Pool) follow() {
	for p.detour != nil {
		s := p.detour[0]
		if p.detour = p.detour[1:]; len(p.detour) == 0 {
			p.detour = nil
		}
		s.swap()
	}
}

// callResumer brings the caller of Resume into c's own slot, and who is there into the
// slot of the caller. It is called on the goroutine of c.
func (c *Coro) callResumer() {
	home, away := &c.own, c.resumer
	if home == away {
		return
	}
	for _, d := range c.pool.all {
		for _, s := range []**slot{&d.at, &d.resumer} {
			switch *s {
			case home:
				*s = away
			case away:
				*s = home
			}
		}
	}
	c.pool.detour = []*slot{home, away}
	away.swap()
	c.pool.follow()
}

// sendHome parks the goroutines of the coroutines that are idle in their own slots. One
// is not if another coroutine is running that must go first.
func (p *Pool) sendHome() {
	parked := make(map[*slot]*Coro, len(p.all))
	for _, c := range p.all {
		if c.state == idle {
			parked[c.at] = c
		}
	}
	for _, c := range p.all {
		if c.state == idle && c.at != &c.own {
			p.sendRound(c, parked)
		}
	}
}

// sendRound is sendHome for c and for those that are in each other's slots because of
// it: each goes where the next one is, and the last one to where the caller waits.
func (p *Pool) sendRound(c *Coro, parked map[*slot]*Coro) {
	var round []*Coro
	for d := c; ; d = parked[&d.own] {
		if d == nil {
			return
		}
		if round = append(round, d); &d.own == c.at {
			break
		}
	}
	start := c.at
	for _, d := range round {
		d.at = &d.own
		p.detour = append(p.detour, &d.own)
	}
	start.swap()
	p.follow()
}

// putBack takes c back after its job has ended. If its goroutine has ended as well, by
// runtime.Goexit, so does that of the caller.
func (c *Coro) putBack() {
	c.pool.put(c)
	if c.state == gone {
		runtime.Goexit()
	}
}
