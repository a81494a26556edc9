package sim_test

import (
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

type fire func(w *sim.World, arg int64)

func (f fire) Fire(w *sim.World, arg int64) { f(w, arg) }

// A panic of the logic is a verdict, wherever it happens, and the world goes on
// to the next run.
func TestPanics(t *testing.T) {
	boom := func() { panic(errors.New("boom")) }
	for name, c := range map[string]struct {
		build func(w *sim.World)
		proc  string
	}{
		"in a body":        {func(w *sim.World) { w.Process("A", func(*sim.Proc) { boom() }) }, "A"},
		"in a body, later": {func(w *sim.World) { w.Process("A", func(p *sim.Proc) { p.Step("s"); boom() }) }, "A"},
		"in a handler": {func(w *sim.World) {
			w.Actor("K").After(w.Label("l"), sim.Exactly(ms), fire(func(*sim.World, int64) { boom() }), 0)
		}, "K"},
		"in Build":         {func(w *sim.World) { boom() }, "world"},
		"in a child":       {func(w *sim.World) { w.Process("A", func(*sim.Proc) { w.Process("B", func(*sim.Proc) { boom() }) }) }, "A:start#1/B"},
		"in a second life": {func(w *sim.World) { revive(w, boom) }, "A"},
		"in a handler, run by the process that yields": {func(w *sim.World) {
			w.Actor("K").After(w.Label("l"), sim.Exactly(ms), fire(func(*sim.World, int64) { boom() }), 0)
			w.Process("A", func(p *sim.Proc) {
				defer func() {
					if !p.Dying() {
						w.Fail("unwound", "", "the panic of K came through A")
					}
				}()
				p.Sleep("nap", 2*ms)
			})
		}, "K"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for range 2 {
				r, err := w.Run(build(c.build), sim.Config{})
				require.NoError(t, err)
				require.Equal(t, "panic "+c.proc+": boom", r.Signature())
				require.Equal(t, "process "+c.proc+" panicked: boom", r.Failure.Message)
				require.Contains(t, r.Failure.Stack, "failure_test.go")
			}
			r, err := w.Run(build(office), sim.Config{})
			require.NoError(t, err)
			require.Equal(t, sim.Pass, r.Verdict)
		})
	}
}

// revive is a world in which A panics in its second life.
func revive(w *sim.World, boom func()) {
	a := w.Process("A", func(p *sim.Proc) {
		if p.Life() == 2 {
			boom()
		}
	})
	w.Process("B", func(p *sim.Proc) {
		p.Sleep("wait", ms)
		a.Restart()
	})
}

// A panic in a property is a mistake of the scenario, not a failure of the logic.
func TestPanicsInProperties(t *testing.T) {
	for name, f := range map[string]func(w *sim.World){
		"always":                     func(w *sim.World) { w.Always("p", func() error { panic("oops") }) },
		"eventually":                 func(w *sim.World) { w.Eventually("p", 0, func() bool { panic("oops") }) },
		"eventually, with a bound":   func(w *sim.World) { w.Eventually("p", ms, func() bool { panic("oops") }) },
		"always, noticed by a body":  func(w *sim.World) { alwaysAfter(w, 2) },
		"always, noticed by another": func(w *sim.World) { alwaysAfter(w, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			s := build(func(w *sim.World) {
				f(w)
				w.Process("A", func(p *sim.Proc) { p.Step("s"); p.Step("s") })
				w.Process("B", func(p *sim.Proc) { p.Step("s"); p.Step("s") })
			})
			require.Regexp(t, `^scenario "test": property "p" panicked at failure_test\.go:\d+: oops$`, mistake(t, s, sim.Config{}))
		})
	}
}

func alwaysAfter(w *sim.World, steps int) {
	w.Always("p", func() error {
		if w.Steps() >= steps {
			panic("oops")
		}
		return nil
	})
}

// A test that ends itself inside of a process (t.FailNow, require) ends the
// goroutine that runs the world; the world can still be closed.
func TestGoexit(t *testing.T) {
	for name, f := range map[string]func(w *sim.World, end func()){
		"in a body": func(w *sim.World, end func()) {
			w.Process("A", func(p *sim.Proc) { p.Step("s"); end() })
			w.Process("B", func(p *sim.Proc) { p.Sleep("nap", ms) })
		},
		"in a handler run by a body": func(w *sim.World, end func()) {
			w.Actor("K").After(w.Label("l"), sim.Exactly(ms), fire(func(*sim.World, int64) { end() }), 0)
			w.Process("A", func(p *sim.Proc) { p.Sleep("nap", 2*ms) })
		},
		"in Build": func(w *sim.World, end func()) {
			w.Process("A", func(p *sim.Proc) {})
			end()
		},
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan bool)
			go func() {
				defer close(ended)
				w := sim.NewWorld()
				defer w.Close()
				_, err := w.Run(build(func(w *sim.World) { f(w, runtime.Goexit) }), sim.Config{})
				t.Error("the goroutine goes on", err)
			}()
			<-ended
		})
	}
}

