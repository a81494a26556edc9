package jsloop_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

// TestBrowserTasks are small programs whose order follows from the HTML standard.
func TestBrowserTasks(t *testing.T) {
	youngest := func(_ *script, cfg *jsloop.Config) { cfg.Choose = func(n int) int { return n - 1 } }
	tests := []struct {
		name, want string
		cfg        func(s *script, cfg *jsloop.Config)
		main       func(s *script)
	}{
		{"a timer is cleared after it has become a task", "a exit 0", nil, func(s *script) {
			var b *jsloop.Timer
			s.SetTimeout(func() { s.log("a"); s.ClearTimeout(b) }, 0)
			b = s.SetTimeout(s.say("never"), 0)
		}},
		{"a rejection is handled before its task", "message exit 0", nil, func(s *script) {
			p := s.Reject(errors.New("x"))
			s.PostMessage(func() { s.log("message"); p.Catch(func(error) (jsloop.Value, error) { return nil, nil }) })
		}},
		{"reports are tasks", "message UR:x exit 0", nil, func(s *script) { s.PostMessage(s.say("message")); s.Reject(errors.New("x")) }},
		{"what is handled late is said before what is new", "UR:old RH UR:new exit 0", nil, func(s *script) {
			p := s.Reject(errors.New("old"))
			s.SetTimeout(func() {
				s.Reject(errors.New("new"))
				p.Catch(func(error) (jsloop.Value, error) { return nil, nil })
			}, 5)
		}},
		{"what came last may be chosen next", "1 response 2 exit 0", youngest, func(s *script) {
			s.PostMessage(func() { s.log("1"); s.Post(s.say("response")) })
			s.PostMessage(s.say("2"))
		}},
		{"an interval clears itself", "i i exit 0", nil, func(s *script) {
			n := 0
			var i *jsloop.Timer
			i = s.SetInterval(func() {
				s.log("i")
				if n++; n == 2 {
					s.ClearInterval(i)
				}
			}, 5)
		}},
		{"a message is not nested", "6ms 7ms exit 0", nil, func(s *script) {
			n := 0
			var nest func()
			nest = func() {
				if n++; n < 6 {
					s.SetTimeout(nest, 1)
					return
				}
				s.log(fmt.Sprint(s.now))
				s.PostMessage(func() { s.SetTimeout(func() { s.log(fmt.Sprint(s.now)) }, 1) })
			}
			s.SetTimeout(nest, 1)
		}},
		{"a frame is cancelled in its frame", "a c exit 0", nil, func(s *script) {
			var b *jsloop.Frame
			s.RequestAnimationFrame(func() { s.log("a"); s.CancelAnimationFrame(b) })
			b = s.RequestAnimationFrame(s.say("never"))
			s.RequestAnimationFrame(s.say("c"))
		}},
		{"the only frame is cancelled when it is due", "timer exit 0", nil, func(s *script) {
			f := s.RequestAnimationFrame(s.say("never"))
			s.SetTimeout(func() { s.log("timer"); s.CancelAnimationFrame(f) }, 5)
			s.now = 20 * time.Millisecond
		}},
		{"a page is hidden when its frame is due", "timer shown frame exit 0", nil, func(s *script) {
			s.RequestAnimationFrame(s.say("frame"))
			s.SetTimeout(func() { s.log("timer"); s.SetHidden(true) }, 5)
			s.SetTimeout(func() { s.log("shown"); s.SetHidden(false) }, 100)
			s.now = 20 * time.Millisecond
		}},
		{"a frame that is late is not put off", "a20ms b20ms exit 0", nil, func(s *script) {
			s.RequestAnimationFrame(func() { s.log(fmt.Sprint("a", s.now)) })
			s.now = 20 * time.Millisecond
			s.RequestAnimationFrame(func() { s.log(fmt.Sprint("b", s.now)) })
		}},
		{"frames are drawn once, however long they wait", "m m m frame 83ms exit 0", func(s *script, cfg *jsloop.Config) {
			cfg.Choose = func(int) int { return 0 }
		}, func(s *script) {
			for range 3 {
				s.PostMessage(func() { s.log("m"); s.now += 20 * time.Millisecond })
			}
			s.RequestAnimationFrame(func() {
				s.log("frame")
				s.RequestAnimationFrame(func() { s.log(fmt.Sprint(s.now.Round(time.Millisecond))) })
			})
			s.now = 20 * time.Millisecond
		}},
		{"a listener of error throws", "UE after exit 0", func(s *script, cfg *jsloop.Config) {
			cfg.OnUncaughtException = func(error, jsloop.Origin) { s.log("UE"); jsloop.Throw(errors.New("again")) }
		}, func(s *script) {
			s.SetTimeout(s.say("after"), 1)
			jsloop.Throw(errors.New("boom"))
		}},
		{"too long is 0", "a b exit 0", nil, func(s *script) { s.SetTimeout(s.say("a"), 1<<31); s.SetTimeout(s.say("b"), 0) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var changes []func(*script, *jsloop.Config)
			if tt.cfg != nil {
				changes = append(changes, tt.cfg)
			}
			s := newScript(t, jsloop.Browser, changes...)
			assert.Equal(t, tt.want, s.run(func() { tt.main(s) }))
		})
	}
}

