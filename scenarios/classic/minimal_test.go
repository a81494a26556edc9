package classic_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/scenarios/classic"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// minimiseRuns is what making a failure small may take, every run of the scenario counted.
const minimiseRuns = 300

// budget leaves room for the runs that see and record what comes of looking for smaller
// schedules, when so many holds are left.
func budget(holds int) int { return minimiseRuns - 3 - holds }

// optimum is the fewest holds that a failing schedule of a toy can have.
var optimum = map[string]int{
	// As many as the walk by delays finds, which has tried every schedule with fewer.
	"classic/reorder-5": 4, "classic/twostage-3-pad4": 2, "classic/uneven-25": 1, "classic/philosophers-7-flat": 0,
	"classic/calib-1": 1, "classic/calib-2": 1, "classic/calib-3": 1, "classic/bluetooth": 1, "classic/stack": 1,
	"classic/wronglock": 1, "classic/account": 1, "classic/lazy": 0, "classic/lazy-init": 1, "classic/token-ring": 1,
	"classic/work-stealing": 1,
	// As many as the walk finds in the smaller ones of their families, below: each worker, and
	// each philosopher but one, has to be late by itself.
	"classic/reorder-10": 9, "classic/reorder-20": 19, "classic/reorder-10-pad4": 9, "classic/reorder-20-pad4": 19,
	"classic/twostage-20-pad4": 19, "classic/philosophers-7-pad4": 6,
}

// fewest is the number of holds of the first failing schedule that the walk by delays finds:
// no schedule with fewer fails.
func fewest(t *testing.T, s *sim.Scenario) int {
	t.Helper()
	r := explore(t, runner.Options{Scenario: s, Variant: classic.Broken, Strategy: "delays", Runs: 4_000_000, StopAtFirst: true, Minimise: -1})
	require.NotEmpty(t, r.Failures, "%s: %s", s.Name, r.Claim)
	return len(r.Failures[0].Found.Schedule)
}

// The fewest holds are what the walk by delays says wherever it comes to an end, and for
// families as large as it comes.
func TestOptimum(t *testing.T) {
	if testing.Short() {
		t.Skip("it walks through millions of schedules")
	}
	for _, s := range classic.All() {
		switch s.Name {
		case "classic/reorder-10", "classic/reorder-20", "classic/reorder-10-pad4", "classic/reorder-20-pad4",
			"classic/twostage-20-pad4", "classic/philosophers-7-pad4":
			continue // too many schedules
		}
		require.Equal(t, optimum[s.Name], fewest(t, s), s.Name)
	}
	for n := 2; n <= 5; n++ {
		require.Equal(t, n-1, fewest(t, classic.Reorder(n, 0, true)), "reorder of %d", n)
	}
	for n := 2; n <= 3; n++ {
		require.Equal(t, n-1, fewest(t, classic.Reorder(n, 4, true)), "padded reorder of %d", n)
		require.Equal(t, n-1, fewest(t, classic.TwoStage(n, 4, true)), "padded twostage of %d", n)
	}
	for n := 2; n <= 4; n++ {
		require.Equal(t, n-1, fewest(t, classic.Philosophers(n, 1, true)), "padded philosophers, %d", n)
	}
}

// found are failures of a toy, each by another strategy or seed.
func found(t testing.TB, s *sim.Scenario, seeds, runs int) (all []*sim.Trace) {
	for _, name := range []string{"random", "pct", "urw", "surw"} {
		for seed := range seeds {
			r, err := runner.Explore(context.Background(), runner.Options{
				Scenario: s, Variant: classic.Broken, Strategy: name, Seed: uint64(seed), Runs: runs, StopAtFirst: true, Minimise: -1,
			})
			require.NoError(t, err)
			for _, f := range r.Failures {
				all = append(all, f.Found)
			}
		}
	}
	return all
}

// schedule is the text of a schedule.
func schedule(t *sim.Trace) string {
	var b strings.Builder
	for _, d := range t.Schedule {
		b.WriteString(d.String() + "\n")
	}
	return b.String()
}

// Whatever run shows the bug of a toy, minimising makes of it as few holds as there can be,
// in at most 300 runs of the scenario, all counted; and of all runs that show the same bug the
// same schedule, to the letter. For that 300 runs are enough in every toy but one: where 19
// processes of seven events each must be late.
func TestMinimisingFindsTheOptimum(t *testing.T) {
	seeds := 3
	switch {
	case simtest.Whole():
		seeds = 8
	case testing.Short():
		seeds = 1
	}
	for _, s := range classic.All() {
		failures := found(t, s, seeds, 3_000)
		require.NotEmpty(t, failures, s.Name)
		before, most := 0, 0
		stories := make(map[string]string)
		for _, f := range failures {
			small, runs, err := runner.Minimise(context.Background(), runner.Options{Scenario: s, Minimise: budget(optimum[s.Name])}, f)
			require.NoError(t, err)
			require.LessOrEqual(t, runs, minimiseRuns)
			require.Equal(t, runs, small.Minimised)
			if s.Name == "classic/reorder-20-pad4" {
				small, _, err = runner.Minimise(context.Background(), runner.Options{Scenario: s, Minimise: 2 * minimiseRuns}, f)
				require.NoError(t, err)
			}
			if first, known := stories[small.Signature]; known {
				require.Equal(t, first, schedule(small), "%s, %s", s.Name, f.Strategy)
			}
			stories[small.Signature] = schedule(small)
			require.Len(t, small.Schedule, optimum[s.Name], "%s, %s: %v", s.Name, f.Strategy, small.Schedule)
			require.Equal(t, f.Signature, small.Signature)
			before, most = max(before, len(f.Schedule)), max(most, runs)
		}
		t.Logf("%-30s %2d failures of up to %3d deviations: %2d left, in at most %3d runs", s.Name, len(failures), before, optimum[s.Name], most)
	}
}

