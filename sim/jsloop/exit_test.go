package jsloop_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

// TestEnds are ways to end, as observed with Node v20.20.2 and Bun 1.4.5. The code
// after the bar is that of the process.
func TestEnds(t *testing.T) {
	boom := func() { jsloop.Throw(errors.New("boom")) }
	reject := func(s *script) { s.Reject(errors.New("lost")) }
	n := 0 // calls of a listener
	tests := []struct {
		name      string
		node, bun string
		cfg       func(s *script, cfg *jsloop.Config)
		main      func(s *script)
	}{
		{"beforeExit starts the loop anew", "timeout BE tick micro immediate BE exit 0 | 0", "timeout BE tick micro immediate BE exit 0 | 0",
			func(s *script, cfg *jsloop.Config) {
				cfg.OnBeforeExit = func(int) {
					if s.log("BE"); n == 0 {
						n++
						s.NextTick(s.say("tick"))
						s.QueueMicrotask(s.say("micro"))
						s.SetImmediate(s.say("immediate"))
					}
				}
			}, func(s *script) { s.SetTimeout(s.say("timeout"), 1) }},
		{"a rejection in the last callback is reported, in Bun after beforeExit", "UR:lost BE exit 0 | 0", "BE UR:lost exit 0 | 0",
			func(s *script, cfg *jsloop.Config) { cfg.OnBeforeExit = func(int) { s.log("BE") } },
			func(s *script) { s.SetTimeout(func() { reject(s) }, 1) }},
		{"what listeners queue in the last reports runs in Node", "UR:lost tick exit 0 | 0", "UR:lost exit 0 | 0",
			func(s *script, cfg *jsloop.Config) {
				cfg.OnUnhandledRejection = func(error, *jsloop.Promise) { s.log("UR:lost"); s.NextTick(s.say("tick")) }
			}, func(s *script) { s.SetTimeout(func() { reject(s) }, 1) }},
		{"the exit code is that which was set", "exit 3 | 3", "exit 3 | 3", nil, func(s *script) { s.SetExitCode(3) }},
		{"exit stops everything", "one exit 2 | 2", "one exit 2 | 2", nil, func(s *script) {
			s.NextTick(s.say("never"))
			s.Async(func(a *jsloop.Async) (jsloop.Value, error) {
				s.log("one")
				s.Resolve(nil).Finally(func() (jsloop.Value, error) { s.log("never"); return nil, nil })
				s.Exit(2)
				s.log("never")
				return nil, nil
			})
			s.log("never")
		}},
		{"exit after an await", "exit 4 | 4", "exit 4 | 4", nil, func(s *script) {
			s.Async(func(a *jsloop.Async) (jsloop.Value, error) {
				_, _ = a.Await(nil)
				s.Exit(4)
				return nil, nil
			})
			s.SetTimeout(s.say("never"), 0)
		}},
		{"a listener that throws ends the process", "UE:boom | 7", "UE:boom exit 7 | 7",
			func(s *script, cfg *jsloop.Config) {
				cfg.OnUncaughtException = func(reason error, _ jsloop.Origin) { s.log("UE:" + reason.Error()); boom() }
			}, func(s *script) { s.SetTimeout(s.say("never"), 1); s.SetImmediate(boom) }},
		{"a listener that throws spoils the other reports in Node", "UR:lost UE:boom timeout exit 0 | 0", "UR:lost UE:boom UR:lost UE:boom timeout exit 0 | 0",
			func(s *script, cfg *jsloop.Config) {
				cfg.OnUnhandledRejection = func(error, *jsloop.Promise) { s.log("UR:lost"); boom() }
			}, func(s *script) { reject(s); reject(s); s.SetTimeout(s.say("timeout"), 1) }},
		{"rejections that nobody listens to end Node, and Bun later", "exit 1 | 1", "due exit 0 | 1",
			func(_ *script, cfg *jsloop.Config) { cfg.OnUnhandledRejection, cfg.OnUncaughtException = nil, nil },
			func(s *script) { reject(s); s.SetImmediate(s.say("due")) }},
	}
	for _, tt := range tests {
		for f, want := range []string{tt.node, tt.bun} {
			t.Run(fmt.Sprint(tt.name, "/", jsloop.Flavour(f)), func(t *testing.T) {
				n = 0
				assert.Equal(t, want, ended(t, jsloop.Flavour(f), tt.main, tt.cfg))
			})
		}
	}
}

