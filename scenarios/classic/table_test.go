package classic_test

import (
	"flag"
	"fmt"
	"math"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/scenarios/classic"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var schedules = flag.Int("schedules", 0, "schedules per cell of the table; 0: as many as a test may take")

// never stands for a cell without any hit in 300,000 schedules, rare for one with fewer
// than ten.
const (
	never = -1
	rare  = -2
)

// columns are the strategies of the table, in its order.
var columns = []struct {
	name string
	make func() strategy.Strategy
}{
	{"RW", func() strategy.Strategy { return strategy.NewRandomWalk() }},
	{"PCT 3", func() strategy.Strategy { return strategy.NewPCTOfDepth(3) }},
	{"PCT 1..3", func() strategy.Strategy { return strategy.NewPCT() }},
	{"PCT 10", func() strategy.Strategy { return strategy.NewPCTOfDepth(10) }},
	{"POS", func() strategy.Strategy { return strategy.NewPOS() }},
	{"URW", func() strategy.Strategy { return strategy.NewURW() }},
	{"SURW", func() strategy.Strategy { return strategy.NewSURW() }},
}

// table holds schedules per hit, by prototypes with 300,000 schedules a cell.
var table = []struct {
	scenario *sim.Scenario
	want     [7]float64
}{
	{classic.Reorder(5, 0, true), [7]float64{134, 41, 74, 15, 35, 14, 6.0}},
	{classic.Reorder(10, 0, true), [7]float64{rare, 374, 584, 416, 4839, 128, 12.6}},
	{classic.Reorder(20, 0, true), [7]float64{never, 2609, 6520, 8820, never, 4545, 26}},
	{classic.Reorder(10, 4, true), [7]float64{4839, 1014, 2083, 271, 111, 42, 13.0}},
	{classic.Reorder(20, 4, true), [7]float64{never, 8108, 12500, 3448, 9375, 246, 28}},
	{classic.TwoStage(3, 4, true), [7]float64{47, 19, 37, 10, 21, 38, 11}},
	{classic.TwoStage(20, 4, true), [7]float64{never, 1327, 2752, 335, 622, 509, 69}},
	{classic.Uneven(25), [7]float64{never, 50, 5.6, 49, never, 26, 26}},
	{classic.Philosophers(7, 0, false), [7]float64{13, 3896, 13600, 104, 42, 7.8, 42}},
	{classic.Philosophers(7, 4, true), [7]float64{1235, rare, rare, 9091, 2679, 106, 802}},
	{classic.Calibration(1), [7]float64{1064, 3.0, 2.4, 10, 1017, rare, rare}},
	{classic.Calibration(2), [7]float64{8.2, 54, 105, 19, 8.1, 7.1, 7.0}},
	{classic.Calibration(3), [7]float64{73, 173, 322, 71, 76, 91, 87}},
}

// hits is how many of n schedules of s fail in the broken variant.
func hits(t testing.TB, w *sim.World, sc *sim.Scenario, s strategy.Strategy, n int) (hits int) {
	t.Helper()
	learned := warm(t, w, sc, 20)
	c := strategy.Chooser(s, strategy.Data{})
	for i := range n {
		s.Begin(strategy.Info{Number: i, Seed: strategy.SeedOf(2, i), Learned: learned})
		r, err := w.Run(sc, sim.Config{Variant: classic.Broken, Chooser: c, Log: true})
		require.NoError(t, err)
		learned.Add(r)
		if r.Verdict.Failed() {
			hits++
		}
	}
	return hits
}

// warm is what n schedules of a random walk show.
func warm(t testing.TB, w *sim.World, sc *sim.Scenario, n int) strategy.Learned {
	learned := strategy.Learned{Model: strategy.NewModel()}
	s := strategy.NewRandomWalk()
	c := strategy.Chooser(s, strategy.Data{})
	for i := range n {
		s.Begin(strategy.Info{Seed: strategy.SeedOf(1, i)})
		r, err := w.Run(sc, sim.Config{Variant: classic.Broken, Chooser: c, Log: true})
		require.NoError(t, err)
		learned.Add(r)
		learned.Model.Add(w.Log())
	}
	return learned
}

// tolerance is by how much a cell may differ: those below 100 by a tenth, those below
// 1,000 by a quarter, others by a factor of 2.
func tolerance(cell float64) float64 {
	switch {
	case cell < 100:
		return 1.1
	case cell < 1000:
		return 1.25
	}
	return 2
}

// expected is between how many hits n schedules may have, with four standard deviations
// of chance on either side.
func expected(cell float64, n int) (low, high float64) {
	runs := float64(n)
	switch cell {
	case never: // the prototype had none in 300,000
		return 0, atMost(runs / 100_000)
	case rare: // it had fewer than ten
		return 0, atMost(runs / 30_000)
	}
	most, least := runs/cell*tolerance(cell), runs/cell/tolerance(cell)
	return least - 4*math.Sqrt(least), atMost(most)
}

func atMost(mean float64) float64 { return mean + 4*math.Sqrt(mean) + 1 }

// atLeast is how many schedules it takes for a lower bound on the hits of a cell that can
// fail at all: with fewer, no hit would be within four standard deviations.
func atLeast(cell float64) int { return int(24 * cell * tolerance(cell)) }

// trials is how many schedules a cell gets: as many as it asks for, or else the most that
// an ordinary run can afford where they suffice for a lower bound, and few where they do not.
func trials(cell float64) int {
	const few, most = 3_000, 20_000
	switch {
	case *schedules > 0:
		return *schedules
	case simtest.Whole():
		return 100_000
	case testing.Short():
		return 500
	case cell > 0 && atLeast(cell) <= most:
		return max(few, atLeast(cell))
	}
	return few
}

// Every strategy hits every toy as often as it should. What was held against the table is in
// the log: both bounds, or (<) the upper one only, where the toy is hit too rarely for the
// number of schedules. All but the rarest have both under SIMRUN_WHOLE=1.
func TestTable(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	both, upper := 0, 0
	for _, row := range table {
		line := fmt.Sprintf("%-30s", row.scenario.Name)
		for i, c := range columns {
			n := trials(row.want[i])
			h := hits(t, w, row.scenario, c.make(), n)
			low, high := expected(row.want[i], n)
			mark := " "
			if low > 0 {
				both++
				assert.GreaterOrEqual(t, float64(h), low, "%s, %s: 1 in %v wanted", row.scenario.Name, c.name, row.want[i])
			} else {
				upper++
				mark = "<"
			}
			line += fmt.Sprintf(" %s%8.1f", mark, float64(n)/float64(h))
			assert.LessOrEqual(t, float64(h), high, "%s, %s: 1 in %v wanted", row.scenario.Name, c.name, row.want[i])
		}
		t.Log(line)
	}
	t.Logf("%d cells between two bounds, %d below one", both, upper)
}
