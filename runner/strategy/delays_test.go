package strategy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// walkDelays visits the schedules of a toy level by level, as a campaign does, in
// batches, and returns the orders that each level has met, with their number of
// runs.
func walkDelays(t require.TestingT, toy *toy, w *sim.World, batch int) (orders []map[string]bool, runs []int) {
	d, run := strategy.NewDelays(), new(strategy.DelayRun)
	c := strategy.Chooser(run, strategy.Data{})
	for {
		var plans [][]strategy.Hold
		for len(plans) == 0 || len(plans) < batch && d.Ready() {
			plan, ok := d.Next()
			if !ok {
				break
			}
			plans = append(plans, plan)
		}
		if len(plans) == 0 {
			require.False(t, d.Incomplete())
			return orders, runs
		}
		for len(orders) <= d.Level() {
			orders, runs = append(orders, make(map[string]bool)), append(runs, 0)
		}
		for _, plan := range plans {
			require.Len(t, plan, d.Level())
			run.Start(plan)
			r, err := w.Run(toy.scenario, sim.Config{Chooser: c})
			require.NoError(t, err)
			require.LessOrEqual(t, len(r.Deviations), len(plan), "a plan with so many holds deviates no more often")
			orders[d.Level()][strings.Join(toy.order, " ")] = true
			runs[d.Level()]++
			points, more := run.Ended()
			d.Done(plan, points, more)
		}
	}
}

// allOrders maps every order of a toy to the number of holds that it takes.
func allOrders(t require.TestingT, toy *toy, w *sim.World) map[string]int {
	all := make(map[string]int)
	e := strategy.NewExhaustive(nil)
	for more := true; more; more = e.Next() {
		r, err := w.Run(toy.scenario, sim.Config{Chooser: e})
		require.NoError(t, err)
		all[strings.Join(toy.order, " ")] = len(r.Deviations)
	}
	return all
}

// Level c is complete: when it ends, every schedule that takes at most c holds
// was visited, and the walk ends with all of them.
func TestDelaysAreComplete(t *testing.T) {
	w := newWorld(t)
	for _, lengths := range [][]int{{1}, {1, 1}, {2, 2}, {1, 1, 1}, {1, 3}, {3, 2}, {1, 1, 1, 1}, {2, 1, 2}, {3, 3}, {2, 2, 2}} {
		t.Run(fmt.Sprint(lengths), func(t *testing.T) {
			toy := newToy(lengths...)
			all := allOrders(t, toy, w)
			for _, batch := range []int{1, 64} {
				orders, _ := walkDelays(t, toy, w, batch)
				visited := make(map[string]bool)
				for level, found := range orders {
					for o := range found {
						visited[o] = true
					}
					for o, holds := range all {
						if holds <= level {
							require.True(t, visited[o], "level %d has not met %s, which takes %d", level, o, holds)
						}
					}
				}
				require.Len(t, visited, len(all))
			}
		})
	}
}

func TestDelaysAreCompleteForAnyLengths(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		toy := newToy(rapid.SliceOfN(rapid.IntRange(1, 3), 1, 3).Draw(t, "lengths")...)
		all := allOrders(t, toy, w)
		orders, _ := walkDelays(t, toy, w, rapid.IntRange(1, 70).Draw(t, "batch"))
		visited := make(map[string]bool)
		for _, found := range orders {
			for o := range found {
				visited[o] = true
			}
		}
		require.Len(t, visited, len(all))
	})
}

// n events in any order: those with k holds are the permutations with k elements
// that something later overtook, the Stirling numbers of the first kind. No
// schedule is visited twice.
func TestDelayLevels(t *testing.T) {
	w := newWorld(t)
	for n, want := range map[int][]int{
		1: {1},
		2: {1, 1},
		3: {1, 3, 2},
		4: {1, 6, 11, 6},
		5: {1, 10, 35, 50, 24},
	} {
		toy := newToy([]int{1, 1, 1, 1, 1}[:n]...)
		var met []int
		orders, runs := walkDelays(t, toy, w, 64)
		for _, o := range orders {
			met = append(met, len(o))
		}
		require.Equal(t, want, met, "%d events", n)
		require.Equal(t, want, runs, "%d events: runs", n)
	}
}

// The tree can be walked in parts: together they are the whole, once each.
func TestPrefixesPartitionTheTree(t *testing.T) {
	w := newWorld(t)
	for _, lengths := range [][]int{{1}, {2, 2}, {1, 1, 1}, {2, 2, 2}} {
		toy := newToy(lengths...)
		all := allOrders(t, toy, w)
		for _, want := range []int{1, 2, 7, 1000} {
			prefixes, err := strategy.Prefixes(want, func(c sim.Chooser) error {
				_, err := w.Run(toy.scenario, sim.Config{Chooser: c})
				return err
			})
			require.NoError(t, err)
			require.True(t, len(prefixes) >= min(want, len(all)), "%d of %d", len(prefixes), want)
			seen := make(map[string]int)
			for _, p := range prefixes {
				e := strategy.NewExhaustive(p)
				for more := true; more; more = e.Next() {
					_, err := w.Run(toy.scenario, sim.Config{Chooser: e})
					require.NoError(t, err)
					seen[strings.Join(toy.order, " ")]++
				}
			}
			require.Len(t, seen, len(all))
			for o, n := range seen {
				require.Equal(t, 1, n, o)
			}
		}
	}
}
