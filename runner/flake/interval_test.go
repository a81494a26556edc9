package flake_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner/flake"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// The values of published tables and of independent implementations.
func TestIntervalsAgreeWithTables(t *testing.T) {
	for _, c := range []struct {
		k, n              int
		exact, score, seq flake.Interval
	}{
		{0, 100, flake.Interval{0, .03622}, flake.Interval{0, .03699}, flake.Interval{0, .05703}},
		{0, 1000, flake.Interval{0, .003682}, flake.Interval{0, .003827}, flake.Interval{0, .006998}},
		{1, 1000, flake.Interval{.0000253, .005559}, flake.Interval{.0001765, .005643}, flake.Interval{}},
		{10, 100, flake.Interval{.04900, .17622}, flake.Interval{.05523, .17437}, flake.Interval{.02906, .22751}},
		{3, 2000, flake.Interval{.000309, .004377}, flake.Interval{.000510, .004401}, flake.Interval{.0000549, .007393}},
		{50, 100, flake.Interval{.39832, .60168}, flake.Interval{.40383, .59617}, flake.Interval{}},
	} {
		near := func(want, got flake.Interval, what string) {
			t.Helper()
			if want == (flake.Interval{}) {
				return
			}
			require.InEpsilon(t, 1+want.Lo, 1+got.Lo, 1e-5, "%s of %d/%d: %v", what, c.k, c.n, got)
			require.InEpsilon(t, 1+want.Hi, 1+got.Hi, 1e-5, "%s of %d/%d: %v", what, c.k, c.n, got)
		}
		near(c.exact, flake.ClopperPearson(c.k, c.n, 0.95), "Clopper-Pearson")
		near(c.score, flake.Wilson(c.k, c.n, 0.95), "Wilson")
		near(c.seq, flake.Sequence(c.k, c.n, 0.95), "confidence sequence")
	}
	require.Equal(t, flake.Interval{0, 1}, flake.Sequence(0, 0, 0.95))
	require.Equal(t, 1.0, flake.ClopperPearson(7, 7, 0.95).Hi)
	require.Equal(t, 1.0, flake.Wilson(7, 7, 0.95).Hi)
	require.Equal(t, 1.0, flake.Sequence(7, 7, 0.95).Hi)
}

// Whoever looks at every step is wrong with a confidence sequence at most one time in
// twenty, and far more often with an interval that is meant for one look.
func TestLookingAllTheTimeIsSafeWithASequence(t *testing.T) {
	trials := 400
	if testing.Short() {
		trials = 60
	}
	const looks, p = 100, 0.1
	sequence, score := 0, 0
	for trial := range trials {
		r := sim.NewRand(uint64(trial))
		k, outside, outsideScore := 0, false, false
		for look := range looks {
			for range 10 {
				if r.IntN(10) == 0 {
					k++
				}
			}
			n := (look + 1) * 10
			outside = outside || !flake.Sequence(k, n, 0.95).Contains(p)
			outsideScore = outsideScore || !flake.Wilson(k, n, 0.95).Contains(p)
		}
		if outside {
			sequence++
		}
		if outsideScore {
			score++
		}
	}
	t.Logf("the truth was excluded at some look in %d of %d trials (Wilson: %d)", sequence, trials, score)
	require.LessOrEqual(t, float64(sequence)/float64(trials), 0.05)
	require.Greater(t, float64(score)/float64(trials), 0.2)
}
