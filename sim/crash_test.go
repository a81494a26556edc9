package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// A crash ends a process wherever it is blocked. What it holds stays held, what
// its deferred functions do has no effect, and its next life begins anew.
func TestCrashAndRestart(t *testing.T) {
	s := build(func(w *sim.World) {
		lock := w.NewMutex("lock")
		hits := w.NewUint32("hits")
		server := w.Process("server", func(p *sim.Proc) {
			w.Note("life %d", p.Life())
			defer hits.Add(100)
			if p.Life() == 1 {
				lock.Lock()
			}
			hits.Add(1)
			p.Sleep("serve", 10*ms)
			w.Note("served")
		})
		w.Process("power", func(p *sim.Proc) {
			p.Sleep("wait", ms)
			w.Note("kill")
			server.Kill()
			w.Note("alive: %v", server.Alive())
			server.Kill() // of what is dead: nothing
			p.Step("reboot")
			server.Restart()
			w.Note("alive: %v", server.Alive())
		})
		w.Process("client", func(p *sim.Proc) {
			p.Sleep("wait", 2*ms)
			lock.Lock()
		})
		w.Eventually("the client got the lock", 0, func() bool { return false })
	})
	golden.Check(t, "crash", story(t, s, sim.Config{}))
}

// A process may end itself; so may one kill the process that would be next, one
// that was never started, and one that waits for it.
func TestKilling(t *testing.T) {
	type cast struct {
		w     *sim.World
		other *sim.Proc
		queue *sim.Queue[int]
		said  *[]string
	}
	for name, c := range map[string]struct {
		killer func(p *sim.Proc, c cast)
		victim func(p *sim.Proc, c cast)
		want   []string
	}{
		"itself": {
			killer: func(p *sim.Proc, c cast) {
				defer func() { *c.said = append(*c.said, "deferred") }()
				p.Kill()
				*c.said = append(*c.said, "never")
			},
			victim: func(p *sim.Proc, c cast) { p.Step("s"); *c.said = append(*c.said, "unharmed") },
			want:   []string{"deferred", "unharmed"},
		},
		"before its first event": {
			killer: func(p *sim.Proc, c cast) { c.other.Kill() },
			victim: func(p *sim.Proc, c cast) { *c.said = append(*c.said, "never") },
		},
		"blocked on a queue": {
			killer: func(p *sim.Proc, c cast) {
				p.Sleep("wait", ms)
				c.other.Kill()
				c.queue.Push(1)
				p.Step("s")
				*c.said = append(*c.said, "on")
			},
			victim: func(p *sim.Proc, c cast) { c.queue.Pop(); *c.said = append(*c.said, "never") },
			want:   []string{"on"},
		},
		"sleeping": {
			killer: func(p *sim.Proc, c cast) { p.Sleep("wait", ms); c.other.Kill() },
			victim: func(p *sim.Proc, c cast) { p.Sleep("nap", 5*ms); *c.said = append(*c.said, "never") },
		},
		"in a deferred function of a victim": {
			killer: func(p *sim.Proc, c cast) { p.Sleep("wait", ms); c.other.Kill() },
			victim: func(p *sim.Proc, c cast) {
				defer func() {
					c.queue.Push(1)
					p.Step("s")
					c.queue.Pop()
					p.Sleep("s", ms)
					*c.said = append(*c.said, fmt.Sprint("dying: ", p.Dying()))
				}()
				p.Sleep("nap", 5*ms)
			},
			want: []string{"dying: true"},
		},
		"from a deferred function": {
			killer: func(p *sim.Proc, c cast) { defer c.other.Kill(); p.Sleep("wait", ms) },
			victim: func(p *sim.Proc, c cast) { p.Sleep("nap", 5*ms); *c.said = append(*c.said, "never") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			var said []string
			s := build(func(w *sim.World) {
				on := cast{w: w, queue: sim.NewQueue[int](w, "q"), said: &said}
				w.Process("killer", func(p *sim.Proc) { c.killer(p, on) })
				on.other = w.Process("victim", func(p *sim.Proc) { c.victim(p, on) })
			})
			r := run(t, s, sim.Config{})
			require.Equal(t, "", r.Signature(), r.Failure.Message)
			require.Equal(t, c.want, said)
		})
	}
}

