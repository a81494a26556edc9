package runner_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// gates is a writer and four readers of what it writes: one that comes in either order,
// one that cannot come first, one that the writer starts, and one that does not come
// first because it would have to pass many others.
func gates() *sim.Scenario {
	ms := time.Millisecond
	return &sim.Scenario{
		Name: "test/gates",
		Profiles: []*sim.Profile{{
			Name: "p", Step: sim.Window{Nominal: ms, Latest: 2 * ms},
			Windows: map[string]sim.Window{
				"writer:write": {Earliest: 2 * ms, Nominal: 3 * ms, Latest: 5 * ms},
				"either:read":  {Earliest: 4 * ms, Nominal: 6 * ms, Latest: 9 * ms},
				"late:read":    {Earliest: 12 * ms, Nominal: 20 * ms, Latest: sim.Unbounded},
			},
		}},
		Build: func(w *sim.World) {
			file := w.Resource("file")
			read := func(p *sim.Proc) {
				p.Step("read")
				w.Read(file)
			}
			w.Process("writer", func(p *sim.Proc) {
				p.Step("write")
				w.Write(file)
				w.Process("child1", read)
			})
			w.Process("either", read)
			w.Process("late", read)
			w.Always("nothing", func() error { return nil })
		},
	}
}

func pairsText(pairs []runner.Pair) string {
	var b strings.Builder
	for _, p := range pairs {
		fmt.Fprintf(&b, "%s before %s on %s: %s %v %s\n", p.First, p.Second, p.Resource, p.Why, p.Stall, p.Late)
	}
	return b.String()
}

// What came in one order only is said, and whether the other one is possible.
func TestPairsInOneOrder(t *testing.T) {
	r := explore(t, runner.Options{Scenario: gates(), Runs: 500, Pairs: 10})
	require.Equal(t, 2, r.Pairs, "what the writer starts does not race with it")
	require.Equal(t, "writer:write before late:read on file: out of reach 7ms writer:write#1\n", pairsText(r.OneOrder))
	require.Equal(t, 3, r.OneOrder[0].Tries)

	r = explore(t, runner.Options{Scenario: gates(), Strategy: "default", Pairs: 10})
	require.Equal(t, "writer:write before either:read on file: not tried 0s \n"+
		"writer:write before late:read on file: out of reach 7ms writer:write#1\n", pairsText(r.OneOrder))

	r = explore(t, runner.Options{Scenario: gates(), Strategy: "default"})
	require.Contains(t, pairsText(r.OneOrder), "not looked at")
}

// far is a bug behind one reversal that hardly any walk comes to: the first event of one
// process after all of another's.
func far(n int) *sim.Scenario {
	return &sim.Scenario{
		Name:     "test/far",
		Profiles: []*sim.Profile{{Name: "untimed", Step: sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded}}},
		Build: func(w *sim.World) {
			flag, set := w.Resource("flag"), false
			w.Process("setter", func(p *sim.Proc) {
				p.Step("set")
				w.Write(flag)
				set = true
			})
			w.Process("reader", func(p *sim.Proc) {
				for range n {
					p.Step("work")
				}
				p.Step("look")
				w.Read(flag)
				if !set {
					w.Fail("set", "", "it is not set yet")
				}
			})
		},
	}
}

// One run a pair: reverse finds what takes one reversal with the first run that tries it,
// a random walk with one in 2^40.
func TestReverseTakesOneRunAPair(t *testing.T) {
	r := explore(t, runner.Options{Scenario: far(40), Strategy: "reverse", Runs: 200, Minimise: -1, StopAtFirst: true})
	require.Len(t, r.Failures, 1)
	require.LessOrEqual(t, r.Failures[0].Run, 64+2, "in the first batch there is nothing to reverse yet")
	require.Empty(t, explore(t, runner.Options{Scenario: far(40), Strategy: "random", Runs: 2000}).Failures)
}

// staged is a lock of n stages: at each the three who come must come in the order C, B,
// A, and then B, C, A, in turns; nominally they come as A, B, C. That a stage is passed
// is a goal.
func staged(n int) *sim.Scenario {
	return &sim.Scenario{
		Name:     "test/staged",
		Profiles: []*sim.Profile{{Name: "untimed", Step: sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded}}},
		Build: func(w *sim.World) {
			lock := w.Resource("lock")
			var goals []sim.Goal
			for i := range n {
				goals = append(goals, w.Sometimes(fmt.Sprintf("stage %d", i)))
			}
			came := make([]string, n)
			passed := 0
			for _, name := range []string{"A", "B", "C"} {
				w.Process(name, func(p *sim.Proc) {
					for i := range n {
						p.Step("go")
						w.Write(lock)
						if came[i] += name; came[i] == [...]string{"CBA", "BCA"}[i%2] && passed == i {
							goals[i].Reached()
							if passed++; passed == n {
								w.Fail("locked", "", "it is open")
							}
						}
					}
				})
			}
		},
	}
}

// What follows new orders gets through stages that walks hardly do.
func TestNoveltyGoesThroughStages(t *testing.T) {
	rate := func(name string) float64 {
		r := explore(t, runner.Options{Scenario: staged(5), Strategy: name, Runs: 8000, Minimise: -1})
		return float64(r.Failing) / float64(r.Runs)
	}
	novelty, random := rate("novelty"), rate("random")
	t.Logf("novelty 1 in %.0f, random 1 in %.0f", 1/novelty, 1/random)
	require.Greater(t, novelty, 2*random)
}

