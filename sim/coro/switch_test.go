package coro_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seed-3519b94c/simrun/sim/coro"
)

// leaveFor is Yield, and next goes on in place of the caller of Resume.
func leaveFor(c, next *coro.Coro) {
	if c.LeavingFor(next) {
		c.Switch()
		c.Back()
	}
}

// resume is Resume where coroutines hand over to each other: came is the one that
// comes back.
func resume(c *coro.Coro, came **coro.Coro) coro.Status {
	c.Entering()
	c.Switch()
	return (*came).Out()
}

func TestOneGoesOnForAnother(t *testing.T) {
	p := newPool(t)
	var log []string
	var came, a, b *coro.Coro
	note := func(s string) { log = append(log, s) }
	b = p.Start(job(func(c *coro.Coro) { note("b1"); came = a; leaveFor(c, a); note("b2") }))
	a = p.Start(job(func(c *coro.Coro) {
		note("a1")
		came = b
		leaveFor(c, b)
		note("a2")
		c.Yield()
		note("a3")
		came = b
		c.EndFor(b)
	}))
	came = a
	assert.Equal(t, coro.Yielded, resume(a, &came))
	assert.Same(t, a, came)
	assert.Equal(t, coro.Finished, resume(a, &came))
	assert.Same(t, b, came, "it has ended in place of a")
	assert.Equal(t, []string{"a1", "b1", "a2", "a3", "b2"}, log)
	assert.Zero(t, p.Live())
}

func TestMistakesOfOneForAnother(t *testing.T) {
	p := newPool(t)
	p.Start(job(func(c *coro.Coro) {
		assert.PanicsWithValue(t, "coro: Resume of a coroutine that is running", func() { c.LeavingFor(c) })
	})).Resume()
}

// ring makes coroutines of which each hands over to the next, round after round, so that
// no goroutine is where it began. Resumed after that, each does as it is told.
func ring(p *coro.Pool, n, rounds int, then func(i int, c *coro.Coro)) []*coro.Coro {
	all := make([]*coro.Coro, n)
	for i := range all {
		all[i] = p.Start(job(func(c *coro.Coro) {
			for range rounds {
				if i+1 < n {
					leaveFor(c, all[i+1])
				} else {
					c.Yield()
				}
			}
			then(i, c)
		}))
	}
	for range rounds {
		came := all[n-1]
		resume(all[0], &came)
	}
	return all
}

func TestGoexitOutOfPlace(t *testing.T) {
	for rounds := range 7 {
		for i := range 5 {
			before := runtime.NumGoroutine()
			var p coro.Pool
			returned, closed := false, make(chan bool)
			go func() {
				defer func() { p.Close(); closed <- true }()
				all := ring(&p, 5, rounds, func(j int, c *coro.Coro) {
					if j == i {
						runtime.Goexit()
					}
					c.Yield()
				})
				for k := range all {
					all[(i+2+k)%5].Resume()
				}
				returned = true
			}()
			<-closed
			assert.False(t, returned)
			noLeak(t, before)
		}
	}
}

func TestSurvivorsOutOfPlace(t *testing.T) {
	for rounds := range 7 {
		p := newPool(t)
		all := ring(p, 5, rounds, func(i int, c *coro.Coro) {
			for i != 2 {
				func() { defer func() { recover() }(); c.Yield() }()
			}
			c.Yield()
		})
		for i, c := range all {
			require.Equal(t, coro.Yielded, c.Resume(), i)
		}
		for i, c := range all {
			want := coro.Survived
			if i == 2 {
				want = coro.Killed
			}
			require.Equal(t, want, c.Kill(), i)
		}
		assert.Zero(t, p.Live())
	}
}

// TestHandOverIsLikeReturning: jobs that hand over to each other see what they would if
// each yielded and the caller resumed the next one; and whatever they do, all of it ends.
func TestHandOverIsLikeReturning(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(rt, "coroutines")
		script := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) move {
			return move{
				what: rapid.SampledFrom([]string{"go", "go", "go", "go", "end", "kill", "panic", "new", "home"}).Draw(rt, "what"),
				whom: rapid.IntRange(0, n-1).Draw(rt, "whom"),
			}
		}), 0, 60).Draw(rt, "script")
		require.Equal(rt, play(n, script, false), play(n, script, true))
	})
}

// move is what the job that runs does next, or the caller.
type move struct {
	what string
	whom int
}

// table is where jobs play a script: who runs takes the next move.
type table struct {
	pool   coro.Pool
	seats  []*coro.Coro // nil: nobody
	direct bool         // hand over without the caller
	script []move
	next   int // whom the caller resumes; -1: nobody
	came   int // who comes back
	log    []string
}

func play(n int, script []move, direct bool) []string {
	t := &table{seats: make([]*coro.Coro, n), direct: direct, script: script}
	defer t.pool.Close()
	for i := range n {
		t.sit(i)
	}
	for {
		if t.next < 0 || t.seats[t.next] == nil {
			if len(t.script) == 0 {
				return t.log
			}
			m := t.take()
			t.next = m.whom
			if m.what == "new" {
				t.sit(m.whom)
			}
			continue
		}
		t.came, t.next = t.next, -1
		c := t.seats[t.came]
		c.Entering()
		c.Switch()
		c = t.seats[t.came]
		if s := c.Out(); s != coro.Yielded {
			if t.next < 0 {
				t.note("%d %v", t.came, s)
			}
			t.seats[t.came] = nil
		}
	}
}

func (t *table) take() move {
	m := t.script[0]
	t.script = t.script[1:]
	return m
}

func (t *table) note(format string, args ...any) { t.log = append(t.log, fmt.Sprintf(format, args...)) }

// sit gives seat i a new job if it is free.
func (t *table) sit(i int) {
	if t.seats[i] == nil {
		t.seats[i] = t.pool.Start(job(func(c *coro.Coro) { t.life(i, c) }))
	}
}

func (t *table) life(me int, c *coro.Coro) {
	defer t.note("%d unwinds", me)
	for len(t.script) > 0 {
		m := t.take()
		t.note("%d %v", me, m)
		free := t.seats[m.whom] == nil
		switch {
		case m.what == "new":
			t.sit(m.whom)
		case m.what == "home":
			c.Yield()
		case m.what == "panic" && m.whom == me:
			panic("drawn")
		case m.what == "kill" && m.whom != me && !free:
			t.note("%v", t.seats[m.whom].Kill())
			t.seats[m.whom] = nil
		case m.what == "end" && m.whom != me && !free:
			if t.direct {
				t.seats[me], t.came = nil, m.whom
				c.EndFor(t.seats[m.whom])
			} else {
				t.next = m.whom
			}
			return
		case m.what == "go" && m.whom != me && !free:
			if t.direct {
				t.came = m.whom
				leaveFor(c, t.seats[m.whom])
			} else {
				t.next = m.whom
				c.Yield()
			}
		}
	}
}
