package runner_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// What a campaign finds does not depend on the number of workers.
func TestWorkersDoNotMatter(t *testing.T) {
	for _, name := range strategy.Names() {
		for _, variant := range []string{"racy", "locked", "careless"} {
			t.Run(name+" "+variant, func(t *testing.T) {
				var want *runner.Report
				for _, workers := range []int{1, 2, 7, 16} {
					r := explore(t, runner.Options{
						Scenario: bank(), Variant: variant, Strategy: name, Runs: 700, Seed: 1, Workers: workers, Minimise: 200,
					})
					r.Elapsed = 0
					for _, f := range r.Failures { // stacks hold addresses and goroutine numbers
						f.Found.Failure.Stack, f.Minimal.Failure.Stack = "", ""
					}
					if want == nil {
						want = r
					}
					require.Equal(t, want, r, "%d workers", workers)
				}
			})
		}
	}
}

func TestReports(t *testing.T) {
	var text string
	for _, variant := range []string{"racy", "locked", "careless"} {
		for _, name := range strategy.Names() {
			text += words(explore(t, runner.Options{Scenario: bank(), Variant: variant, Strategy: name, Runs: 500, Seed: 1, Minimise: 500}))
		}
	}
	golden(t, "reports", text)
}

// Without choices to draw a small scenario is exhausted, and says so.
func TestExhaustive(t *testing.T) {
	r := explore(t, runner.Options{Scenario: writers(4, 1), Strategy: "exhaustive"})
	require.True(t, r.Exhausted)
	require.Equal(t, "exhausted: all 24 orders pass", r.Claim)
	require.Equal(t, 24, r.Runs)
	require.Equal(t, 24, r.Classes)

	r = explore(t, runner.Options{Scenario: writers(3, 3), Strategy: "exhaustive"})
	require.Equal(t, "exhausted: all 1680 orders pass", r.Claim) // 9!/(3!)^3

	r = explore(t, runner.Options{Scenario: writers(3, 3), Strategy: "exhaustive", Runs: 500})
	require.False(t, r.Exhausted)
	require.Empty(t, r.Claim)
	require.LessOrEqual(t, r.Runs, 500)
}

// writers is n actors with k writes of one resource each, in any order.
func writers(n, k int) *sim.Scenario {
	free := sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded}
	return &sim.Scenario{
		Name: "writers", Profiles: []*sim.Profile{{Name: "untimed", Step: free}},
		Build: func(w *sim.World) {
			x := w.Resource("x")
			for i := range n {
				a := &writer{w.Actor(fmt.Sprint("W", i)), w.Label("write"), x, k}
				a.proc.After(a.label, a.proc.Window(a.label), a, 0)
			}
		},
	}
}

type writer struct {
	proc  *sim.Proc
	label sim.Label
	x     sim.Resource
	left  int
}

func (a *writer) Fire(w *sim.World, _ int64) {
	w.Write(a.x)
	if a.left--; a.left > 0 {
		a.proc.After(a.label, a.proc.Window(a.label), a, 0)
	}
}

// A goal that no run reaches makes a test vacuous.
func TestVacuous(t *testing.T) {
	s := bank()
	inner := s.Build
	s.Build = func(w *sim.World) { inner(w); w.Sometimes("impossible") }
	r := explore(t, runner.Options{Scenario: s, Variant: "locked", Runs: 300})
	require.Equal(t, []string{"crowded", "impossible"}, r.Vacuous())
	r = explore(t, runner.Options{Scenario: s, Variant: "racy", Runs: 300})
	require.Equal(t, []string{"impossible"}, r.Vacuous())
}

func TestStopAtFirst(t *testing.T) {
	r := explore(t, runner.Options{Scenario: bank(), Runs: 10_000, StopAtFirst: true})
	require.Len(t, r.Failures, 1)
	require.Less(t, r.Runs, 10_000)
}

// The context ends a campaign with what there is so far.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	batches := 0
	r, err := runner.Explore(ctx, runner.Options{
		Scenario: bank(), Variant: "locked", Strategy: "random", Runs: 1_000_000,
		Progress: func(p runner.Progress) {
			if batches++; batches == 3 {
				cancel()
			}
		},
	})
	require.NoError(t, err)
	require.True(t, r.Interrupted)
	require.Equal(t, 3*64, r.Runs)
}

