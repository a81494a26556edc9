package jsloop_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/vfs"
)

// golden compares got with testdata/NAME.golden. SIMRUN_UPDATE=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if os.Getenv("SIMRUN_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run with SIMRUN_UPDATE=1 to write it")
	require.Equal(t, string(want), got, "%s; SIMRUN_UPDATE=1 accepts what is there now", file)
}

func scenario(build func(w *sim.World)) *sim.Scenario {
	return &sim.Scenario{Name: "test", Build: build}
}

func runOnce(t testing.TB, s *sim.Scenario, cfg sim.Config) *sim.Result {
	t.Helper()
	w := sim.NewWorld()
	defer w.Close()
	r, err := w.Run(s, cfg)
	require.NoError(t, err)
	return r
}

// explored runs s under many schedules and counts what they come to, by signature.
// seen, if not nil, is called after each run.
func explored(t testing.TB, s *sim.Scenario, profile string, runs int, seen func()) map[string]int {
	t.Helper()
	w := sim.NewWorld()
	defer w.Close()
	walk, count := strategy.NewRandomWalk(), make(map[string]int)
	for seed := range uint64(runs) {
		walk.Begin(strategy.Info{Seed: seed})
		data := strategy.Data{Seed: seed, On: true}
		r, err := w.Run(s, sim.Config{Profile: profile, Chooser: strategy.Chooser(walk, data)})
		require.NoError(t, err)
		count[r.Signature()]++
		if seen != nil {
			seen()
		}
	}
	return count
}

// failing is the recorded run of the first schedule that fails.
func failing(t testing.TB, s *sim.Scenario, profile string) *sim.Trace {
	t.Helper()
	w := sim.NewWorld()
	defer w.Close()
	walk := strategy.NewRandomWalk()
	for seed := range uint64(10_000) {
		walk.Begin(strategy.Info{Seed: seed})
		data := strategy.Data{Seed: seed, On: true}
		r, err := w.Run(s, sim.Config{Profile: profile, Chooser: strategy.Chooser(walk, data), Record: true})
		require.NoError(t, err)
		if r.Verdict.Failed() {
			return r.Trace
		}
	}
	t.Fatal("no schedule fails")
	return nil
}

// tell writes a trace, one line an event.
func tell(t *sim.Trace) string {
	var b strings.Builder
	for i, e := range t.Events {
		var what []string
		for _, o := range e.Outcomes {
			what = append(what, fmt.Sprintf("%v %s = %d", o.Kind, o.Name, o.Value))
		}
		what = append(what, e.Notes...)
		fmt.Fprintf(&b, "%s\n", strings.TrimRight(fmt.Sprintf("%10v  %-28s %s", e.Time, t.EventName(i), strings.Join(what, "; ")), " "))
	}
	fmt.Fprintf(&b, "%v", t.Verdict)
	if t.Verdict.Failed() {
		fmt.Fprintf(&b, ": %s", t.Failure.Message)
	}
	fmt.Fprintln(&b)
	for _, d := range t.Schedule {
		fmt.Fprintln(&b, d)
	}
	return b.String()
}

// readFile is fs.readFile: it reads on a thread of its own.
func readFile(js *jsloop.Process, fs *vfs.FS, path string) *jsloop.Promise {
	return js.Offload("read", func(*sim.Proc) (jsloop.Value, error) {
		fd, err := fs.Open(path, env.ReadOnly)
		if err != nil {
			return nil, err
		}
		defer fs.Close(fd)
		data, err := fs.Read(fd, 4096)
		return data.String(), err
	})
}

