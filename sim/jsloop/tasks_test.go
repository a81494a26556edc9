package jsloop_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/stretchr/testify/require"
)

// tasksProfile lets work take 1 to 5 ms, and timers be up to 10 ms late.
func tasksProfile() []*sim.Profile {
	return []*sim.Profile{{
		Name:    "test",
		Windows: map[string]sim.Window{"read": sim.Micros(1000, 2000, 5000), "wire": sim.Micros(1000, 1500, 5000)},
		Timer:   sim.Micros(0, 1000, 10_000),
	}}
}

func runTasks(t *testing.T, build func(w *sim.World), cfg sim.Config) *sim.Result {
	t.Helper()
	w := sim.NewWorld()
	defer w.Close()
	s := &sim.Scenario{Name: "test/tasks", Profiles: tasksProfile(), Build: build}
	var r *sim.Result
	for range 2 { // the second run finds the memory of the first
		var err error
		r, err = w.Run(s, cfg)
		require.NoError(t, err)
		require.Equal(t, sim.Pass, r.Verdict, r.Failure.Message)
	}
	return r
}

// Logic runs on a loop of tasks in the same order as on Node's, and each task is one event.
func TestLogicRunsOnTasks(t *testing.T) {
	var log []string
	r := runTasks(t, func(w *sim.World) {
		log = nil
		tasks := jsloop.StartTasks(w, "app")
		tasks.Env().Post("main", func() { logic(tasks.Env(), func(line string) { log = append(log, line) }) })
	}, sim.Config{Record: true})
	require.Equal(t, []string{
		"async runs at once", "main ends", "microtask", "read", "caught broken", "finally", "and on", "timer",
	}, log)
	var names []string
	for i := range r.Trace.Events {
		names = append(names, r.Trace.EventName(i))
	}
	require.Equal(t, []string{"app:main@world#1", "app:read#1", "app:timer#1"}, names)
}

// A timer is due not before its time and not later than the profile lets it be; cleared, it
// does not run; an interval runs until it is cleared.
func TestTimersOfTasksAreExact(t *testing.T) {
	earliest, latest := time.Hour, time.Duration(0)
	for seed := range uint64(200) {
		walk := strategy.NewRandomWalk()
		walk.Begin(strategy.Info{Seed: seed})
		ticks := 0
		runTasks(t, func(w *sim.World) {
			ticks = 0
			tasks := jsloop.StartTasks(w, "app")
			l := tasks.Env()
			l.Post("main", func() {
				start := tasks.Proc().Now()
				l.SetTimeout(func() {
					took := tasks.Proc().Now() - start
					earliest, latest = min(earliest, took), max(latest, took)
				}, 7*time.Millisecond)
				l.SetTimeout(func() { require.Fail(t, "it was cleared") }, time.Millisecond).Clear()
				var every env.LoopTimer
				every = l.SetInterval(func() {
					if ticks++; ticks == 3 {
						every.Clear()
					}
				}, 5*time.Millisecond)
			})
		}, sim.Config{Chooser: strategy.Chooser(walk, strategy.Data{})})
		require.Equal(t, 3, ticks)
	}
	require.GreaterOrEqual(t, earliest, 7*time.Millisecond)
	require.LessOrEqual(t, latest, 17*time.Millisecond)
}

// A path keeps the order of what is sent, under every schedule.
func TestPathsKeepTheOrder(t *testing.T) {
	between := 0
	for seed := range uint64(200) {
		walk := strategy.NewRandomWalk()
		walk.Begin(strategy.Info{Seed: seed})
		var got []int
		runTasks(t, func(w *sim.World) {
			got = nil
			a, b := jsloop.StartTasks(w, "a"), jsloop.StartTasks(w, "b")
			p := b.Path("wire")
			for i := range 3 {
				a.Env().SetTimeout(func() { p.Send(func() { got = append(got, i) }) }, time.Duration(i)*20*time.Millisecond)
			}
			b.Env().IO("read").Then(func(any) (any, error) {
				if len(got) == 0 {
					between++
				}
				return nil, nil
			}, nil)
		}, sim.Config{Chooser: strategy.Chooser(walk, strategy.Data{})})
		require.Equal(t, []int{0, 1, 2}, got)
	}
	require.NotZero(t, between)
}

