package jsloop_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

// Async functions call into the world from a coroutine inside the process's own; a
// crash unwinds both, and the next life begins anew.
func TestCrashInsideAsync(t *testing.T) {
	var log []string
	s := scenario(func(w *sim.World) {
		log = nil
		lock := w.NewMutex("lock")
		js := jsloop.Start(w, "J", jsloop.Config{})
		js.Main(func() {
			life := js.Proc().Life()
			js.Async(func(a *jsloop.Async) (jsloop.Value, error) {
				defer func() { log = append(log, fmt.Sprint("unwound ", life)) }()
				_, err := a.Await(js.Offload("nap", func(p *sim.Proc) (jsloop.Value, error) {
					p.Sleep("nap", time.Millisecond)
					return nil, errors.New("enough")
				}))
				log = append(log, fmt.Sprint("awaited ", life, " ", err))
				lock.Lock()
				js.Proc().Sleep("work", 5*time.Millisecond)
				lock.Unlock()
				log = append(log, fmt.Sprint("done ", life))
				return nil, nil
			})
			js.Async(func(a *jsloop.Async) (jsloop.Value, error) {
				defer func() { log = append(log, fmt.Sprint("dropped ", life)) }()
				return a.Await(js.NewPromise(func(func(jsloop.Value), func(error)) {}))
			})
		})
		w.Process("crash", func(p *sim.Proc) {
			p.Sleep("wait", 3*time.Millisecond)
			js.Proc().Kill()
			lock = w.NewMutex("lock") // the next life finds it free
			js.Proc().Restart()
		})
	})
	w := sim.NewWorld()
	defer w.Close()
	for range 2 {
		r, err := w.Run(s, sim.Config{})
		require.NoError(t, err)
		require.Equal(t, sim.Pass, r.Verdict)
		require.Equal(t, []string{"awaited 1 enough", "unwound 1", "dropped 1",
			"awaited 2 enough", "done 2", "unwound 2", "dropped 2"}, log)
	}
}

// The mistake of a scenario is one, and a panic is one, however deep.
func TestMistakeInsideAsync(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	in := func(do func(js *jsloop.Process)) *sim.Scenario {
		return scenario(func(w *sim.World) {
			js := jsloop.Start(w, "J", jsloop.Config{Entry: jsloop.ESM})
			js.MainAsync(func(a *jsloop.Async) error {
				if _, err := a.Await(nil); err != nil {
					return err
				}
				do(js)
				return nil
			})
		})
	}
	_, err := w.Run(in(func(js *jsloop.Process) { js.Proc().Step("a:b") }), sim.Config{})
	require.ErrorContains(t, err, `label "a:b"`)
	r, err := w.Run(in(func(*jsloop.Process) { panic("boom") }), sim.Config{})
	require.NoError(t, err)
	require.Equal(t, "panic J: boom", r.Signature())
	require.Contains(t, r.Failure.Stack, "TestMistakeInsideAsync")
	r, err = w.Run(in(func(*jsloop.Process) { jsloop.Throw(errors.New("thrown")) }), sim.Config{})
	require.NoError(t, err)
	require.Equal(t, sim.Pass, r.Verdict, "a process that ends with exit code 1")
}

// What an async function that still waits has deferred runs at the end of its process.
func TestDroppedAsyncDefersCalls(t *testing.T) {
	for _, kill := range []bool{false, true} {
		ran := false
		r := runOnce(t, scenario(func(w *sim.World) {
			number := w.NewUint32("number")
			js := jsloop.Start(w, "J", jsloop.Config{})
			js.Main(func() {
				js.Async(func(a *jsloop.Async) (jsloop.Value, error) {
					defer func() { number.Add(1); ran = true }()
					return a.Await(js.NewPromise(func(func(jsloop.Value), func(error)) {}))
				})
				js.SetTimeout(func() {}, 10)
			})
			if kill {
				w.Process("K", func(p *sim.Proc) {
					p.Sleep("wait", time.Millisecond)
					js.Proc().Kill()
				})
			}
		}), sim.Config{})
		require.Equal(t, sim.Pass, r.Verdict)
		require.True(t, ran)
	}
}

// Two of a name in one event, and a loop that is gone.
func TestOffloadAndPostAtTheEdges(t *testing.T) {
	done := 0
	r := runOnce(t, scenario(func(w *sim.World) {
		done = 0
		js := jsloop.Start(w, "J", jsloop.Config{})
		js.Main(func() {
			for range 3 {
				js.Offload("same", func(*sim.Proc) (jsloop.Value, error) { done++; return nil, nil })
			}
		})
		w.Process("late", func(p *sim.Proc) {
			p.Sleep("wait", time.Second)
			js.Post("", func() { done++ })
		})
	}), sim.Config{})
	require.Equal(t, sim.Pass, r.Verdict)
	require.Equal(t, 3, done)
}