// Limits are verdicts that name themselves.
func TestLimits(t *testing.T) {
	forever := func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) {
			for {
				p.Sleep("nap", 10*ms)
			}
		})
	}
	for name, c := range map[string]struct {
		build   func(w *sim.World)
		limits  sim.Limits
		message string
	}{
		"steps":        {forever, sim.Limits{Steps: 100}, "limit on steps reached: 100 events"},
		"virtual time": {forever, sim.Limits{Virtual: 200 * ms}, "limit on virtual time reached: 200ms"},
		"pending": {func(w *sim.World) {
			k := w.Actor("K")
			for range 9 {
				k.After(w.Label("l"), sim.Exactly(ms), fire(func(*sim.World, int64) {}), 0)
			}
		}, sim.Limits{Pending: 8}, "limit on pending events reached: 8, the last one K:l"},
		"marks": {func(w *sim.World) {
			w.Process("A", func(p *sim.Proc) {
				for {
					p.Mark()
					p.Step("s")
				}
			})
		}, sim.Limits{Pending: 1000, Steps: 100}, "limit on marks reached: 19 are kept, the last one by A"},
		"processes": {func(w *sim.World) {
			w.Process("A", func(p *sim.Proc) {
				for {
					p.Step("fork")
					w.Process("child", func(*sim.Proc) {})
				}
			})
		}, sim.Limits{Processes: 5}, "limit on processes reached: 5, the last one A:fork#5/child"},
		"processes in Build": {func(w *sim.World) {
			w.Actor("A")
			w.Actor("B")
		}, sim.Limits{Processes: 1}, "limit on processes reached: 1, the last one B"},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, build(c.build), sim.Config{Limits: c.limits})
			require.Equal(t, sim.Budget, r.Verdict)
			require.Equal(t, c.message, r.Failure.Message)
			if name == "marks" {
				return // they cost nothing there
			}
			r = run(t, build(c.build), sim.Config{Limits: c.limits, Mode: sim.Sampled})
			require.Equal(t, c.message, r.Failure.Message)
		})
	}
}

// hasty lets a process go first whenever it can.
type hasty int32

func (h hasty) Choose(p *sim.Point) int {
	return max(0, slices.IndexFunc(p.Enabled, func(a sim.Alternative) bool { return a.Process == int32(h) }))
}

// A chain of events that all come early has taken no more time than it can have: the limit
// of virtual time does not count what is nominal beyond that.
func TestTheLimitOfVirtualTimeCountsWhatCanHavePassed(t *testing.T) {
	naps := 0
	s := build(func(w *sim.World) {
		naps = 0
		w.Actor("K").After(w.Label("l"), sim.Exactly(100*ms), fire(func(*sim.World, int64) {}), 0)
		w.Process("A", func(p *sim.Proc) {
			for range 50 {
				p.Step("early")
				naps++
			}
		})
	})
	s.Profiles = []*sim.Profile{{Name: "p", Windows: map[string]sim.Window{"early": {Nominal: 10 * ms, Latest: 20 * ms}}}}
	for _, c := range []struct {
		chooser sim.Chooser
		limit   time.Duration
		verdict sim.Verdict
		naps    int
	}{
		{hasty(2), 200 * ms, sim.Pass, 50},
		{hasty(2), 99 * ms, sim.Budget, 10},
		{nil, 200 * ms, sim.Budget, 21},
	} {
		r := run(t, s, sim.Config{Chooser: c.chooser, Limits: sim.Limits{Virtual: c.limit}})
		require.Equal(t, c.verdict, r.Verdict)
		require.Equal(t, c.naps, naps)
	}
}

// A panic counts and says where it was, whatever is judged.
func TestPanicWhateverIsJudged(t *testing.T) {
	s := build(func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) { p.Step("s"); panic("boom") })
		w.Always("other", func() error { return nil })
	})
	r := run(t, s, sim.Config{Judge: []string{"other"}})
	require.Equal(t, "panic A: boom", r.Signature())
	require.Equal(t, "process A panicked: boom", r.Failure.Message)
}
