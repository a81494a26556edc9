package jsloop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/vfs"
)

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
	golden.Check(t, "bundle_nominal", tell(nominal.Trace))

	count := explored(t, s, "ci-loaded", 300, nil)
	require.Positive(t, count[""])
	require.Positive(t, count["violation bundle: stale"])
	require.Len(t, count, 2)
	golden.Check(t, "bundle_stale", tell(failing(t, s, "ci-loaded")))
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

// The intervals of a background process never end, and do not keep the world from its
// rest; they go on for as long as others are busy, and what they post counts.
func TestStartBackground(t *testing.T) {
	beats, heard := 0, 0
	run := func(start func(*sim.World, string, jsloop.Config) *jsloop.Process, busy time.Duration) *sim.Result {
		beats, heard = 0, 0
		return runOnce(t, scenario(func(w *sim.World) {
			app := jsloop.Start(w, "app", jsloop.Config{})
			heart := start(w, "heart", jsloop.Config{})
			heart.Main(func() {
				heart.SetInterval(func() {
					beats++
					app.Post("beat", func() { heard++ })
				}, 10)
			})
			app.Main(func() { app.SetTimeout(func() {}, float64(busy/time.Millisecond)) })
		}), sim.Config{Limits: sim.Limits{Steps: 2_000}})
	}
	r := run(jsloop.StartBackground, 105*time.Millisecond)
	require.Equal(t, sim.Pass, r.Verdict)
	require.Equal(t, 10, beats)
	require.Equal(t, beats, heard)
	require.Less(t, r.Steps, 200)

	require.Equal(t, sim.Pass, run(jsloop.StartBackground, 0).Verdict)
	require.Zero(t, beats, "nobody else has anything to do")

	require.Equal(t, sim.Budget, run(jsloop.Start, 0).Verdict, "in the foreground it never comes to rest")
}
