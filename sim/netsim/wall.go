package netsim

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// wallClock is the clock by which a program tells the time of day.
type wallClock struct {
	h      *Host
	offset time.Duration // beyond the virtual clock, drift not counted
	ppm    int64         // how much it gains, in millionths
	marks  []wallMark
	spare  []env.Mark // of marks that are not in use
}

type wallMark struct {
	at     env.Mark // 0: not in use
	offset time.Duration
}

func (c *wallClock) reset(h *Host) { *c = wallClock{h: h, marks: c.marks[:0], spare: c.spare[:0]} }

// StepWall sets the program's wall clock forwards by d, or backwards below zero.
func (h *Host) StepWall(d time.Duration) {
	h.enter()
	h.wall.offset += d
	if h.n.w.Recording() {
		h.n.w.Note("wall clock of %s: %+v", h.name, d)
	}
}

// DriftWall lets the wall clock gain ppm millionths, or lose below zero. It can be
// said while the world is built, and not later.
func (h *Host) DriftWall(ppm int64) {
	if h.n.w.Steps() > 0 || ppm <= -million {
		h.n.w.Mistake("drift of %q by %d ppm: a drift is above -1,000,000 and is said while the world is built", h.name, ppm)
	}
	h.wall.ppm = ppm
}

const million = 1_000_000

// Now implements env.WallClock.
func (l *life) Now() time.Duration {
	c := &l.h.wall
	v := l.h.p.Now()
	return v + scale(v, c.ppm) + c.offset
}

// scale is d*ppm/1,000,000 without overflow.
func scale(d time.Duration, ppm int64) time.Duration {
	return d/million*time.Duration(ppm) + d%million*time.Duration(ppm)/million
}

// Mark implements env.WallClock.
func (l *life) Mark() env.Mark {
	if l.over {
		return 0
	}
	l.h.enter()
	c := &l.h.wall
	m := wallMark{l.h.p.Mark(), c.offset}
	if n := len(c.spare); n > 0 {
		k := c.spare[n-1]
		c.spare = c.spare[:n-1]
		c.marks[k-1] = m
		return k
	}
	c.marks = append(c.marks, m)
	return env.Mark(len(c.marks))
}

// mark is what was marked.
func (c *wallClock) mark(m env.Mark) *wallMark {
	if m < 1 || int(m) > len(c.marks) || c.marks[m-1].at == 0 {
		c.h.n.w.Mistake("mark %d of %q: unknown or released", m, c.h.name)
	}
	return &c.marks[m-1]
}

// Elapsed implements env.WallClock.
func (l *life) Elapsed(m env.Mark, d time.Duration) bool {
	if l.over {
		return false
	}
	l.h.enter()
	c := &l.h.wall
	k := c.mark(m)
	d -= c.offset - k.offset // what the clock must have gone on by itself
	if d <= 0 {
		return true
	}
	return l.h.p.Elapsed(k.at, c.virtual(d))
}

// virtual is the shortest time in which the clock goes on by d, d above zero.
func (c *wallClock) virtual(d time.Duration) time.Duration {
	if c.ppm == 0 {
		return d
	}
	lo, hi := time.Duration(0), d
	for hi+scale(hi, c.ppm) < d {
		hi *= 2
	}
	for lo+1 < hi {
		if mid := lo + (hi-lo)/2; mid+scale(mid, c.ppm) >= d {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}

// Release implements env.WallClock.
func (l *life) Release(m env.Mark) {
	if l.over || m == 0 {
		return
	}
	l.h.wall.mark(m)
	l.h.wall.release(m)
}

// release lets m be used again.
func (c *wallClock) release(m env.Mark) {
	k := &c.marks[m-1]
	c.h.p.Release(k.at)
	k.at = 0
	c.spare = append(c.spare, m)
}

// forget releases the marks of a life that is over.
func (c *wallClock) forget() {
	for i := range c.marks {
		if c.marks[i].at != 0 {
			c.release(env.Mark(i + 1))
		}
	}
}