// Someone who recovers from everything does not survive a crash.
func TestSurvivingACrashIsAMistake(t *testing.T) {
	s := build(func(w *sim.World) {
		cat := w.Process("cat", func(p *sim.Proc) {
			for range 9 {
				func() {
					defer func() { _ = recover() }()
					p.Sleep("nap", 10*ms)
				}()
			}
		})
		w.Process("dog", func(p *sim.Proc) {
			p.Sleep("wait", ms)
			cat.Kill()
		})
	})
	require.Equal(t, `scenario "test": process "cat" goes on after it was killed: does a deferred function recover from every panic?`,
		mistake(t, s, sim.Config{}))
}

// The end of a run ends every process in the same way: what deferred functions do
// then has no effect.
func TestEndOfARunUnwindsProcesses(t *testing.T) {
	var unwound []string
	s := build(func(w *sim.World) {
		q := sim.NewQueue[int](w, "q")
		for _, name := range []string{"A", "B"} {
			w.Process(name, func(p *sim.Proc) {
				defer func() { q.Push(1); unwound = append(unwound, name) }()
				q.Pop()
			})
		}
	})
	r := run(t, s, sim.Config{})
	require.Equal(t, sim.Pass, r.Verdict)
	require.Equal(t, 4, r.Steps)
	require.Equal(t, []string{"A", "B"}, unwound)
}

// A background process is no activity: the world rests although it beats on. A
// bounded property gives it the time it has.
func TestBackground(t *testing.T) {
	beats := 0
	heart := func(w *sim.World) {
		beats = 0
		w.Background("heart", func(p *sim.Proc) {
			for {
				p.Sleep("beat", 10*ms)
				beats++
			}
		})
		w.Process("A", func(p *sim.Proc) { p.Sleep("work", 35*ms) })
	}
	require.Equal(t, sim.Pass, run(t, build(heart), sim.Config{}).Verdict)
	require.Equal(t, 3, beats)

	until := func(within, want int) *sim.Scenario {
		return build(func(w *sim.World) {
			heart(w)
			w.Eventually("beats", time.Duration(within)*ms, func() bool { return beats >= want })
		})
	}
	require.Equal(t, sim.Pass, run(t, until(100, 8), sim.Config{}).Verdict)
	require.Equal(t, "did not come true within 20ms of calm", run(t, until(20, 8), sim.Config{}).Failure.Message)
	require.Equal(t, "did not come true, and the world is at rest", run(t, until(0, 8), sim.Config{}).Failure.Message)
}

// An actor in the background does not count either.
func TestBackgroundActor(t *testing.T) {
	s := build(func(w *sim.World) {
		k := &scriptRun{ops("K", make([]string, 1000)...), w.BackgroundActor("K")}
		k.arm(w, 0)
		w.Process("A", func(p *sim.Proc) { p.Step("s") })
	})
	require.Less(t, run(t, s, sim.Config{}).Steps, 10)
}

// What is killed while the world is built was never there: its first event does not
// have to be late enough for the rest of the run.
func TestKilledAtSetup(t *testing.T) {
	s := build(func(w *sim.World) {
		p := w.Process("idle", func(p *sim.Proc) { p.Step("work") })
		p.Kill()
		w.Process("busy", func(p *sim.Proc) {
			p.Sleep("long", time.Second)
			p.World().Note("woke")
		})
	})
	r := run(t, s, sim.Config{Record: true})
	require.Equal(t, sim.Pass, r.Verdict)
	require.Equal(t, time.Second, r.Trace.Events[len(r.Trace.Events)-1].Time.Round(10*ms))
}
