package runner_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// outside ends what is said of a scenario that keeps state outside of its world.
const outside = " The scenario keeps state outside of its world, which one run leaves to the next: " +
	"make all of it in Build, and nothing in package variables or in what Build closes over."

// two are two processes of three steps each. end is called when both have come to their end,
// and may fail the run.
func two(build func(w *sim.World), end func(w *sim.World, bFirst bool)) *sim.Scenario {
	return &sim.Scenario{Name: "test/two", Build: func(w *sim.World) {
		build(w)
		first, done := "", 0
		for _, name := range []string{"A", "B"} {
			w.Process(name, func(p *sim.Proc) {
				p.Step("go")
				if first == "" {
					first = name
				}
				p.Step("on")
				p.Step("end")
				if done++; done == 2 {
					end(w, first == "B")
				}
			})
		}
		w.Always("nothing", func() error { return nil })
	}}
}

// leaksOf is what a campaign says of a scenario: its failures, which are all that
// somebody learns of it.
func leaksOf(t *testing.T, s *sim.Scenario, o runner.Options) (out []string) {
	t.Helper()
	o.Scenario, o.Workers = s, 1 // several would race for what the scenario shares
	for _, f := range explore(t, o).Failures {
		out = append(out, fmt.Sprintf("%s: %s", f.Minimal.Verdict, f.Minimal.Failure.Message))
		require.Equal(t, f.Signature, f.Minimal.Signature)
	}
	return out
}

// State outside of the world is reported as that, and neither as a bug of the logic nor as
// a pass, wherever it strikes: a test of such a scenario says nothing.
func TestStateThatRunsLeaveToOthers(t *testing.T) {
	none := func(*sim.World) {}
	t.Run("a property counts the runs, and fails from some run on", func(t *testing.T) {
		runs := 0
		s := two(none, func(w *sim.World, _ bool) {
			if runs++; runs > 20 {
				w.Fail("few", "", "too many")
			}
		})
		require.Equal(t, []string{
			"nondeterminism: schedules 7 and 15 are the same: the first passed, and the other failed (violation few)." + outside,
		}, leaksOf(t, s, runner.Options{Strategy: "random", Runs: 300}))
	})
	t.Run("the same in a campaign that is too short to look for it", func(t *testing.T) {
		runs := 0
		s := two(none, func(w *sim.World, bFirst bool) {
			if runs++; runs > 20 && bFirst {
				w.Fail("few", "", "too many")
			}
		})
		require.Equal(t, []string{
			"nondeterminism: schedule 1 passed, and when it was run again after others it failed (violation few)." + outside,
		}, leaksOf(t, s, runner.Options{Strategy: "random", Runs: 64, StopAtFirst: true}))
	})
	t.Run("a property fails in the second and in every third run", func(t *testing.T) {
		runs := 0
		s := &sim.Scenario{Name: "test/flaky", Build: func(w *sim.World) {
			runs++
			ended := false
			w.Process("A", func(p *sim.Proc) {
				p.Step("end")
				ended = true
			})
			w.Always("even", func() error {
				if ended && runs%3 == 2 {
					return errors.New("it is odd")
				}
				return nil
			})
		}}
		require.Equal(t, []string{
			"nondeterminism: two runs of one schedule have the same 2 steps: one passed, the other failed (violation even)." + outside,
		}, leaksOf(t, s, runner.Options{Strategy: "random", Runs: 300}))
	})
	t.Run("Build makes another process from some run on", func(t *testing.T) {
		builds := 0
		s := two(func(w *sim.World) {
			if builds++; builds > 100 {
				w.Process("C", func(p *sim.Proc) { p.Step("go") })
			}
		}, func(*sim.World, bool) {})
		require.Equal(t, []string{
			"nondeterminism: schedules 12 and 100 are the same: the first passed, and the other passed with other events." + outside,
		}, leaksOf(t, s, runner.Options{Strategy: "random", Runs: 300}))
	})
	t.Run("Build hides a bug from some run on", func(t *testing.T) {
		builds := 0
		s := two(func(*sim.World) { builds++ }, func(w *sim.World, bFirst bool) {
			if builds < 3 && bFirst {
				w.Fail("order", "", "B was first")
			}
		})
		require.Equal(t, []string{
			"nondeterminism: a run differed when it was repeated at once, and when it was run again it passed, 10 times over." + outside,
		}, leaksOf(t, s, runner.Options{Strategy: "random", Runs: 64}))
	})
	t.Run("a failure is there until it is made small, and then no longer", func(t *testing.T) {
		failed := 0
		s := two(none, func(w *sim.World, bFirst bool) {
			if bFirst {
				if failed++; failed <= 6 {
					w.Fail("order", "", "B was first")
				}
			}
		})
		require.Equal(t, []string{
			"nondeterminism: a run failed (violation order), and when it was run again it passed, 10 times over." + outside,
		}, leaksOf(t, s, runner.Options{Strategy: "random", Runs: 64, StopAtFirst: true}))
	})
	t.Run("a failure that was found once does not come again", func(t *testing.T) {
		failed := 0
		s := two(none, func(w *sim.World, bFirst bool) {
			if bFirst {
				if failed++; failed == 1 {
					w.Fail("order", "", "B was first")
				}
			}
		})
		require.Equal(t, []string{
			"nondeterminism: a run differed when it was repeated at once, and when it was run again it passed, 10 times over." + outside,
		}, leaksOf(t, s, runner.Options{Strategy: "random", Runs: 64, StopAtFirst: true}))
	})
}