// An application asks a builder to make a bundle, and takes what is there after a
// timeout: two loops and a disk.
func bundleRace(w *sim.World) {
	disk := vfs.New(w)
	files := disk.Group()
	builder := jsloop.Start(w, "builder", jsloop.Config{})
	app := jsloop.Start(w, "app", jsloop.Config{})

	builder.Main(func() {
		builder.Ref() // listens for requests
	})
	build := func() {
		builder.Offload("write", func(*sim.Proc) (jsloop.Value, error) {
			fd, err := files.Open("bundle.js", env.WriteOnly|env.Create)
			if err != nil {
				return nil, err
			}
			_, err = files.Write(fd, env.Text("bundle 1", disk.NewVersion()))
			files.Close(fd)
			return nil, err
		}).Then(func(jsloop.Value) (jsloop.Value, error) {
			app.Post("built", func() { w.Note("told that it is built") })
			builder.Release()
			return nil, nil
		}, nil)
	}

	served := w.Obligation("served", time.Second)
	app.Main(func() {
		builder.Post("build", build)
		app.SetTimeout(func() {
			app.Async(func(a *jsloop.Async) (jsloop.Value, error) {
				served.Open(1)
				text, err := a.Await(readFile(app, files, "bundle.js"))
				if err != nil || text != "bundle 1" {
					w.Fail("bundle", "stale", "served %v, %v", text, err)
				}
				served.Close(1)
				return nil, nil
			})
		}, 1)
	})
}

// The timeout is longer than the build takes on a good day, and there is the day.
func TestTimeoutRacesCallback(t *testing.T) {
	s := scenario(bundleRace)
	nominal := runOnce(t, s, sim.Config{Record: true})
	require.Equal(t, sim.Pass, nominal.Verdict)
	golden(t, "bundle_nominal", tell(nominal.Trace))

	count := explored(t, s, "ci-loaded", 300, nil)
	require.Positive(t, count[""])
	require.Positive(t, count["violation bundle: stale"])
	require.Len(t, count, 2)
	golden(t, "bundle_stale", tell(failing(t, s, "ci-loaded")))
}

// A schedule is all there is to a run.
func TestReplayIsExact(t *testing.T) {
	s := scenario(bundleRace)
	want := failing(t, s, "ci-loaded")
	for range 2 {
		replay := strategy.NewReplay(want.Schedule, true)
		r := runOnce(t, s, sim.Config{Profile: "ci-loaded", Chooser: replay, Record: true})
		require.Nil(t, replay.Divergence())
		require.Equal(t, want.Rolling, r.Rolling)
		require.Equal(t, tell(want), tell(r.Trace))
	}
}

// Node's well-known race: a timer of 1 ms is due in the first timers phase if the main
// script took long enough. One of 5 ms is not, unless the machine is loaded.
func TestTimeoutRacesImmediate(t *testing.T) {
	for _, c := range []struct {
		profile string
		ms      float64
		both    bool
	}{
		{"laptop", 1, true},
		{"laptop", 5, false},
		{"ci-loaded", 5, true},
	} {
		var order string
		s := scenario(func(w *sim.World) {
			order = ""
			js := jsloop.Start(w, "J", jsloop.Config{})
			js.Main(func() {
				js.Proc().Sleep("boot", 990*time.Microsecond)
				js.SetTimeout(func() { order += "T" }, c.ms)
				js.SetImmediate(func() { order += "I" })
			})
		})
		seen := make(map[string]bool)
		explored(t, s, c.profile, 200, func() { seen[order] = true })
		require.True(t, seen["IT"])
		require.Equal(t, c.both, seen["TI"], "%s, %v ms", c.profile, c.ms)
	}
}

