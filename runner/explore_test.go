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
	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
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
	golden.Check(t, "reports", text)
}

// Without choices to draw a small scenario is exhausted, and says so.
func TestExhaustive(t *testing.T) {
	r := explore(t, runner.Options{Scenario: writers(4, 1), Strategy: "exhaustive-all"})
	require.True(t, r.Exhausted)
	require.Equal(t, "exhausted: all 24 orders pass", r.Claim)
	require.Equal(t, 24, r.Runs)
	require.Equal(t, 24, r.Classes)

	r = explore(t, runner.Options{Scenario: writers(3, 3), Strategy: "exhaustive-all"})
	require.Equal(t, "exhausted: all 1680 orders pass", r.Claim) // 9!/(3!)^3

	r = explore(t, runner.Options{Scenario: writers(3, 3), Strategy: "exhaustive-all", Runs: 500})
	require.False(t, r.Exhausted)
	require.Empty(t, r.Claim)
	require.LessOrEqual(t, r.Runs, 500)
}

// All orders may have been tried although there is more to try.
func TestAllOrders(t *testing.T) {
	for _, c := range []struct {
		o         runner.Options
		all, over bool
	}{
		{runner.Options{Scenario: writers(2, 2)}, true, false}, // the portfolio has other strategies too
		{runner.Options{Scenario: writers(2, 2), Strategy: "delays"}, true, true},
		{runner.Options{Scenario: writers(3, 3), Strategy: "delays", Runs: 100}, false, false},
		{runner.Options{Scenario: writers(2, 2), Strategy: "random"}, false, false},
	} {
		r := explore(t, c.o)
		require.Equal(t, c.all, r.AllOrders, r.Claim)
		require.Equal(t, c.over, r.Exhausted, r.Claim)
	}
}

// With reduction there is one run for all orders that differ in what does not matter.
func TestExhaustiveWithReduction(t *testing.T) {
	s := writers(3, 3)
	r := explore(t, runner.Options{Scenario: s, Strategy: "exhaustive"})
	require.True(t, r.Exhausted, "where everything conflicts there is nothing to reduce")
	require.Equal(t, "exhausted: all 1680 classes of orders pass (1680 runs, 0 of them cut short; about 1700 orders without reduction)", r.Claim)
	require.Equal(t, 1680, r.Classes)

	r = explore(t, runner.Options{Scenario: s, Strategy: "exhaustive", Runs: 500})
	require.False(t, r.Exhausted)
	require.Equal(t, 500, r.Runs)
	require.Regexp(t, `^not exhausted: \d+\.\d % of the search done, of about \d+ runs \(500 runs, 0 of them cut short; about 1700 orders without reduction\)$`, r.Claim)

	apart := apart(4, 3)
	r = explore(t, runner.Options{Scenario: apart, Strategy: "exhaustive"})
	require.True(t, r.Exhausted)
	require.Equal(t, 1, r.Classes)
	require.Equal(t, "exhausted: the one class of orders passes (120 runs, 119 of them cut short; about 350000 orders without reduction)", r.Claim) // 12!/(3!)^4 = 369,600
	r = explore(t, runner.Options{Scenario: apart, Strategy: "exhaustive-dpor"})
	require.Equal(t, "exhausted: the one class of orders passes (1 runs, 0 of them cut short; about 350000 orders without reduction; source-DPOR in time is tested, not proved)", r.Claim)
}

// The search is split into parts when it is large; its counts do not depend on that, and
// not on who runs the parts.
func TestSplittingChangesNoCount(t *testing.T) {
	s := writers(4, 2)
	for _, name := range []string{"exhaustive", "exhaustive-dpor"} {
		one := explore(t, runner.Options{Scenario: s, Strategy: name, Runs: 10_000, Workers: 1})
		require.Equal(t, 2520, one.Runs) // 8!/(2!)^4
		require.Equal(t, 2520, one.Classes)
		seven := explore(t, runner.Options{Scenario: s, Strategy: name, Runs: 10_000, Workers: 7})
		one.Elapsed, seven.Elapsed = 0, 0
		require.Equal(t, one, seven)
	}
}

