package jsloop_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/coro"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

// script is a loop under test, its clock, and what it logged.
type script struct {
	*jsloop.Loop
	now   time.Duration
	lines []string
}

func (s *script) log(line string) { s.lines = append(s.lines, line) }

// say is a callback that logs.
func (s *script) say(line string) func() { return func() { s.log(line) } }

// on is a reaction that logs.
func (s *script) on(line string) func(jsloop.Value) (jsloop.Value, error) {
	return func(v jsloop.Value) (jsloop.Value, error) { s.log(line); return v, nil }
}

// count logs 1 to n, each a microtask after the other.
func (s *script) count(n int) {
	p := s.Resolve(nil)
	for i := range n {
		p = p.Then(s.on(fmt.Sprint(i+1)), nil)
	}
}

// newScript makes a loop that logs all reports, if no change to its configuration says
// otherwise.
func newScript(t *testing.T, f jsloop.Flavour, changes ...func(s *script, cfg *jsloop.Config)) *script {
	s := &script{}
	cfg := jsloop.Config{
		Flavour:              f,
		Now:                  func() time.Duration { return s.now },
		OnUnhandledRejection: func(reason error, _ *jsloop.Promise) { s.log("UR:" + reason.Error()) },
		OnRejectionHandled:   func(*jsloop.Promise) { s.log("RH") },
		OnUncaughtException:  func(reason error, _ jsloop.Origin) { s.log("UE:" + reason.Error()) },
		OnExit:               func(code int) { s.log(fmt.Sprint("exit ", code)) },
	}
	for _, change := range changes {
		change(s, &cfg)
	}
	s.Loop = jsloop.New(cfg)
	t.Cleanup(s.Close)
	return s
}

// run drives the loop to its end and returns what it logged.
func (s *script) run(main func()) string {
	s.Main(main)
	for range 10_000 {
		n := s.Next()
		if n.Kind == jsloop.StepDone {
			break
		}
		if n.Wait && n.Timed {
			s.now = max(s.now, n.Deadline)
		}
		s.Step()
	}
	return strings.Join(s.lines, " ")
}

func TestSteps(t *testing.T) {
	s := newScript(t, jsloop.Node)
	s.Main(func() {
		s.NextTick(s.say("tick"))
		s.QueueMicrotask(s.say("micro"))
		s.SetTimeout(s.say("timeout"), 3)
		s.SetImmediate(s.say("immediate"))
		s.Reject(errors.New("e"))
	})
	var kinds []string
	for {
		n := s.Next()
		assert.Equal(t, n, s.Next(), "asking changes nothing")
		if n.Kind == jsloop.StepDone {
			break
		}
		if n.Wait {
			assert.Equal(t, 3*time.Millisecond, n.Deadline)
			s.now = n.Deadline
		}
		kinds = append(kinds, s.Step().Kind.String())
	}
	assert.Equal(t, "main tick microtask report timers poll immediate timers poll timers timer exit",
		strings.Join(kinds, " "))
	assert.Equal(t, "tick micro UR:e immediate timeout exit 0", strings.Join(s.lines, " "))
	assert.Equal(t, jsloop.StepDone, s.Step().Kind)
}

func TestPostWakesUp(t *testing.T) {
	s := newScript(t, jsloop.Node)
	s.Ref()
	s.Main(func() {})
	s.Step()
	require.Equal(t, jsloop.Step{Kind: jsloop.StepPoll, Wait: true}, s.Next())
	s.Step() // a spurious wake-up
	require.True(t, s.Next().Wait)
	s.Post(func() {
		s.log("posted")
		s.SetTimeout(s.say("timeout"), 0)
		s.SetImmediate(s.say("immediate"))
		s.NextTick(s.say("tick"))
		s.Release()
	})
	assert.False(t, s.Next().Wait)
	assert.Equal(t, "posted tick immediate timeout exit 0", s.run(func() {}))
}