// A queue of microtasks that never runs dry starves all else on its loop, and only
// there; a chain of immediates does not.
func TestMicrotaskStarvation(t *testing.T) {
	other := 0
	starving := func(again func(js *jsloop.Process, fn func())) *sim.Result {
		return runOnce(t, scenario(func(w *sim.World) {
			other = 0
			stop := false
			js := jsloop.Start(w, "J", jsloop.Config{})
			js.Main(func() {
				js.SetTimeout(func() { stop = true }, 1)
				var spin func()
				spin = func() {
					if !stop {
						again(js, spin)
					}
				}
				spin()
			})
			quiet := jsloop.Start(w, "K", jsloop.Config{})
			quiet.Main(func() { quiet.SetTimeout(func() { other++ }, 1) })
		}), sim.Config{Limits: sim.Limits{Steps: 5_000}})
	}
	r := starving(func(js *jsloop.Process, fn func()) { js.QueueMicrotask(fn) })
	require.Equal(t, sim.Budget, r.Verdict)
	require.Equal(t, 1, other)
	r = starving(func(js *jsloop.Process, fn func()) { js.SetImmediate(fn) })
	require.Equal(t, sim.Pass, r.Verdict)
}

// Group is in how small pieces microtasks are events.
func TestGroup(t *testing.T) {
	steps := func(group int) int {
		return runOnce(t, scenario(func(w *sim.World) {
			js := jsloop.Start(w, "J", jsloop.Config{})
			js.Group = group
			js.Main(func() {
				for range 100 {
					js.QueueMicrotask(func() {})
				}
			})
		}), sim.Config{}).Steps
	}
	require.Equal(t, 2+1, steps(0))
	require.Equal(t, 2+10, steps(10))
	require.Equal(t, 2+100, steps(1))
}

// What setting and firing timers commits to.
func TestClockQuestions(t *testing.T) {
	s := scenario(func(w *sim.World) {
		js := jsloop.Start(w, "J", jsloop.Config{})
		js.Main(func() {
			js.SetTimeout(func() {}, 10)
			js.SetTimeout(func() { js.Proc().Step("work") }, 20)
			js.SetTimeout(func() {}, 30)
		})
	})
	s.Profiles = []*sim.Profile{{Name: "slow", Step: sim.Micros(1, 1, 1), Timer: sim.Micros(0, 60, 900),
		Windows: map[string]sim.Window{"work": sim.Micros(100, 5_000, 25_000), "main": sim.Micros(100, 2_500, 4_500)}}}
	golden(t, "clock_questions", tell(runOnce(t, s, sim.Config{Record: true}).Trace))
}

// The exact flavours read the clock when a timer is set, and never run one early.
func TestExactClock(t *testing.T) {
	for _, f := range []jsloop.Flavour{jsloop.Node, jsloop.Bun, jsloop.Browser} {
		var took time.Duration
		s := scenario(func(w *sim.World) {
			js := jsloop.Start(w, "J", jsloop.Config{Flavour: f})
			js.Main(func() {
				p := js.Proc()
				set := p.Mark()
				js.SetTimeout(func() {
					if !p.Elapsed(set, 2*time.Millisecond) {
						took = 1
					}
				}, 2)
			})
		})
		explored(t, s, "ci-loaded", 300, nil)
		require.Equal(t, f == jsloop.Node, took == 1, "%v: only Node rounds the start down", f)
	}
}

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

// A profile bounds callbacks by name, and all of one kind together.
func TestCallbackWindows(t *testing.T) {
	var both string
	s := scenario(func(w *sim.World) {
		both = ""
		js := jsloop.Start(w, "J", jsloop.Config{})
		js.Main(func() { js.Ref() })
		w.Process("P", func(p *sim.Proc) {
			js.Post("slow", func() { both += "S" })
			js.Post("", func() { js.Release(); both += "F" })
		})
		w.Process("Q", func(p *sim.Proc) {
			p.Sleep("wait", 50*time.Millisecond)
			both += "Q"
		})
	})
	slow := sim.Laptop()
	slow.Windows = map[string]sim.Window{"callback": sim.Micros(1, 10, 100), "callback.slow": sim.Micros(60_000, 60_000, 70_000)}
	s.Profiles = []*sim.Profile{slow}
	require.Equal(t, map[string]int{"": 100}, explored(t, s, "", 100, func() { require.Equal(t, "QSF", both) }))
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