// ended runs a script and returns what it logged and, after a bar, the code of the
// process, which is told once. main and changes may be nil.
func ended(t *testing.T, f jsloop.Flavour, main func(s *script), changes ...func(s *script, cfg *jsloop.Config)) string {
	var told []int
	s := newScript(t, f, func(s *script, cfg *jsloop.Config) {
		cfg.OnEnd = func(code int) { told = append(told, code) }
		for _, change := range changes {
			if change != nil {
				change(s, cfg)
			}
		}
	})
	got := s.run(func() {
		if main != nil {
			main(s)
		}
	})
	assert.Equal(t, []int{s.ExitCode()}, told)
	return fmt.Sprint(got, " | ", s.ExitCode())
}

// TestAwaitingForEver: Node's process exits with 13 if its main module never settles,
// which listeners of exit are not told.
func TestAwaitingForEver(t *testing.T) {
	for f, want := range map[jsloop.Flavour]int{jsloop.Node: 13, jsloop.Bun: 0} {
		s := newScript(t, f, func(_ *script, cfg *jsloop.Config) { cfg.Entry = jsloop.ESM })
		s.MainAsync(func(a *jsloop.Async) error {
			_, err := a.Await(s.NewPromise(func(func(jsloop.Value), func(error)) {}))
			return err
		})
		assert.Equal(t, "exit 0", s.run(nil))
		assert.Equal(t, want, s.ExitCode(), f.String())
	}
}

// TestClosePhase: callbacks of closed handles run after immediates and before timers,
// the handle that was closed last first; one that throws leaves its ticks to the next
// turn (Node v20.20.2). Bun's are ticks.
func TestClosePhase(t *testing.T) {
	for f, want := range map[jsloop.Flavour]string{
		jsloop.Node: "tick immediate late b b-tick a UE:boom timeout a-tick immediate2 exit 0",
		jsloop.Bun:  "tick a UE:boom b a-tick b-tick timeout immediate late immediate2 exit 0",
	} {
		s := newScript(t, f)
		assert.Equal(t, want, s.run(func() {
			s.Post(func() {
				s.NextTick(s.say("tick"))
				s.CloseHandle(func() {
					s.log("a")
					s.NextTick(s.say("a-tick"))
					s.SetImmediate(s.say("immediate2"))
					s.now += time.Millisecond
					jsloop.Throw(errors.New("boom"))
				})
				s.CloseHandle(func() { s.log("b"); s.NextTick(s.say("b-tick")) })
				s.SetImmediate(func() {
					s.log("immediate")
					s.NextTick(func() { s.CloseHandle(s.say("late")) }) // of this phase
				})
				s.SetTimeout(s.say("timeout"), 1)
			})
		}), f.String())
	}
}

// TestExitInAWorld: exit ends a process wherever it stands, and its code is noted.
func TestExitInAWorld(t *testing.T) {
	s := scenario(func(w *sim.World) {
		js := jsloop.Start(w, "server", jsloop.Config{})
		js.Main(func() {
			js.SetInterval(func() {}, 10)
			js.Async(func(a *jsloop.Async) (jsloop.Value, error) {
				_, _ = a.Await(js.Offload("read", func(*sim.Proc) (jsloop.Value, error) { return nil, nil }))
				js.Exit(3)
				return nil, nil
			})
		})
		w.Always("running", func() error {
			if code := js.ExitCode(); code != 0 {
				return fmt.Errorf("exited with %d", code)
			}
			return nil
		})
	})
	trace := failing(t, s, "laptop")
	assert.Contains(t, tell(trace), "exit 3")
}