// TestNodeSurprises are orders that follow from Node's source, all observed with
// Node v20.20.2.
func TestNodeSurprises(t *testing.T) {
	late := func(s *script) { s.now += 5 * time.Millisecond }
	boom := func(s *script, line string) func() {
		return func() { s.log(line); jsloop.Throw(errors.New("boom")) }
	}
	tests := []struct {
		name, want string
		main       func(s *script)
	}{
		{"a throw in a tick postpones behind a due timer", "1 UE:boom T 2 m I exit 0", func(s *script) {
			s.SetTimeout(s.say("T"), 0)
			s.SetImmediate(s.say("I"))
			s.NextTick(func() { late(s); boom(s, "1")() })
			s.NextTick(s.say("2"))
			s.QueueMicrotask(s.say("m"))
		}},
		{"a throw in a microtask postpones nothing", "1 UE:boom 2 t T I exit 0", func(s *script) {
			s.SetTimeout(s.say("T"), 0)
			s.SetImmediate(s.say("I"))
			s.QueueMicrotask(func() { s.NextTick(s.say("t")); late(s); boom(s, "1")() })
			s.QueueMicrotask(s.say("2"))
		}},
		{"the next timer runs before the thrower's ticks", "1 UE:boom 2 t 3 exit 0", func(s *script) {
			s.SetTimeout(func() { s.NextTick(s.say("t")); boom(s, "1")() }, 1)
			s.SetTimeout(s.say("2"), 1)
			s.SetTimeout(s.say("3"), 2)
			late(s)
		}},
		{"what a postponed tick makes joins the check phase", "1 UE:boom 2 I J exit 0", func(s *script) {
			s.NextTick(boom(s, "1"))
			s.NextTick(func() { s.log("2"); s.SetImmediate(s.say("J")) })
			s.SetImmediate(s.say("I"))
		}},
		{"a timer of a late tick beats the immediate", "A B I exit 0", func(s *script) {
			s.SetTimeout(func() {
				s.log("A")
				s.SetImmediate(s.say("I"))
				s.NextTick(func() {
					s.SetTimeout(s.say("B"), 0)
					late(s)
					s.ClearTimeout(s.SetTimeout(func() {}, 9))
				})
			}, 1)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, jsloop.Node)
			assert.Equal(t, tt.want, s.run(func() { tt.main(s) }))
		})
	}
}

func TestTimerDurations(t *testing.T) {
	for _, ms := range []float64{0, -5, math.NaN(), math.Inf(1), 1 << 31, 1.9} {
		s := newScript(t, jsloop.Node)
		assert.Equal(t, "first second third exit 0", s.run(func() {
			s.SetTimeout(s.say("first"), ms)
			s.SetTimeout(s.say("second"), 1)
			s.SetTimeout(s.say("third"), 2)
		}), ms)
		assert.Equal(t, 2*time.Millisecond, s.now)
	}
}

func TestIntervalAndUnref(t *testing.T) {
	s := newScript(t, jsloop.Node)
	assert.Equal(t, "i i i exit 0", s.run(func() {
		n := 0
		var iv *jsloop.Timer
		iv = s.SetInterval(func() {
			s.log("i")
			if n++; n == 3 {
				s.ClearInterval(iv)
			}
		}, 10)
		s.Unref(s.SetTimeout(s.say("never"), 100))
		s.ClearImmediate(s.SetImmediate(s.say("never")))
		s.ClearImmediate(nil)
		s.ClearTimeout(nil)
	}))
	assert.Equal(t, 30*time.Millisecond, s.now)
}

func TestSelfResolution(t *testing.T) {
	s := newScript(t, jsloop.Node)
	p, resolve, _ := s.WithResolvers()
	resolve(p)
	resolve(1) // too late
	var te *jsloop.TypeError
	assert.Equal(t, jsloop.Rejected, p.State())
	assert.ErrorAs(t, p.Reason(), &te)
}

// TestFinally is where V8 and JavaScriptCore differ.
func TestFinally(t *testing.T) {
	for f, want := range []string{"f 1 2 3 value 4 exit 0", "f 1 value 2 3 4 exit 0"} {
		s := newScript(t, jsloop.Flavour(f))
		assert.Equal(t, want, s.run(func() {
			s.Resolve(1).Finally(func() (jsloop.Value, error) { s.log("f"); return nil, nil }).Then(s.on("value"), nil)
			s.count(4)
		}))
	}
}