// What nobody handled by the end of the task is told, and what a task throws; neither ends
// the loop. What is handled in a later microtask of the same task is not.
func TestTasksTellOfRejectionsAndExceptions(t *testing.T) {
	var log []string
	runTasks(t, func(w *sim.World) {
		log = nil
		tasks := jsloop.StartTasks(w, "app")
		tasks.OnUnhandledRejection = func(reason error) { log = append(log, "unhandled "+reason.Error()) }
		tasks.OnUncaughtException = func(reason error) { log = append(log, "uncaught "+reason.Error()) }
		l := tasks.Env()
		l.Post("main", func() {
			l.Reject(errors.New("one"))
			late := l.Reject(errors.New("two"))
			l.QueueMicrotask(func() { late.Catch(func(error) (any, error) { return nil, nil }) })
			l.Throw(errors.New("three"))
		})
		l.Post("then", func() { log = append(log, "goes on") })
	}, sim.Config{})
	require.Equal(t, []string{"uncaught three", "unhandled one", "goes on"}, log)
}

// A loop whose microtasks never end is a mistake that is named.
func TestEndlessMicrotasksAreNamed(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	_, err := w.Run(&sim.Scenario{Name: "test/endless", Build: func(w *sim.World) {
		tasks := jsloop.StartTasks(w, "app")
		var again func()
		again = func() { tasks.Env().QueueMicrotask(again) }
		tasks.Env().Post("main", again)
	}}, sim.Config{})
	require.ErrorContains(t, err, `loop "app": more than 1000000 microtasks after one task`)
}

// Async functions that still wait at the end of a run are ended with it, with their
// deferred functions.
func TestTasksEndWithTheRun(t *testing.T) {
	ended := 0
	w := sim.NewWorld()
	s := &sim.Scenario{Name: "test/left", Build: func(w *sim.World) {
		tasks := jsloop.StartTasks(w, "app")
		tasks.Env().Post("main", func() {
			for range 3 {
				tasks.Env().Async(func(a env.Async) (any, error) {
					defer func() { ended++ }()
					p, _, _ := tasks.Env().NewPromise()
					return a.Await(p)
				})
			}
		})
	}}
	for i := range 5 {
		_, err := w.Run(s, sim.Config{})
		require.NoError(t, err)
		require.Equal(t, 3*(i+1), ended)
	}
	w.Close()
}

// BenchmarkTasks is a task that waits for IO, in an async function.
func BenchmarkTasks(b *testing.B) {
	const each = 100
	w := sim.NewWorld()
	defer w.Close()
	s := &sim.Scenario{Name: "test/bench", Profiles: tasksProfile(), Build: func(w *sim.World) {
		l := jsloop.StartTasks(w, "app").Env()
		l.Post("main", func() {
			l.Async(func(a env.Async) (any, error) {
				for range each {
					if _, err := a.Await(l.IO("read")); err != nil {
						return nil, err
					}
				}
				return nil, nil
			})
		})
	}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Run(s, sim.Config{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/each, "ns/task")
}

// ExampleStartTasks is a loop that is specified as tasks.
func ExampleStartTasks() {
	s := &sim.Scenario{Name: "example/tasks", Build: func(w *sim.World) {
		l := jsloop.StartTasks(w, "server").Env()
		l.Post("main", func() {
			l.Async(func(a env.Async) (any, error) {
				if _, err := a.Await(l.IO("read")); err != nil {
					return nil, err
				}
				fmt.Println("read")
				return nil, nil
			})
			l.QueueMicrotask(func() { fmt.Println("microtask of the same task") })
		})
	}}
	w := sim.NewWorld()
	defer w.Close()
	if _, err := w.Run(s, sim.Config{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// microtask of the same task
	// read
}

// TestPathHasOneSender: who is first of two senders would leave no footprint.
func TestPathHasOneSender(t *testing.T) {
	s := scenario(func(w *sim.World) {
		page := jsloop.StartTasks(w, "page")
		path := page.Path("socket")
		for _, name := range []string{"A", "B"} {
			jsloop.StartTasks(w, name).Env().Post("send", func() { path.Send(func() {}) })
		}
	})
	w := sim.NewWorld()
	defer w.Close()
	_, err := w.Run(s, sim.Config{})
	require.EqualError(t, err, `scenario "test": path "socket" to loop "page": "B" sends along it, and "A" did before: a path has one sender`)
}