// TestInExitListeners is what listeners of exit may do, as observed with Node v20.20.2
// and Bun 1.4.5. The code after the bar is that of the process.
func TestInExitListeners(t *testing.T) {
	boom := func() { jsloop.Throw(errors.New("boom")) }
	deaf := func(_ *script, cfg *jsloop.Config) { cfg.OnUncaughtException = nil }
	tests := []struct {
		name, node, bun string
		cfg             func(s *script, cfg *jsloop.Config)
		main, on        func(s *script)
	}{
		{"exit once more", "exit 0 | 3", "exit 0 | 3", nil, nil, func(s *script) { s.Exit(3); s.log("never") }},
		{"exit in exit", "exit 2 | 5", "exit 2 | 5", nil, func(s *script) { s.Exit(2) }, func(s *script) { s.Exit(5) }},
		{"another code", "exit 2 | 5", "exit 2 | 5", nil, func(s *script) { s.Exit(2) }, func(s *script) { s.SetExitCode(5) }},
		{"after an exception", "exit 1 | 4", "exit 1 | 4", deaf, func(*script) { boom() }, func(s *script) { s.Exit(4) }},
		{"throw", "exit 0 UE:boom | 0", "exit 0 UE:boom | 0", nil, nil, func(*script) { boom() }},
		{"throw, unheard", "exit 0 | 1", "exit 0 | 1", deaf, nil, func(*script) { boom() }},
		{"throw, code chosen", "exit 2 | 2", "exit 2 | 1", deaf, func(s *script) { s.Exit(2) }, func(*script) { boom() }},
		{"throw twice", "exit 0 UE:boom | 7", "exit 0 UE:boom | 7", func(s *script, cfg *jsloop.Config) {
			cfg.OnUncaughtException = func(error, jsloop.Origin) { s.log("UE:boom"); boom() }
		}, nil, func(*script) { boom() }},
		{"microtasks run in Node, ticks do not", "exit 0 m UR:lost | 6", "exit 0 | 0", nil, nil, func(s *script) {
			s.NextTick(s.say("never"))
			s.QueueMicrotask(func() { s.log("m"); s.NextTick(s.say("never")); s.SetExitCode(6) })
			s.SetImmediate(s.say("never"))
			s.Reject(errors.New("lost"))
		}},
		{"nor microtasks after exit", "exit 2 | 2", "exit 2 | 2", nil, func(s *script) { s.Exit(2) }, func(s *script) { s.QueueMicrotask(s.say("never")) }},
		{"exit in a microtask", "exit 0 m | 4", "exit 0 | 0", nil, nil, func(s *script) {
			s.QueueMicrotask(func() { s.log("m"); s.Exit(4) })
			s.QueueMicrotask(s.say("never"))
		}},
		{"throw in a microtask", "exit 0 m | 1", "exit 0 | 0", deaf, nil, func(s *script) {
			s.QueueMicrotask(func() { s.log("m"); boom() })
			s.QueueMicrotask(s.say("never"))
		}},
	}
	for _, tt := range tests {
		for f, want := range []string{tt.node, tt.bun} {
			t.Run(fmt.Sprint(tt.name, "/", jsloop.Flavour(f)), func(t *testing.T) {
				listen := func(s *script, cfg *jsloop.Config) {
					cfg.OnExit = func(code int) { s.log(fmt.Sprint("exit ", code)); tt.on(s) }
				}
				assert.Equal(t, want, ended(t, jsloop.Flavour(f), tt.main, listen, tt.cfg))
			})
		}
	}
}

