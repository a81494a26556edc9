package coro_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/coro"
)

// job makes a Job of a function.
type job func(c *coro.Coro)

func (j job) Run(c *coro.Coro) { j(c) }

// newPool is a pool that is closed at the end of the test, which fails if a
// goroutine is left.
func newPool(t *testing.T) *coro.Pool {
	before := runtime.NumGoroutine()
	p := &coro.Pool{}
	t.Cleanup(func() {
		p.Close()
		noLeak(t, before)
	})
	return p
}

func noLeak(t *testing.T, before int) {
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before, "goroutines leaked")
}

func TestYieldAndFinish(t *testing.T) {
	p := newPool(t)
	var log []string
	c := p.Start(job(func(c *coro.Coro) {
		log = append(log, "one")
		c.Yield()
		log = append(log, "two")
	}))
	log = append(log, "started")
	assert.Equal(t, coro.Yielded, c.Resume())
	log = append(log, "back")
	assert.Equal(t, 1, p.Live())
	assert.Equal(t, coro.Finished, c.Resume())
	assert.Equal(t, 0, p.Live())
	assert.Equal(t, []string{"started", "one", "back", "two"}, log)
	assert.Same(t, c, p.Start(job(func(*coro.Coro) {})), "the coroutine is used again")
}

func TestPanicComesBack(t *testing.T) {
	p := newPool(t)
	boom := errors.New("boom")
	c := p.Start(job(func(c *coro.Coro) {
		c.Yield()
		panicHere(boom)
	}))
	require.Equal(t, coro.Yielded, c.Resume())
	require.Equal(t, coro.Panicked, c.Resume())
	assert.Equal(t, boom, c.Panic().Value)
	assert.Contains(t, string(c.Panic().Stack), "panicHere")
	assert.EqualError(t, c.Panic(), "panic in coroutine: boom")

	again := p.Start(job(func(*coro.Coro) {}))
	assert.Same(t, c, again, "a panic does not cost the coroutine")
	assert.Nil(t, again.Panic())
	assert.Equal(t, coro.Finished, again.Resume())
}

func panicHere(v any) { panic(v) }

func TestNested(t *testing.T) {
	p := newPool(t)
	var log []string
	note := func(s string) { log = append(log, s) }
	inner := p.Start(job(func(c *coro.Coro) { note("c1"); c.Yield(); note("c2") }))
	middle := p.Start(job(func(c *coro.Coro) { inner.Resume(); note("b1"); c.Yield(); inner.Resume() }))
	outer := p.Start(job(func(c *coro.Coro) { middle.Resume(); note("a1"); c.Yield(); middle.Resume() }))
	outer.Resume()
	outer.Resume()
	assert.Equal(t, "c1 b1 a1 c2", strings.Join(log, " "))
}

func TestKillRunsDeferred(t *testing.T) {
	p := newPool(t)
	var log []string
	c := p.Start(job(func(c *coro.Coro) {
		defer func() {
			log = append(log, "defer 1")
			c.Yield()
			log = append(log, "defer 2")
		}()
		c.Yield()
		log = append(log, "not reached")
	}))
	c.Resume()
	assert.Equal(t, coro.Killed, c.Kill())
	assert.Equal(t, []string{"defer 1", "defer 2"}, log)
	assert.Equal(t, coro.Killed, c.Kill(), "a second kill does nothing")
	assert.Same(t, c, p.Start(job(func(*coro.Coro) {})))
}

func TestKillInDeferredOfPanic(t *testing.T) {
	p := newPool(t)
	c := p.Start(job(func(c *coro.Coro) {
		defer func() { recover() }()
		defer func() {
			defer c.Yield() // during the unwinding: returns
			c.Yield()       // killed here, while "own" is in progress
		}()
		panic("own")
	}))
	require.Equal(t, coro.Yielded, c.Resume())
	assert.Equal(t, coro.Finished, c.Kill())
}

// TestInnerYieldsForOuter: a job that runs inside another may block the outer one.
func TestInnerYieldsForOuter(t *testing.T) {
	p := newPool(t)
	var log []string
	note := func(s string) { log = append(log, s) }
	start := func() *coro.Coro {
		return p.Start(job(func(outer *coro.Coro) {
			defer note("outer unwound")
			inner := p.Start(job(func(inner *coro.Coro) {
				defer func() { outer.Yield(); note("inner unwound") }()
				note("inner")
				outer.Yield()
				note("again")
				inner.Yield()
				note("not reached")
			}))
			note(inner.Resume().String())
			outer.Yield()
			note(inner.Kill().String())
		}))
	}
	c := start()
	assert.Equal(t, coro.Yielded, c.Resume())
	assert.Equal(t, coro.Yielded, c.Resume())
	assert.Equal(t, coro.Yielded, c.Resume(), "the deferred Yield of the inner job, killed by the outer")
	assert.Equal(t, coro.Finished, c.Resume())
	assert.Equal(t, []string{"inner", "again", "yielded", "inner unwound", "killed", "outer unwound"}, log)

	log = nil
	c = start()
	assert.Equal(t, coro.Yielded, c.Resume())
	assert.Equal(t, coro.Killed, c.Kill())
	assert.Equal(t, []string{"inner", "inner unwound", "outer unwound"}, log)
	assert.Zero(t, p.Live())

	c = start() // Close unwinds these two, whichever coroutine is older
	assert.Equal(t, coro.Yielded, c.Resume())
}