func TestAsyncThrowsAndPanics(t *testing.T) {
	s := newScript(t, jsloop.Node)
	boom := errors.New("boom")
	assert.Equal(t, "caught boom UR:boom exit 0", s.run(func() {
		s.Async(func(a *jsloop.Async) (jsloop.Value, error) {
			_, err := a.Await(s.Reject(boom))
			s.log("caught " + err.Error())
			jsloop.Throw(err)
			return nil, nil
		})
	}))
	l := jsloop.New(jsloop.Config{Now: zero})
	l.Main(func() {
		l.Async(func(*jsloop.Async) (jsloop.Value, error) { panic("a mistake") })
	})
	var p *coro.Panic
	func() {
		defer func() { p, _ = recover().(*coro.Panic) }()
		l.Step()
	}()
	require.NotNil(t, p)
	assert.Equal(t, "a mistake", p.Value)
	l.Close()
}

func TestCloseEndsAsyncFunctions(t *testing.T) {
	l := jsloop.New(jsloop.Config{Now: zero})
	var after error
	l.Main(func() {
		l.Async(func(a *jsloop.Async) (jsloop.Value, error) {
			defer func() { _, after = a.Await(nil) }()
			return a.Await(l.NewPromise(func(func(jsloop.Value), func(error)) {}))
		})
	})
	l.Step()
	l.Close()
	assert.ErrorContains(t, after, "closed")
}

func TestErrors(t *testing.T) {
	a, b := errors.New("a"), errors.New("b")
	s := newScript(t, jsloop.Node)
	var agg *jsloop.AggregateError
	s.run(func() {
		s.Any(s.Reject(a), s.Reject(b)).Catch(func(reason error) (jsloop.Value, error) {
			require.ErrorAs(t, reason, &agg)
			return nil, nil
		})
	})
	assert.ErrorIs(t, agg, b)
	assert.EqualError(t, agg, "AggregateError: all promises were rejected: a; b")
	assert.PanicsWithError(t, "uncaught exception: a", func() { jsloop.Throw(a) })
	assert.Equal(t, "node bun browser", fmt.Sprint(jsloop.Node, jsloop.Bun, jsloop.Browser))
}

// process runs a loop inside a coroutine, as a simulated process does.
type process struct {
	run func(c *coro.Coro)
}

func (p *process) Run(c *coro.Coro) { p.run(c) }

// TestProcessBlocksInAsyncFunction: the process that runs the loop may block while an
// async function runs, and be killed there.
func TestProcessBlocksInAsyncFunction(t *testing.T) {
	for _, kill := range []bool{false, true} {
		var pool coro.Pool
		s := newScript(t, jsloop.Node)
		c := pool.Start(&process{func(c *coro.Coro) {
			s.run(func() {
				s.Async(func(a *jsloop.Async) (jsloop.Value, error) {
					defer s.log("deferred")
					_, err := a.Await(nil)
					c.Yield() // a scheduling point of the process
					s.log("after")
					return nil, err
				})
			})
		}})
		require.Equal(t, coro.Yielded, c.Resume())
		if kill {
			assert.Equal(t, coro.Killed, c.Kill())
			assert.Equal(t, []string{"deferred"}, s.lines)
		} else {
			assert.Equal(t, coro.Finished, c.Resume())
			assert.Equal(t, []string{"after", "deferred", "exit 0"}, s.lines)
		}
		pool.Close()
	}
}

// The queue alone.
func TestMicrotasks(t *testing.T) {
	m := jsloop.New(jsloop.Config{}).Microtasks()
	order := ""
	m.Enqueue(func() { order += "a"; m.Enqueue(func() { order += "c" }) })
	m.Enqueue(func() { order += "b" })
	m.Drain()
	require.Equal(t, "abc", order)
	m.Enqueue(func() { order += "never" })
	m.Reset()
	m.Drain()
	require.Equal(t, "abc", order)
	fn := func() {}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for range 10 {
			m.Enqueue(fn)
		}
		m.Drain()
	}))
}
