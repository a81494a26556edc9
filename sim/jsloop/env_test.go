package jsloop_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/stretchr/testify/require"
)

// logic is what a model is: it knows no simulator.
func logic(l env.Loop, say func(string)) {
	l.SetTimeout(func() { say("timer") }, 5*time.Millisecond)
	done := l.Async(func(a env.Async) (any, error) {
		say("async runs at once")
		if _, err := a.Await(l.IO("read")); err != nil {
			return nil, err
		}
		say("read")
		_, err := a.Await(l.Reject(errors.New("broken")))
		return nil, err
	})
	done.Then(func(any) (any, error) { return nil, nil }, nil).
		Catch(func(reason error) (any, error) { say("caught " + reason.Error()); return 7, nil }).
		Finally(func() (any, error) { say("finally"); return nil, nil }).
		Then(func(v any) (any, error) {
			say("and on")
			if v != 7 {
				l.Throw(errors.New("lost"))
			}
			return l.All(l.Resolve(1), done.Catch(func(error) (any, error) { return 2, nil })), nil
		}, nil)
	l.QueueMicrotask(func() { say("microtask") })
	say("main ends")
}

// Logic on env.Loop runs on the loop of a process, with the same promises.
func TestLogicRunsOnALoop(t *testing.T) {
	var log []string
	s := &sim.Scenario{Name: "test/loop", Build: func(w *sim.World) {
		log = nil
		js := jsloop.Start(w, "app", jsloop.Config{})
		js.Main(func() { logic(js.Env(), func(line string) { log = append(log, line) }) })
	}}
	w := sim.NewWorld()
	defer w.Close()
	r, err := w.Run(s, sim.Config{})
	require.NoError(t, err)
	require.Equal(t, sim.Pass, r.Verdict, r.Failure.Message)
	require.Equal(t, []string{
		"async runs at once", "main ends", "microtask", "read", "caught broken", "finally", "and on", "timer",
	}, log)
}

// A promise is the same whichever of its two faces is awaited.
func TestPromisesOfBothFacesAreOne(t *testing.T) {
	s := &sim.Scenario{Name: "test/faces", Build: func(w *sim.World) {
		js := jsloop.Start(w, "app", jsloop.Config{})
		js.Main(func() {
			p, resolve, _ := js.Env().NewPromise()
			require.Equal(t, env.Pending, p.State())
			require.Same(t, js.Resolve(p), js.Resolve(js.Resolve(p)))
			js.Async(func(a *jsloop.Async) (jsloop.Value, error) {
				v, err := a.Await(p)
				require.NoError(t, err)
				require.Equal(t, "x", v)
				return nil, nil
			})
			resolve("x")
		})
	}}
	w := sim.NewWorld()
	defer w.Close()
	r, err := w.Run(s, sim.Config{})
	require.NoError(t, err)
	require.Equal(t, sim.Pass, r.Verdict, r.Failure.Message)
}

// A timer that was cleared leaves libuv's own timer behind: when that is due the loop
// wakes once, and then waits on.
func TestAClearedTimerWakesTheLoopOnce(t *testing.T) {
	s := &sim.Scenario{Name: "test/cleared", Build: func(w *sim.World) {
		js := jsloop.Start(w, "app", jsloop.Config{})
		js.Main(func() {
			l := js.Env()
			l.Ref()
			l.SetTimeout(func() {}, 50*time.Millisecond).Clear()
		})
	}}
	w := sim.NewWorld()
	defer w.Close()
	r, err := w.Run(s, sim.Config{})
	require.NoError(t, err)
	require.Equal(t, sim.Pass, r.Verdict, r.Failure.Message)
	require.Less(t, r.Steps, 10)
}