// TestExitRunsDeferred: functions deferred in Go run when the process exits. They can
// neither wait nor exit once more.
func TestExitRunsDeferred(t *testing.T) {
	s := newScript(t, jsloop.Node)
	assert.Equal(t, "exit 2 deferred", s.run(func() {
		s.Async(func(a *jsloop.Async) (jsloop.Value, error) {
			defer s.Exit(3)
			defer func() {
				_, err := a.Await(nil)
				assert.Error(t, err)
				s.log("deferred")
			}()
			s.Exit(2)
			return nil, nil
		})
		s.log("never")
	}))
	assert.Equal(t, 2, s.ExitCode())
}

// exitingThenable exits when its then is called.
type exitingThenable struct{ s *script }

func (e exitingThenable) Then(func(jsloop.Value), func(error)) error { e.s.Exit(3); return nil }

// TestExitAnywhere: wherever exit is called, nothing runs after it (Node v20.20.2 and
// Bun 1.4.5 agree).
func TestExitAnywhere(t *testing.T) {
	var s *script
	boom := func() { jsloop.Throw(errors.New("boom")) }
	exit := func() { s.Exit(3); s.log("never") }
	heard := func(change func(cfg *jsloop.Config)) func(*script, *jsloop.Config) {
		return func(_ *script, cfg *jsloop.Config) { change(cfg) }
	}
	tests := []struct {
		name string
		cfg  func(s *script, cfg *jsloop.Config)
		main func()
	}{
		{"main", nil, func() { exit() }},
		{"module", heard(func(cfg *jsloop.Config) { cfg.Entry = jsloop.ESM }), func() { exit() }},
		{"tick", nil, func() { s.NextTick(exit) }},
		{"microtask", nil, func() { s.QueueMicrotask(exit) }},
		{"interval", nil, func() { s.SetInterval(exit, 1) }},
		{"immediate", nil, func() { s.SetImmediate(exit) }},
		{"close", nil, func() { s.CloseHandle(exit) }},
		{"event", nil, func() { s.PostEvent("click", exit, s.say("never")) }},
		{"executor", nil, func() { s.NewPromise(func(func(jsloop.Value), func(error)) { exit() }); s.log("never") }},
		{"thenable", nil, func() { s.Resolve(exitingThenable{s}) }},
		{"finally", nil, func() { s.Resolve(nil).Finally(func() (jsloop.Value, error) { exit(); return nil, nil }) }},
		{"async in async", nil, func() {
			s.Async(func(*jsloop.Async) (jsloop.Value, error) {
				s.Async(func(a *jsloop.Async) (jsloop.Value, error) { exit(); return nil, nil })
				s.log("never")
				return nil, nil
			})
		}},
		{"beforeExit", heard(func(cfg *jsloop.Config) { cfg.OnBeforeExit = func(int) { exit() } }), nil},
		{"unhandledRejection", heard(func(cfg *jsloop.Config) {
			cfg.OnUnhandledRejection = func(error, *jsloop.Promise) { exit() }
		}), func() { s.Reject(errors.New("x")); s.Reject(errors.New("y")) }},
		{"uncaughtException", heard(func(cfg *jsloop.Config) {
			cfg.OnUncaughtException = func(error, jsloop.Origin) { exit() }
		}), func() { s.SetTimeout(boom, 1); s.SetTimeout(s.say("never"), 1) }},
	}
	for _, tt := range tests {
		for _, f := range []jsloop.Flavour{jsloop.Node, jsloop.Bun} {
			ended := 0
			s = newScript(t, f, func(s *script, cfg *jsloop.Config) {
				if cfg.OnEnd = func(int) { ended++ }; tt.cfg != nil {
					tt.cfg(s, cfg)
				}
			})
			got := s.run(func() {
				if tt.main != nil {
					s.SetTimeout(s.say("never"), 500)
					tt.main()
				}
			})
			assert.Equal(t, "exit 3 | 3 | 1", fmt.Sprint(got, " | ", s.ExitCode(), " | ", ended), "%s, %s", tt.name, f)
			s.Post(s.say("never"))
			s.SetTimeout(s.say("never"), 0)
			assert.Equal(t, jsloop.StepDone, s.Step().Kind)
		}
	}
}