// noisy is a race of one hold, or of two, in the steps of processes that have nothing to do
// with it: in all there are so many steps, of ten processes. A[k+1] must wait for B[2k], and
// C[k+1] for D[2k], which is twice as far; these are of other processes, so that no one
// hold does the work of two.
func noisy(holds, steps int) *sim.Scenario {
	each := steps / 10
	k := each / 4
	return &sim.Scenario{
		Name:     fmt.Sprintf("classic/noisy-%d-%d", holds, steps),
		Profiles: []*sim.Profile{{Name: "untimed", Step: sim.Window{Nominal: 1000, Latest: sim.Unbounded}}},
		Build: func(w *sim.World) {
			x, l := w.Resource("x"), w.Label("e")
			var done [10]int
			late := 0
			for i := range done {
				a := w.Actor(string(rune('A' + i)))
				var next step
				next = func(w *sim.World) {
					if done[i]++; done[i] < each {
						a.After(l, a.Window(l), next, 0)
					}
					if i >= 2*holds {
						return
					}
					w.Write(x)
					if i%2 == 1 && done[i] == 2*k && done[i-1] == k {
						late++
					}
					if late == holds && i == 1 && done[i] == each {
						w.Fail("planted", "", "found")
					}
				}
				a.After(l, a.Window(l), next, 0)
			}
		},
	}
}

type step func(w *sim.World)

func (f step) Fire(w *sim.World, _ int64) { f(w) }

// steered walks at random, but lets some events wait for others.
type steered struct {
	rand  *sim.Rand
	waits map[sim.EventID]sim.EventID
}

func (c *steered) Began(*sim.World) {}

func (c *steered) Fired(id sim.EventID) {
	for event, after := range c.waits {
		if after == id {
			delete(c.waits, event)
		}
	}
}

func (c *steered) Choose(p *sim.Point) int {
	for {
		i := c.rand.IntN(p.N)
		if _, waits := c.waits[p.Enabled[i].ID]; !waits {
			return i
		}
	}
}

// planted is a failing run of noisy, far from the nominal order.
func planted(t testing.TB, w *sim.World, s *sim.Scenario, steps int, from uint64) *sim.Trace {
	id := func(format string, n int) sim.EventID {
		e, err := sim.ParseEventID(fmt.Sprintf(format, n))
		require.NoError(t, err)
		return e
	}
	k := steps / 40
	for seed := from; seed < from+1000; seed++ {
		// The first event of each was armed by another process, and has another name.
		c := &steered{sim.NewRand(seed), map[sim.EventID]sim.EventID{
			id("A:e#%d", k): id("B:e#%d", 2*k-1), id("C:e#%d", k): id("D:e#%d", 2*k-1),
		}}
		r, err := w.Run(s, sim.Config{Chooser: c, Record: true})
		require.NoError(t, err)
		if r.Verdict.Failed() {
			return r.Trace
		}
	}
	require.Fail(t, "no run of a thousand fails", s.Name)
	return nil
}

// A race in 500 to 2,000 steps of noise comes out with at most one hold more than it needs,
// in at most 300 runs.
func TestMinimisingInNoise(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	for holds := 1; holds <= 2; holds++ {
		for _, steps := range []int{700, 1400, 2800} {
			s := noisy(holds, steps)
			before, after, most, longest := 0, 0, 0, 0
			for seed := range uint64(10) {
				f := planted(t, w, s, steps, seed*1000)
				small, runs, err := runner.Minimise(context.Background(), runner.Options{Scenario: s, Minimise: budget(holds + 1)}, f)
				require.NoError(t, err)
				require.LessOrEqual(t, runs, minimiseRuns)
				require.Greater(t, len(f.Events), 500, "the noise is there")
				require.GreaterOrEqual(t, len(small.Schedule), holds, "fewer than it can take")
				require.LessOrEqual(t, len(small.Schedule), holds+1, "%s, seed %d: %v", s.Name, seed, small.Schedule)
				before, after = max(before, len(f.Schedule)), max(after, len(small.Schedule))
				most, longest = max(most, runs), max(longest, len(f.Events))
			}
			t.Logf("%-22s up to %4d events with %4d deviations: %d left, in at most %3d runs", s.Name, longest, before, after, most)
		}
	}
}