// A search through everything is asked too whether what passed at its beginning still does:
// neither a proof nor a counterexample is worth anything otherwise.
func TestStateThatRunsLeaveToASearchThroughEverything(t *testing.T) {
	// There are 252 orders; before it walks, a search looks around some 260 or 480 times.
	for name, from := range map[string]int{"exhaustive": 400, "exhaustive-dpor": 400, "exhaustive-all": 600} {
		builds := 0
		s := &sim.Scenario{Name: "test/orders", Build: func(w *sim.World) {
			builds++
			x := w.Resource("x")
			for _, name := range []string{"A", "B"} {
				w.Process(name, func(p *sim.Proc) {
					for range 5 {
						p.Step("write")
						w.Write(x)
					}
					if builds > from {
						p.Step("and one more")
					}
				})
			}
		}}
		require.Equal(t, []string{
			"nondeterminism: schedule 1 passed, and when it was run again after others it passed with other events." + outside,
		}, leaksOf(t, s, runner.Options{Strategy: name, Runs: 300}), name)
	}
}

// Somebody who only replays a trace, or makes it small, learns of it too.
func TestStateThatRunsLeaveToReplays(t *testing.T) {
	runs, good := 0, 0
	s := two(func(*sim.World) { runs++ }, func(w *sim.World, bFirst bool) {
		if bFirst && runs >= good {
			w.Fail("order", "", "B was first")
		}
	})
	found := randomFailure(t, s, "", 1)
	o := runner.Options{Scenario: s}

	runs, good = 0, 2 // it passes once
	r, err := runner.Replay(o, found, false)
	require.NoError(t, err)
	require.Equal(t, runner.Nondeterministic, r.Outcome)
	require.Equal(t, "two runs of one schedule have the same 8 steps: one passed, the other failed (violation order)."+outside, r.Divergence)

	fails := 0
	s = two(func(*sim.World) {}, func(w *sim.World, bFirst bool) {
		if fails++; bFirst && fails <= 3 {
			w.Fail("order", "", "B was first")
		}
	})
	small, _, err := runner.Minimise(context.Background(), runner.Options{Scenario: s}, found)
	require.NoError(t, err)
	require.Equal(t, sim.Nondeterminism, small.Verdict)
	require.Equal(t, "nondeterminism determinism", small.Signature)
	require.Equal(t, "a smaller schedule of the same failure failed (violation order) when it was tried, and when it was run again it passed."+outside,
		small.Failure.Message)
}
