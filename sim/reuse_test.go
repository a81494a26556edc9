package sim_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A world keeps its memory from run to run, and nothing of it shows: A, then B,
// then A again gives the same A, as in a world of its own.
func TestWorldsLeakNothing(t *testing.T) {
	shared := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		a := randomScenario(randomPrograms().Draw(t, "a"), sim.Laptop())
		b := randomScenario(randomPrograms().Draw(t, "b"), sim.CILoaded())
		cfg := func(label string) sim.Config {
			return sim.Config{
				Mode:   rapid.SampledFrom([]sim.Mode{sim.Timed, sim.Sampled}).Draw(t, label+" mode"),
				Seed:   rapid.Uint64().Draw(t, label+" seed"),
				Record: rapid.Bool().Draw(t, label+" record"),
				Limits: sim.Limits{Steps: rapid.SampledFrom([]int{0, 10}).Draw(t, label+" steps")},
			}
		}
		walk := rapid.Uint64().Draw(t, "walk")
		on := func(w *sim.World, s *sim.Scenario, c sim.Config) (sim.Result, string) {
			c.Chooser = randomly(walk)
			r, err := w.Run(s, c)
			require.NoError(t, err)
			text := ""
			if r.Trace != nil {
				text = tell(r.Trace)
			}
			return keep(r), text
		}
		cfgA, cfgB := cfg("a"), cfg("b")
		fresh := sim.NewWorld()
		defer fresh.Close()
		want, wantText := on(fresh, a, cfgA)
		first, firstText := on(shared, a, cfgA)
		on(shared, b, cfgB)
		again, againText := on(shared, a, cfgA)
		require.Equal(t, want, first)
		require.Equal(t, want, again)
		require.Equal(t, wantText, firstText)
		require.Equal(t, wantText, againText)
	})
}

// The result does not depend on the number of threads or on what else runs.
func TestThreadsDoNotMatter(t *testing.T) {
	s := build(office)
	results := func() []string {
		w := sim.NewWorld()
		defer w.Close()
		var all []string
		for seed := range uint64(50) {
			r, err := w.Run(s, sim.Config{Chooser: randomly(seed), Profile: "ci-loaded"})
			if err != nil {
				return []string{err.Error()}
			}
			all = append(all, fmt.Sprintf("%x %x %v %v", r.Fingerprint, r.Rolling, r.Verdict, r.Deviations))
		}
		return all
	}
	want := results()
	golden.Check(t, "threads", want[0]+"\n"+want[49]+"\n") // the same on every machine, and with -race
	for _, n := range []int{1, 2, 7} {
		old := runtime.GOMAXPROCS(n)
		got := make([][]string, n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { got[i] = results() })
		}
		wg.Wait()
		runtime.GOMAXPROCS(old)
		for i := range n {
			require.True(t, slices.Equal(want, got[i]), "GOMAXPROCS %d", n)
		}
	}
}

// A run does not leave goroutines behind, and a closed world leaves none.
func TestCloseEndsAllGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 10 {
		w := sim.NewWorld()
		for seed := range uint64(5) {
			_, err := w.Run(philosophers(5), sim.Config{Chooser: randomly(seed)})
			require.NoError(t, err)
		}
		w.Close()
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// In the steady state an event allocates nothing: a run of ten times the length
// costs no more than a short one.
func TestEventsDoNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for name, s := range toys(5) {
		for _, mode := range []sim.Mode{sim.Timed, sim.Sampled} {
			t.Run(fmt.Sprint(name, " ", mode), func(t *testing.T) {
				w := newWorld(t)
				c := randomly(1)
				perRun := func(n int) float64 {
					scenario := s(n)
					return testing.AllocsPerRun(20, func() {
						c.rand.Seed(1)
						if _, err := w.Run(scenario, sim.Config{Mode: mode, Chooser: c}); err != nil {
							t.Fatal(err)
						}
					})
				}
				perRun(1000)
				require.InDelta(t, perRun(10), perRun(1000), 2)
			})
		}
	}
}
