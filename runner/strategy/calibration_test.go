package strategy_test

import (
	"math"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/stretchr/testify/require"
)

// PCT of depth d hits a bug of depth d with a probability of at least
// 1/(n k^(d-1)): among 5 processes of 10 events that all conflict, at least 50
// times in 50/bound schedules on average, and fewer than 25 times in less than
// one case in 10,000. Seeds are fixed, so it always comes out the same.
func TestPCTKeepsItsBound(t *testing.T) {
	calib := newToy(10, 10, 10, 10, 10)
	const n, k = 5, 50
	for _, c := range []struct {
		depth int
		bug   func() bool
	}{
		{1, func() bool { return calib.inOrder("A9", "B0") }},
		{2, func() bool { return calib.inOrder("A3", "B5", "A4") }},
		{3, func() bool { return calib.inOrder("A3", "B5", "C7", "A4") }},
	} {
		bound := n * int(math.Pow(k, float64(c.depth-1)))
		require.Equal(t, 25, hits(t, calib, strategy.NewPCTOfDepth(c.depth), 50*bound, 25, c.bug), "depth %d", c.depth)
		require.Equal(t, 25, hits(t, calib, strategy.NewPCT(), 3*50*bound, 25, c.bug), "drawn depth, for %d", c.depth)
	}
}

// PCT of depth 1 starves a process in every second run.
func TestPCTStarves(t *testing.T) {
	uneven := newToy(1, 25)
	got := hits(t, uneven, strategy.NewPCTOfDepth(1), 4000, -1, func() bool { return uneven.inOrder("B24", "A0") })
	require.InDelta(t, 2000, got, 4*math.Sqrt(1000))
}

// PCT is fair in the end: nobody is starved for ever.
func TestPCTIsFairInTheEnd(t *testing.T) {
	long := newToy(1, 1200)
	starved := func() bool { return long.inOrder("B1199", "A0") }
	require.Zero(t, hits(t, long, strategy.NewPCTOfDepth(1), 200, -1, starved))
}

// A walk takes every contested point with equal chances: an event is starved over
// n steps once in 2^n.
func TestRandomWalkIsUniform(t *testing.T) {
	uneven := newToy(1, 5)
	const runs = 32_000
	got := hits(t, uneven, strategy.NewRandomWalk(), runs, -1, func() bool { return uneven.inOrder("B4", "A0") })
	require.InDelta(t, runs/32, got, 4*math.Sqrt(runs/32))
}

// Every order has the probability that the sizes of its contested points say.
func TestRandomWalkOrders(t *testing.T) {
	two := newToy(1, 2)
	const runs = 30_000
	count := make(map[string]int)
	hits(t, two, strategy.NewRandomWalk(), runs, -1, func() bool {
		s := ""
		for _, e := range two.order {
			s += e
		}
		count[s]++
		return false
	})
	want := map[string]float64{"A0B0B1": 0.5, "B0A0B1": 0.25, "B0B1A0": 0.25}
	require.Len(t, count, len(want))
	for order, p := range want {
		require.InDelta(t, runs*p, count[order], 4*math.Sqrt(runs*p*(1-p)), order)
	}
}

// A schedule depends on the seed of its campaign and its number alone.
func TestSchedulesDependOnSeedAndNumber(t *testing.T) {
	calib := newToy(4, 4, 4)
	for _, name := range []string{"default", "random", "pct"} {
		var want [][]string
		for round := range 2 {
			s, err := strategy.New(name)
			require.NoError(t, err)
			require.Equal(t, name, s.Name())
			i := 0
			hits(t, calib, s, 20, -1, func() bool {
				if round == 0 {
					want = append(want, append([]string(nil), calib.order...))
				} else {
					require.Equal(t, want[i], calib.order)
				}
				i++
				return false
			})
		}
	}
	seen := make(map[uint64]bool)
	for n := range 10_000 {
		seen[strategy.SeedOf(1, n)] = true
	}
	require.Len(t, seen, 10_000)
}

func TestUnknownStrategy(t *testing.T) {
	_, err := strategy.New("pcd")
	require.EqualError(t, err, `there is no strategy "pcd"; did you mean "pct"? It is one of [portfolio default random pct pctcp tapct pos urw surw stalls novelty reverse delays exhaustive exhaustive-dpor exhaustive-all]`)
}