// An event that touches what its footprint does not tell makes orders look alike that
// are not. Search notices when what it found does not come up again.
func TestMissingFootprintEndsTheSearch(t *testing.T) {
	const ns = time.Nanosecond
	s := &sim.Scenario{
		Name: "secret",
		Build: func(w *sim.World) {
			x := w.Resource("x")
			a, second, done := false, false, false
			w.Process("A", func(p *sim.Proc) {
				p.StepFor(w.Label("any"), sim.Window{Nominal: 1 * ns, Latest: 10 * ns})
				a = true
				p.StepFor(w.Label("one"), sim.Exactly(1*ns))
				w.Write(x)
				if second && done { // only if B comes more than 1 ns before A, and after A
					w.Fail("order", "", "impossible")
				}
			})
			w.Process("B", func(p *sim.Proc) {
				p.StepFor(w.Label("any"), sim.Window{Nominal: 2 * ns, Latest: 10 * ns})
				second = a
				p.StepFor(w.Label("two"), sim.Exactly(2*ns))
				w.Write(x)
				done = true
			})
		},
	}
	_, err := runner.Explore(t.Context(), runner.Options{Scenario: s, Strategy: "exhaustive"})
	require.ErrorContains(t, err, `exhaustive search of "secret": an order that should be equivalent is not: `)
	require.ErrorContains(t, err, "search with exhaustive-all")
}

// writers is n actors with k writes of one resource each, in any order.
func writers(n, k int) *sim.Scenario {
	return writersOf("writers", n, k, func(int) string { return "x" })
}

// apart is n actors with k writes of a resource of their own each.
func apart(n, k int) *sim.Scenario {
	return writersOf("apart", n, k, func(i int) string { return fmt.Sprint("x", i) })
}

// untimed is a profile under which every order is possible.
func untimed() []*sim.Profile {
	free := sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded}
	return []*sim.Profile{{Name: "untimed", Step: free, Windows: map[string]sim.Window{"start": free}}}
}

func writersOf(name string, n, k int, resource func(i int) string) *sim.Scenario {
	return &sim.Scenario{
		Name: name, Profiles: untimed(),
		Build: func(w *sim.World) {
			for i := range n {
				x := w.Resource(resource(i))
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
			require.ErrorContains(t, err, `; inside a process only calls through env may block; it stands at explore_test.go:`)
		})
	}
}

// A process that ends its goroutine, as a test's require does, ends the campaign.
func TestGoexitEndsACampaign(t *testing.T) {
	const rule = "it called runtime.Goexit, as t.FailNow and require do: in a process use a property or World.Fail"
	for name, c := range map[string]struct {
		quits func(w *sim.World, runs int) bool
		build bool
		who   string
	}{
		"in the nominal run":         {func(*sim.World, int) bool { return true }, false, "B"},
		"in a later run":             {func(w *sim.World, _ int) bool { return w.Fault("quit") }, false, "B"},
		"when a later world is made": {func(_ *sim.World, runs int) bool { return runs > 20 }, true, "world"},
	} {
		t.Run(name, func(t *testing.T) {
			runs := 0
			s := &sim.Scenario{Name: "exit", Build: func(w *sim.World) {
				if runs++; c.build && c.quits(w, runs) {
					runtime.Goexit()
				}
				w.Process("A", func(p *sim.Proc) { p.Step("s"); p.Step("s") })
				w.Process("B", func(p *sim.Proc) {
					p.Step("s")
					if !c.build && c.quits(w, runs) {
						runtime.Goexit()
					}
				})
			}}
			_, err := runner.Explore(context.Background(), runner.Options{Scenario: s, Strategy: "random", Workers: 1})
			require.EqualError(t, err, fmt.Sprintf("scenario %q: process %q: %s", "exit", c.who, rule))
			runs = 0
			err = runner.Sample(context.Background(), runner.Options{Scenario: s, Workers: 1}, 100,
				func(int, *sim.Config) {},
				func(runner.Sampled) bool { return true })
			if name != "in a later run" { // there are no faults in the nominal order
				require.EqualError(t, err, fmt.Sprintf("scenario %q: process %q: %s", "exit", c.who, rule))
			}
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