// TestBrowserChoosesOnce: however often the loop is asked what comes next, the browser
// chooses once a task.
func TestBrowserChoosesOnce(t *testing.T) {
	choices := 0
	s := newScript(t, jsloop.Browser, func(_ *script, cfg *jsloop.Config) {
		cfg.Choose = func(int) int { choices++; return 0 }
	})
	s.Main(func() { s.PostMessage(func() {}); s.Post(func() {}) })
	for s.Next().Kind != jsloop.StepDone {
		s.Next()
		s.Step()
	}
	assert.Equal(t, 1, choices, "one task is left for the second")
}

// TestWaits is what the loop waits for.
func TestWaits(t *testing.T) {
	wait := func(ms time.Duration) jsloop.Step {
		return jsloop.Step{Kind: jsloop.StepPoll, Wait: true, Timed: true, Deadline: ms * time.Millisecond}
	}
	tests := []struct {
		name string
		f    jsloop.Flavour
		want jsloop.Step
		main func(s *script)
	}{
		{"a timer that was cleared", jsloop.Browser, wait(10), func(s *script) {
			s.SetTimeout(func() {}, 10)
			s.ClearTimeout(s.SetTimeout(func() {}, 5))
		}},
		{"the longest timer", jsloop.Node, wait(1<<31 - 1), func(s *script) { s.SetTimeout(func() {}, 1<<31-1) }},
		{"a handle that closes", jsloop.Node, jsloop.Step{Kind: jsloop.StepPoll}, func(s *script) {
			s.SetTimeout(func() {}, 10)
			s.CloseHandle(func() {})
		}},
		{"an immediate of Bun's", jsloop.Bun, jsloop.Step{Kind: jsloop.StepPoll}, func(s *script) { s.SetImmediate(func() {}) }},
	}
	for _, tt := range tests {
		s := newScript(t, tt.f)
		s.Main(func() { tt.main(s) })
		for s.Next().Kind != jsloop.StepPoll {
			s.Step()
		}
		assert.Equal(t, tt.want, s.Next(), tt.name)
	}
}

// TestClearedListIsGone: a timer that was cleared leaves no list behind, which would be
// rescheduled, and so come after a list that was made later (lib/internal/timers.js,
// unenroll).
func TestClearedListIsGone(t *testing.T) {
	s := newScript(t, jsloop.Node)
	assert.Equal(t, "wake A B exit 0", s.run(func() {
		s.ClearTimeout(s.SetTimeout(func() {}, 50))
		s.SetTimeout(s.say("wake"), 50-1)
		s.now = 20 * time.Millisecond
		s.SetTimeout(s.say("A"), 50)
		s.now = 30 * time.Millisecond
		s.SetTimeout(s.say("B"), 40)
	}))
}

// TestUnrefTooLate: Unref of a timer that has been cleared changes nothing.
func TestUnrefTooLate(t *testing.T) {
	s := newScript(t, jsloop.Node)
	assert.Equal(t, "timeout exit 0", s.run(func() {
		s.SetTimeout(s.say("timeout"), 10)
		gone := s.SetTimeout(s.say("never"), 5)
		s.ClearTimeout(gone)
		s.Unref(gone)
	}))
}