func TestKillBeforeStart(t *testing.T) {
	p := newPool(t)
	c := p.Start(job(func(*coro.Coro) { t.Error("must not run") }))
	assert.Equal(t, coro.Killed, c.Kill())
	p.Start(job(func(*coro.Coro) { t.Error("must not run") })) // Close kills this one
}

func TestKillSwallowed(t *testing.T) {
	t.Run("and returns", func(t *testing.T) {
		p := newPool(t)
		c := p.Start(job(func(c *coro.Coro) {
			defer func() { recover() }()
			c.Yield()
		}))
		c.Resume()
		assert.Equal(t, coro.Finished, c.Kill())
	})
	t.Run("and goes on for ever", func(t *testing.T) {
		p := newPool(t)
		rounds, cleaned := 0, false
		c := p.Start(job(func(c *coro.Coro) {
			defer func() { cleaned = true }()
			for {
				func() {
					defer func() { recover() }()
					rounds++
					defer c.Yield()
					c.Yield()
				}()
			}
		}))
		c.Resume()
		assert.Equal(t, coro.Survived, c.Kill())
		assert.Equal(t, 2, rounds)
		assert.True(t, cleaned)
		assert.NotSame(t, c, p.Start(job(func(*coro.Coro) {})), "thrown away")
	})
	t.Run("and panics", func(t *testing.T) {
		p := newPool(t)
		c := p.Start(job(func(c *coro.Coro) {
			defer func() { recover(); panic("other") }()
			c.Yield()
		}))
		c.Resume()
		assert.Equal(t, coro.Panicked, c.Kill())
		assert.Equal(t, "other", c.Panic().Value)
	})
	t.Run("until the pool closes", func(t *testing.T) {
		p := newPool(t)
		p.Start(job(func(c *coro.Coro) {
			for {
				func() {
					defer func() { recover() }()
					c.Yield()
				}()
			}
		})).Resume()
	})
}

func TestKillDeep(t *testing.T) {
	p := newPool(t)
	var deep func(c *coro.Coro, n int)
	deep = func(c *coro.Coro, n int) {
		if n == 0 {
			defer c.Yield()
			c.Yield()
		} else {
			deep(c, n-1)
		}
	}
	c := p.Start(job(func(c *coro.Coro) { deep(c, 300) }))
	c.Resume()
	assert.Equal(t, coro.Killed, c.Kill())
}

// TestGoexit is a t.FailNow in a job: the caller's goroutine ends, and the pool can
// be closed.
func TestGoexit(t *testing.T) {
	before := runtime.NumGoroutine()
	var p coro.Pool
	other := p.Start(job(func(c *coro.Coro) { c.Yield() }))
	other.Resume()
	returned, closed := false, make(chan bool)
	go func() {
		defer func() { p.Close(); closed <- true }()
		c := p.Start(job(func(c *coro.Coro) { c.Yield(); runtime.Goexit() }))
		c.Resume()
		c.Resume()
		returned = true
	}()
	<-closed
	assert.False(t, returned)
	noLeak(t, before)
}

func TestGoexitInDeferredOfKill(t *testing.T) {
	before := runtime.NumGoroutine()
	var p coro.Pool
	done := make(chan bool)
	go func() {
		defer close(done)
		for range 3 {
			p.Start(job(func(c *coro.Coro) { defer runtime.Goexit(); c.Yield() })).Resume()
		}
		p.Close()
	}()
	<-done
	noLeak(t, before)
}

func TestMisuse(t *testing.T) {
	p := newPool(t)
	c := p.Start(job(func(c *coro.Coro) {
		assert.Panics(t, func() { c.Resume() })
		assert.Panics(t, func() { c.Kill() })
	}))
	assert.PanicsWithValue(t, "coro: Yield outside of the job, the coroutine is not started", c.Yield)
	c.Resume()
	assert.PanicsWithValue(t, "coro: Resume of a coroutine that is idle", func() { c.Resume() })
	var closed coro.Pool
	closed.Close()
	assert.Panics(t, func() { closed.Start(job(func(*coro.Coro) {})) })
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	p := newPool(t)
	j := &counter{}
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		c := p.Start(j)
		c.Resume()
		c.Kill()
	}))
	assert.Equal(t, "yielded finished panicked killed survived Status(9)", fmt.Sprint(
		coro.Yielded, coro.Finished, coro.Panicked, coro.Killed, coro.Survived, coro.Status(9)))
}

// counter yields for ever.
type counter struct{ n int }

func (j *counter) Run(c *coro.Coro) {
	for {
		j.n++
		c.Yield()
	}
}

func Example() {
	var pool coro.Pool
	defer pool.Close()

	c := pool.Start(job(func(c *coro.Coro) {
		defer fmt.Println("unwound")
		for i := 1; ; i++ {
			fmt.Println("step", i)
			c.Yield()
		}
	}))
	fmt.Println(c.Resume())
	fmt.Println(c.Resume())
	fmt.Println(c.Kill())
	// Output:
	// step 1
	// yielded
	// step 2
	// yielded
	// unwound
	// killed
}