// Budget is wall time, from the clock that the caller gives.
func TestBudget(t *testing.T) {
	wall := clock.NewMock()
	r := explore(t, runner.Options{
		Scenario: bank(), Variant: "locked", Strategy: "random", Budget: time.Minute, Runs: 1_000_000, Clock: wall, Stuck: -1,
		Progress: func(runner.Progress) { wall.Add(20 * time.Second) },
	})
	require.True(t, r.OutOfTime)
	require.Equal(t, 3*64, r.Runs)
	require.Equal(t, time.Minute, r.Elapsed)
}

// A process that blocks on something outside of its world is named, in the first
// run as in a later one.
func TestStuck(t *testing.T) {
	for name, nominal := range map[string]bool{"in the nominal run": true, "in a later run": false} {
		t.Run(name, func(t *testing.T) {
			never := make(chan bool)
			defer close(never)
			s := &sim.Scenario{Name: "stuck", Build: func(w *sim.World) {
				w.Process("A", func(p *sim.Proc) { p.Step("s") })
				w.Process("B", func(p *sim.Proc) {
					p.Step("s")
					if nominal || w.Fault("stall") {
						<-never
					}
				})
			}}
			_, err := runner.Explore(context.Background(), runner.Options{Scenario: s, Strategy: "random", Stuck: 100 * time.Millisecond})
			require.ErrorContains(t, err, `scenario "stuck": process "B": a process does not come back: it blocks or spins outside of its environment (for 100ms, after step `)
			require.ErrorContains(t, err, `; inside a process only calls through env may block`)
		})
	}
}

// A process that ends its goroutine, as a test's require does, ends the campaign.
func TestGoexitEndsACampaign(t *testing.T) {
	for name, nominal := range map[string]bool{"in the nominal run": true, "in a later run": false} {
		t.Run(name, func(t *testing.T) {
			s := &sim.Scenario{Name: "exit", Build: func(w *sim.World) {
				w.Process("A", func(p *sim.Proc) {
					p.Step("s")
					if nominal || w.Fault("quit") {
						runtime.Goexit()
					}
				})
			}}
			_, err := runner.Explore(context.Background(), runner.Options{Scenario: s, Strategy: "random"})
			require.ErrorContains(t, err, "runtime.Goexit")
		})
	}
}

// A mistake in the scenario is an error, not a failure of the logic.
func TestMistakes(t *testing.T) {
	for want, o := range map[string]runner.Options{
		`explore: no scenario`:                                  {},
		`explore "bank/count": -1 runs; want 1`:                 {Scenario: bank(), Runs: -1},
		`explore "bank/count": -2 workers; want`:                {Scenario: bank(), Workers: -2},
		`has no variant "lockd"; did you mean "locked"?`:        {Scenario: bank(), Variant: "lockd"},
		`has no profile "pc"`:                                   {Scenario: bank(), Profile: "pc"},
		`there is no strategy "randon"; did you mean "random"?`: {Scenario: bank(), Strategy: "randon"},
		`has no parameter "coin"; did you mean "coins"?`:        {Scenario: bank(), Params: map[string]int64{"coin": 1}},
	} {
		_, err := runner.Explore(context.Background(), o)
		require.ErrorContains(t, err, want)
	}
}

// A scenario that is not the same in every run gets the verdict Nondeterminism,
// with the first difference.
func TestNondeterminism(t *testing.T) {
	calls := 0
	for name, f := range map[string]func(w *sim.World, p *sim.Proc){
		"a counter that outlives the run": func(_ *sim.World, p *sim.Proc) {
			if calls++; calls%2 == 0 {
				p.Step("even")
			} else {
				p.Step("odd")
			}
		},
		"map iteration": func(_ *sim.World, p *sim.Proc) {
			for k := range map[string]bool{"a": true, "b": true, "c": true, "d": true, "e": true, "f": true, "g": true, "h": true} {
				p.Step(k)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &sim.Scenario{Name: "leaky", Build: func(w *sim.World) {
				w.Process("A", func(p *sim.Proc) {
					p.Step("begin")
					f(w, p)
					w.Fail("always", "", "it fails always")
				})
			}}
			r := explore(t, runner.Options{Scenario: s, Strategy: "random", Runs: 64, Workers: 1})
			i := slices.IndexFunc(r.Failures, func(f *runner.Failure) bool { return f.Found.Verdict == sim.Nondeterminism })
			require.GreaterOrEqual(t, i, 0, words(r))
			require.Equal(t, "nondeterminism determinism", r.Failures[i].Signature)
			require.Regexp(t, `^two runs of one schedule part at step 3: A:\w+#1, then A:\w+#1$`, r.Failures[i].Found.Failure.Message)
		})
	}
}
