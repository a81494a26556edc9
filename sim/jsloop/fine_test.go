package jsloop_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

// TestFinePoints are orders that few programs show, as observed with Node v20.20.2 and
// Bun 1.4.5. The code after the bar is that of the process.
func TestFinePoints(t *testing.T) {
	boom := func() { jsloop.Throw(errors.New("boom")) }
	late := func(s *script) { s.now += 10 * time.Millisecond }
	module := func(_ *script, cfg *jsloop.Config) { cfg.Entry = jsloop.ESM }
	deaf := func(_ *script, cfg *jsloop.Config) { cfg.OnUncaughtException = nil }
	none := func(_ *script, cfg *jsloop.Config) {
		cfg.Entry, cfg.OnUncaughtException, cfg.OnUnhandledRejection = jsloop.ESM, nil, nil
	}
	// beforeExit throws, the first time.
	throwing := func(more ...func(s *script, cfg *jsloop.Config)) func(s *script, cfg *jsloop.Config) {
		return func(s *script, cfg *jsloop.Config) {
			for _, change := range more {
				change(s, cfg)
			}
			n := 0
			cfg.OnBeforeExit = func(int) {
				if s.log("BE"); n == 0 {
					n++
					s.NextTick(s.say("t"))
					s.SetImmediate(s.say("I"))
					s.SetTimeout(s.say("T"), 1)
					late(s)
					boom()
				}
			}
		}
	}
	var f jsloop.Flavour // of the loop under test
	var d *jsloop.Promise
	tests := []struct {
		name, node, bun string
		cfg             func(s *script, cfg *jsloop.Config)
		main            func(s *script)
	}{
		{"a module throws", "1 2 3 UE:boom 4 5 6 7 t exit 0 | 0", "1 2 3 4 5 6 7 t UE:boom exit 0 | 0", module,
			func(s *script) { s.count(7); s.NextTick(s.say("t")); boom() }},
		{"the thrower is alone in its list", "1 UE:boom t 2 exit 0 | 0", "1 UE:boom t 2 exit 0 | 0", nil, func(s *script) {
			s.SetTimeout(func() { s.log("1"); s.NextTick(s.say("t")); boom() }, 1)
			s.SetTimeout(s.say("2"), 2)
			late(s)
		}},
		{"a tick clears the next timer", "a c exit 0 | 0", "a c exit 0 | 0", nil, func(s *script) {
			var b *jsloop.Timer
			s.SetTimeout(func() { s.log("a"); s.NextTick(func() { s.ClearTimeout(b) }) }, 1)
			b = s.SetTimeout(s.say("never"), 1)
			s.SetTimeout(s.say("c"), 1)
			late(s)
		}},
		{"an interval that clears itself leaves no list", "i A B exit 0 | 0", "i A B exit 0 | 0", nil, func(s *script) {
			var i *jsloop.Timer
			i = s.SetInterval(func() {
				s.log("i")
				s.ClearInterval(i)
				s.SetTimeout(s.say("A"), 50)
				late(s)
				s.SetTimeout(s.say("B"), 40)
			}, 50)
		}},
		{"an immediate throws", "1 UE:boom 2 t exit 0 | 0", "1 UE:boom 2 t exit 0 | 0", nil, func(s *script) {
			s.SetTimeout(func() {
				s.SetImmediate(func() { s.log("1"); s.NextTick(s.say("t")); boom() })
				s.SetImmediate(s.say("2"))
			}, 1)
		}},
		{"the last immediate throws", "1 UE:boom 2 t exit 0 | 0", "1 UE:boom t 2 exit 0 | 0", nil, func(s *script) {
			s.SetTimeout(func() {
				s.SetImmediate(func() { s.log("1"); s.NextTick(s.say("t")); s.SetImmediate(s.say("2")); boom() })
			}, 1)
		}},
		{"a read throws", "a UE:boom b t exit 0 | 0", "a UE:boom t b exit 0 | 0", nil, func(s *script) {
			s.Post(func() { s.log("a"); s.NextTick(s.say("t")); boom() })
			s.Post(s.say("b"))
		}},
		{"rounds after the main script", "UR UR UR UR UR I exit 0 | 0", "UR UR UR I UR exit 0 | 0", func(s *script, cfg *jsloop.Config) {
			k := 0
			cfg.OnUnhandledRejection = func(error, *jsloop.Promise) {
				s.log("UR")
				if k++; k < 5 {
					s.NextTick(func() { s.Reject(errors.New("x")) })
				}
			}
		}, func(s *script) { s.SetImmediate(s.say("I")); s.Reject(errors.New("x")) }},
		{"an interval throws", "i UE i T exit 0 | 0", "i UE T i exit 0 | 0", func(s *script, cfg *jsloop.Config) {
			cfg.OnUncaughtException = func(error, jsloop.Origin) { s.log("UE"); s.SetTimeout(s.say("T"), 10) }
		}, func(s *script) {
			n := 0
			var i *jsloop.Timer
			i = s.SetInterval(func() {
				if s.log("i"); n > 0 {
					s.ClearInterval(i)
					return
				}
				n++
				boom()
			}, 10)
		}},
		{"handled by the listener of what main threw", "UE:boom UR:d exit 0 | 0", "UR:d UE:boom RH t m UR:d t m exit 0 | 0", func(s *script, cfg *jsloop.Config) {
			cfg.OnUnhandledRejection = func(error, *jsloop.Promise) {
				if s.log("UR:d"); f == jsloop.Bun {
					s.NextTick(s.say("t"))
					s.QueueMicrotask(s.say("m"))
				}
			}
			cfg.OnUncaughtException = func(error, jsloop.Origin) { s.log("UE:boom"); d.Then(nil, nil) }
		}, func(s *script) { d = s.Reject(errors.New("d")); boom() }},
		{"two are handled late", "UR:p UR:q RH RH UR:p UR:q t t m m exit 0 | 0", "UR:p UR:q RH t m RH t m UR:p UR:q exit 0 | 0", func(s *script, cfg *jsloop.Config) {
			cfg.OnRejectionHandled = func(*jsloop.Promise) { s.log("RH"); s.NextTick(s.say("t")); s.QueueMicrotask(s.say("m")) }
		}, func(s *script) {
			p, q := s.Reject(errors.New("p")), s.Reject(errors.New("q"))
			s.SetTimeout(func() { p.Then(nil, nil); q.Then(nil, nil) }, 1)
		}},
		{"a tick of a late report waits for a timer in Bun", "UR:d t T exit 0 | 0", "UR:d T t exit 0 | 0", func(s *script, cfg *jsloop.Config) {
			cfg.OnUnhandledRejection = func(error, *jsloop.Promise) { s.log("UR:d"); s.NextTick(s.say("t")) }
		}, func(s *script) {
			s.SetTimeout(func() { s.Reject(errors.New("d")) }, 1)
			s.SetTimeout(s.say("T"), 100)
		}},
		{"handled late, and nothing else", "UR:d c RH exit 0 | 0", "UR:d c RH exit 0 | 0", nil, func(s *script) {
			p := s.Reject(errors.New("d"))
			s.SetTimeout(func() { p.Catch(func(error) (jsloop.Value, error) { s.log("c"); return nil, nil }) }, 1)
		}},
		{"handled late, and then beforeExit", "UR:d c RH BE exit 0 | 0", "UR:d c RH BE exit 0 | 0", func(s *script, cfg *jsloop.Config) {
			cfg.OnBeforeExit = func(int) { s.log("BE") }
		}, func(s *script) {
			p := s.Reject(errors.New("d"))
			s.SetTimeout(func() { p.Catch(func(error) (jsloop.Value, error) { s.log("c"); return nil, nil }) }, 1)
		}},
		{"handled late, and nobody hears of it", "UR:d a exit 1 | 1", "UR:d a c exit 1 | 1", deaf, func(s *script) {
			p := s.Reject(errors.New("d"))
			s.SetTimeout(func() {
				s.log("a")
				p.Catch(func(error) (jsloop.Value, error) { s.log("c"); return nil, nil })
				boom()
			}, 1)
			s.SetTimeout(s.say("never"), 30)
		}},
		{"beforeExit throws", "BE UE:boom T t I BE exit 0 | 0", "BE UE:boom t I T BE exit 0 | 0", throwing(), nil},
		{"beforeExit throws, unheard", "BE exit 1 | 1", "BE exit 1 | 1", throwing(deaf), nil},
	}
	for _, tt := range tests {
		for i, want := range []string{tt.node, tt.bun} {
			f = jsloop.Flavour(i)
			t.Run(fmt.Sprint(tt.name, "/", f), func(t *testing.T) {
				assert.Equal(t, want, ended(t, f, tt.main, tt.cfg))
			})
		}
	}
	for f, want := range []string{"1 2 3 4 UE:boom 5 6 7 t exit 0 | 0", "1 2 3 4 5 6 7 t UE:boom exit 0 | 0"} {
		s := newScript(t, jsloop.Flavour(f), module)
		s.MainAsync(func(a *jsloop.Async) error {
			_, _ = a.Await(nil)
			s.count(7)
			s.NextTick(s.say("t"))
			return errors.New("boom")
		})
		assert.Equal(t, want, fmt.Sprint(s.run(nil), " | ", s.ExitCode()))
	}
	s := newScript(t, jsloop.Bun, none)
	s.MainAsync(func(a *jsloop.Async) error {
		s.Reject(errors.New("d"))
		_, err := a.Await(s.NewPromise(func(resolve func(jsloop.Value), _ func(error)) { s.SetTimeout(func() { resolve(nil) }, 20) }))
		s.log("resumed")
		s.SetTimeout(s.say("never"), 1)
		return err
	})
	assert.Equal(t, "resumed exit 0 | 1", fmt.Sprint(s.run(nil), " | ", s.ExitCode()))
	s = newScript(t, jsloop.Node, module)
	s.MainAsync(func(a *jsloop.Async) error {
		s.SetExitCode(3)
		_, err := a.Await(s.NewPromise(func(func(jsloop.Value), func(error)) {}))
		return err
	})
	assert.Equal(t, "exit 3 | 3", fmt.Sprint(s.run(nil), " | ", s.ExitCode()))
}

// TestIntervalCountsFromItsStart: how long the callback of an interval takes does not
// count (lib/internal/timers.js, listOnTimeout: start is taken before the call).
func TestIntervalCountsFromItsStart(t *testing.T) {
	for _, f := range []jsloop.Flavour{jsloop.Node, jsloop.Bun} {
		s := newScript(t, f)
		var i *jsloop.Timer
		assert.Equal(t, "10ms 20ms exit 0", s.run(func() {
			i = s.SetInterval(func() {
				if s.log(fmt.Sprint(s.now)); s.now >= 20*time.Millisecond {
					s.ClearInterval(i)
				}
				s.now += 4 * time.Millisecond
			}, 10)
		}), f.String())
	}
}
