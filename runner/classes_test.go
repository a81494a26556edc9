package runner

import (
	"sort"
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The table counts as a map does, whatever comes.
func TestClassTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var table classTable
		want := make(map[uint64][3]int)
		fresh := 0
		for range rapid.IntRange(0, 3000).Draw(t, "runs") {
			print := rapid.Uint64Range(0, 40).Draw(t, "class") << rapid.SampledFrom([]int{0, 30, 58}).Draw(t, "shift")
			arm := rapid.IntRange(0, 2).Draw(t, "arm")
			key := max(print, 1) // no class is 0
			counts, known := want[key]
			require.Equal(t, known, table.known(key))
			if table.add(print, arm) {
				fresh++
				require.False(t, known)
			}
			counts[arm]++
			want[key] = counts
		}
		require.Equal(t, len(want), table.n)
		require.Equal(t, len(want), fresh)
		for arm := range 3 {
			var count armCount
			for _, c := range want {
				count.runs += c[arm]
				count.classes += min(c[arm], 1)
				if c[arm] == 1 {
					count.once++
				}
				if c[arm] == 2 {
					count.twice++
				}
			}
			require.Equal(t, count, table.arms[arm])
		}
	})
}

// Counting ends when there is no more room, and nothing changes then.
func TestClassTableIsBounded(t *testing.T) {
	var table classTable
	r := sim.NewRand(1)
	for table.n < MaxClasses {
		table.add(r.Uint64(), 0)
	}
	arms, size := table.arms, len(table.slots)
	for range 1000 {
		require.False(t, table.add(r.Uint64(), 1))
	}
	require.True(t, table.full)
	require.Equal(t, arms, table.arms)
	require.Equal(t, size, len(table.slots)) //nolint:testifylint // Len would print them all
	require.LessOrEqual(t, size*12, 26<<20)
}

func TestGoodTuringByHand(t *testing.T) {
	for _, c := range []struct {
		a            armCount
		p, low, high float64
	}{
		{armCount{}, 1, 0, 1},
		{armCount{runs: 2}, 0, 0, 1},
		{armCount{runs: 1000}, 0, 0, 0.003},
		{armCount{runs: 1000, once: 100, twice: 40}, 0.1, 0.0744, 0.1256},
		{armCount{runs: 10, once: 10}, 1, 1, 1},
	} {
		p, low, high := c.a.newClass()
		require.InDelta(t, c.p, p, 1e-9)
		require.InDelta(t, c.low, low, 1e-4)
		require.InDelta(t, c.high, high, 1e-4)
	}
}

// The interval holds the chance that the next run shows a new class in some 95 of 100
// cases, among a few common classes and many rare ones.
func TestGoodTuringHoldsTheTruth(t *testing.T) {
	const classes, trials = 2000, 300
	var upTo [classes]int // sums of weights
	sum := 0
	for i := range upTo {
		sum += 100_000 / (i + 1)
		upTo[i] = sum
	}
	for _, runs := range []int{300, 3000} {
		r := sim.NewRand(uint64(runs))
		held := 0
		for range trials {
			var table classTable
			for range runs {
				x := r.IntN(sum)
				i := sort.Search(classes, func(i int) bool { return x < upTo[i] })
				table.add(uint64(i+1)<<32, 0)
			}
			unseen := 0
			for i := range upTo {
				if !table.known(uint64(i+1) << 32) {
					unseen += 100_000 / (i + 1)
				}
			}
			truth := float64(unseen) / float64(sum)
			if _, low, high := table.arms[0].newClass(); low <= truth && truth <= high {
				held++
			}
		}
		require.Greater(t, held, trials*92/100, "%d runs", runs)
		require.Less(t, held, trials*99/100, "%d runs", runs)
	}
}
