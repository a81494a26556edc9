package jsloop_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

func TestBrowser(t *testing.T) {
	s := newScript(t, jsloop.Browser)
	assert.Equal(t, "main m zero one UR:late RH exit 0", s.run(func() {
		s.SetTimeout(s.say("one"), 1)
		s.SetTimeout(s.say("zero"), 0)
		s.QueueMicrotask(s.say("m"))
		s.log("main")
		s.SetTimeout(func() {
			p := s.Reject(errors.New("late"))
			s.SetTimeout(func() { p.Catch(func(error) (jsloop.Value, error) { return nil, nil }) }, 5)
		}, 2)
	}))
	var ref *jsloop.ReferenceError
	b := jsloop.New(jsloop.Config{Flavour: jsloop.Browser, Now: zero,
		OnUncaughtException: func(reason error, _ jsloop.Origin) { assert.ErrorAs(t, reason, &ref) }})
	b.Main(func() { b.NextTick(func() {}) })
	b.Step()
	require.NotNil(t, ref)
	assert.Equal(t, "ReferenceError: process is not defined", ref.Error())
}

func TestBrowserClampsNestedTimers(t *testing.T) {
	s := newScript(t, jsloop.Browser)
	var at []time.Duration
	var nest func()
	nest = func() {
		at = append(at, s.now/time.Millisecond)
		if len(at) < 9 {
			s.SetTimeout(nest, 1)
		}
	}
	s.run(func() { s.SetTimeout(nest, 1) })
	assert.Equal(t, []time.Duration{1, 2, 3, 4, 5, 6, 10, 14, 18}, at)
}

// TestBrowserSources: tasks of one source stay in order, and which source is next is
// the browser's choice, here the youngest.
func TestBrowserSources(t *testing.T) {
	main := func(s *script) func() {
		return func() {
			s.SetTimeout(s.say("timer 1"), 0)
			s.SetTimeout(s.say("timer 2"), 0)
			s.PostMessage(func() {
				s.log("message 1")
				s.QueueMicrotask(s.say("microtask"))
				s.PostMessage(s.say("message 3"))
			})
			s.PostMessage(s.say("message 2"))
			s.Post(s.say("response"))
		}
	}
	s := newScript(t, jsloop.Browser)
	assert.Equal(t, "message 1 microtask message 2 response timer 1 timer 2 message 3 exit 0", s.run(main(s)))

	s = newScript(t, jsloop.Browser, func(_ *script, cfg *jsloop.Config) {
		cfg.Choose = func(n int) int { return n - 1 }
	})
	assert.Equal(t, "timer 1 timer 2 response message 1 microtask message 2 message 3 exit 0", s.run(main(s)))
}

// TestBrowserListeners: microtasks run between two listeners of one event, and other
// tasks do not; in Node they wait for the last.
func TestBrowserListeners(t *testing.T) {
	want := map[jsloop.Flavour]string{
		jsloop.Browser: "first UE:boom microtask second message exit 0",
		jsloop.Node:    "first UE:boom microtask exit 0",
	}
	for f, want := range want {
		s := newScript(t, f)
		assert.Equal(t, want, s.run(func() {
			s.PostEvent("click", func() {
				s.log("first")
				s.QueueMicrotask(s.say("microtask"))
				if f == jsloop.Browser {
					s.PostMessage(s.say("message"))
				}
				jsloop.Throw(errors.New("boom"))
			}, s.say("second"))
		}), f.String())
	}
}

// TestBrowserFrames: callbacks of one frame run together, what they request waits for
// the next, and a hidden page draws none.
func TestBrowserFrames(t *testing.T) {
	s := newScript(t, jsloop.Browser)
	at := func(line string) func() {
		return func() { s.log(fmt.Sprint(line, "@", s.now.Round(time.Millisecond))) }
	}
	assert.Equal(t, "timer@5ms a@17ms microtask@17ms b@17ms c@33ms shown@1s d@1.017s exit 0", s.run(func() {
		s.RequestAnimationFrame(func() {
			at("a")()
			s.QueueMicrotask(at("microtask"))
			s.RequestAnimationFrame(at("c"))
			s.PostMessage(func() {}) // waits for b
		})
		never := s.RequestAnimationFrame(at("never"))
		s.RequestAnimationFrame(at("b"))
		s.CancelAnimationFrame(never)
		s.CancelAnimationFrame(nil)
		s.SetTimeout(at("timer"), 5)
		s.SetTimeout(func() { s.SetHidden(true); s.RequestAnimationFrame(at("d")) }, 40)
		s.SetTimeout(func() { s.SetHidden(false); at("shown")() }, 50)
	}))
}

// TestBrowserHidden: timers of a hidden page fire once a second, those of a long chain
// after five minutes once a minute.
func TestBrowserHidden(t *testing.T) {
	s := newScript(t, jsloop.Browser)
	var gaps []time.Duration
	last := time.Duration(0)
	var chain func()
	chain = func() {
		if gap := s.now - last; len(gaps) == 0 || gaps[len(gaps)-1] != gap {
			gaps = append(gaps, gap)
		}
		if last = s.now; last < 8*time.Minute {
			s.SetTimeout(chain, 100)
		}
	}
	s.run(func() {
		s.SetHidden(true)
		s.SetTimeout(chain, 100)
		s.SetTimeout(func() { s.SetHidden(true); s.log(fmt.Sprint("single@", s.now)) }, 310_500)
	})
	assert.Equal(t, []time.Duration{time.Second, time.Minute}, gaps)
	assert.Equal(t, []string{"single@5m11s", "exit 0"}, s.lines)
}

func TestOnlyBrowsers(t *testing.T) {
	s := newScript(t, jsloop.Node)
	for name, fn := range map[string]func(){
		"postMessage":           func() { s.PostMessage(func() {}) },
		"requestAnimationFrame": func() { s.RequestAnimationFrame(func() {}) },
		"document":              func() { s.SetHidden(true) },
	} {
		err := assert.AnError
		func() {
			defer func() { err = recover().(*jsloop.Exception).Reason }()
			fn()
		}()
		assert.EqualError(t, err, "ReferenceError: "+name+" is not defined")
	}
}

// TestBrowserInAWorld: whether a message overtakes a timer, and what came from the
// network a message, is explored.
func TestBrowserInAWorld(t *testing.T) {
	var order string
	s := scenario(func(w *sim.World) {
		order = ""
		say := func(line string) func() { return func() { order += line + " " } }
		page := jsloop.Start(w, "page", jsloop.Config{Flavour: jsloop.Browser})
		page.Main(func() {
			page.Ref()
			page.SetTimeout(say("timer"), 0)
			page.PostMessage(say("message"))
		})
		w.Process("network", func(*sim.Proc) {
			page.PostEvent("response", func() { say("response")(); page.Release() })
		})
	})
	seen := map[string]bool{}
	assert.Equal(t, map[string]int{"": 2000}, explored(t, s, "laptop", 2000, func() { seen[order] = true }))
	assert.Equal(t, map[string]bool{
		"message timer response ": true, "message response timer ": true, "timer message response ": true,
		"timer response message ": true, "response timer message ": true, "response message timer ": true,
	}, seen)
}