// A run says what it went by; the first runs of a campaign have no faults; what is
// learned is in the story.
func TestStrategyLine(t *testing.T) {
	for name, want := range map[string]string{
		"random": `^random, seed 3, schedule \d+$`,
		"pct":    `^pct, seed 3, schedule \d+; at most \d+ contested points, of \d+ runs$`,
		"surw":   `^surw, seed 3, schedule \d+; orders of money; [\d. ]+, of \d+ runs$`,
	} {
		r := explore(t, runner.Options{Scenario: bank(), Strategy: name, Seed: 3, Runs: 300, Minimise: -1})
		require.NotEmpty(t, r.Failures)
		require.Regexp(t, want, r.Failures[0].Found.Strategy)
	}
}

// What an arm has shown is counted, and how likely a new class is is said where runs are
// independent draws.
func TestArms(t *testing.T) {
	r := explore(t, runner.Options{Scenario: bank(), Variant: "locked", Runs: 3000})
	runs, names := 0, []string{}
	for _, a := range r.Arms {
		runs += a.Runs
		names = append(names, a.Name)
		require.LessOrEqual(t, a.Classes, r.Classes)
		require.LessOrEqual(t, a.Once+a.Twice, a.Classes)
		if a.Independent {
			require.InDelta(t, float64(a.Once)/float64(a.Runs), a.NewClass, 1e-9)
			require.LessOrEqual(t, a.Low, a.NewClass)
			require.GreaterOrEqual(t, a.High, a.NewClass)
		} else {
			require.Contains(t, []string{"delays", "novelty", "reverse"}, a.Name)
			require.Zero(t, a.High)
		}
	}
	require.Equal(t, r.Runs, runs)
	for _, name := range []string{"random", "pct", "tapct", "pos", "urw", "surw", "stalls", "delays", "novelty", "reverse"} {
		require.Contains(t, names, name)
	}
}

// leaky keeps something from run to run that only another order brings to light.
func leaky() *sim.Scenario {
	seen := false
	return &sim.Scenario{
		Name: "test/leaky",
		Build: func(w *sim.World) {
			first := ""
			for _, name := range []string{"A", "B"} {
				w.Process(name, func(p *sim.Proc) {
					p.Step("go")
					if first == "" {
						first = name
					}
					if name == "B" && first == "B" {
						seen = true
					}
					if seen && name == "A" {
						p.Step("more")
					}
				})
			}
			w.Always("nothing", func() error { return nil })
		},
	}
}

// State that one run leaves to the next is found out although each run repeated at once
// is the same: at the beginning of a campaign if the other run there has the other order,
// and else when a schedule comes again.
func TestLeaksAreFound(t *testing.T) {
	messages := make(map[string]int)
	for seed := range uint64(8) {
		r := explore(t, runner.Options{Scenario: leaky(), Seed: seed, Runs: 300, Workers: 1}) // who share what leaks race for it
		require.Len(t, r.Failures, 1)
		require.Equal(t, sim.Nondeterminism, r.Failures[0].Found.Verdict)
		messages[r.Failures[0].Found.Failure.Message]++
	}
	again := func(n int) string {
		return fmt.Sprintf("schedules 1 and %d are the same: the first passed, and the other passed with other events.", n) + outside
	}
	require.Equal(t, map[string]int{
		"after another run in the same world, two runs of one schedule part after 4 steps: one has 4, the other 5." + outside: 2,
		again(3): 1, again(4): 2, again(7): 1, again(9): 1, again(15): 1,
	}, messages)
}

// Of the kinds of faults that are known at least one is on, except in the first runs and
// in one schedule of four.
func TestFaultsAreDrawnInSwarms(t *testing.T) {
	s := &sim.Scenario{Name: "test/faults", Build: func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) {
			for range 200 {
				for _, f := range []string{"one", "two", "three"} {
					w.Fault(f)
				}
			}
			p.Step("end")
		})
	}}
	w := sim.NewWorld()
	defer w.Close()
	var learned strategy.Learned
	strikes := func(d strategy.Data) map[string]int {
		c := strategy.Chooser(strategy.Default{}, d)
		r, err := w.Run(s, sim.Config{Chooser: c, Record: true})
		require.NoError(t, err)
		for _, kind := range strategy.Faults(c) {
			learned.AddFault(kind)
		}
		n := make(map[string]int)
		for _, d := range r.Trace.Schedule {
			n[strings.TrimPrefix(d.Name[:strings.Index(d.Name, "#")], "A:")]++
		}
		return n
	}
	require.Empty(t, strikes(strategy.Data{On: true, Calm: true}))
	require.Len(t, learned.Faults, 3)
	none, alone := 0, 0
	for seed := range uint64(2000) {
		n := strikes(strategy.Data{Seed: seed, On: true, Faults: learned.Faults})
		switch len(n) {
		case 0:
			none++
		case 1:
			alone++
		}
	}
	require.InDelta(t, 2000/4, none, 100, "one in four, and a few in which the only one is rare")
	require.Greater(t, alone, 500)
}
