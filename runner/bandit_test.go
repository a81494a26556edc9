package runner

import (
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

func count(names []string) map[string]int {
	n := make(map[string]int)
	for _, name := range names {
		n[name]++
	}
	return n
}

func never(string) bool { return false }

// Every arm has its floor, and the rest goes to whom it gains something, also when that
// changes.
func TestBanditFollowsTheGain(t *testing.T) {
	b := bandit{arms: []banditArm{{name: "good", floor: 5}, {name: "bad", floor: 5}, {name: "worse", floor: 5}}, rand: sim.NewRand(1)}
	play := func(batches int, good string) (last map[string]int) {
		for range batches {
			names := b.share(64, never)
			require.Len(t, names, 64)
			last = count(names)
			for i, name := range names {
				b.reward(name, name == good && i%2 == 0)
			}
			for name, n := range last {
				require.GreaterOrEqual(t, n, 3, "%s has its floor", name)
			}
		}
		return last
	}
	require.Greater(t, play(30, "good")["good"], 45)
	require.Greater(t, play(300, "bad")["bad"], 45, "what was is forgotten")
}

// Where all gain the same, all have about the same.
func TestBanditSharesEqually(t *testing.T) {
	b := bandit{arms: []banditArm{{name: "a", floor: 5}, {name: "b", floor: 5}, {name: "c", floor: 5}}, rand: sim.NewRand(1)}
	sum := make(map[string]int)
	for range 300 {
		for _, name := range b.share(64, never) {
			b.reward(name, true)
			sum[name]++
		}
	}
	for name, n := range sum {
		require.InDelta(t, 300*64/3, n, 300*64/12, name)
	}
}

// Arms with nothing to try have nothing, and the floors of a small batch are cut.
func TestBanditLeavesIdleArmsOut(t *testing.T) {
	b := bandit{arms: arms(), rand: sim.NewRand(1)}
	names := b.share(64, func(arm string) bool { return arm == "reverse" || arm == "novelty" })
	require.Zero(t, count(names)["reverse"]+count(names)["novelty"])
	for n := 1; n < 64; n++ {
		require.Len(t, b.share(n, never), n)
	}
	sum := 0
	for _, a := range arms() {
		sum += a.floor
		require.GreaterOrEqual(t, a.floor, 5)
	}
	require.Less(t, sum, 100)
	require.LessOrEqual(t, len(arms())+1, maxArms)
}

// The draws of an arm have the mean and the spread of its Beta distribution.
func TestBanditDrawsFromABeta(t *testing.T) {
	a := banditArm{won: 29, lost: 69}
	r := sim.NewRand(1)
	const n = 100_000
	sum, squares := 0.0, 0.0
	for range n {
		x := a.sample(r)
		sum += x
		squares += x * x
	}
	mean := sum / n
	require.InDelta(t, 0.3, mean, 0.001)
	require.InDelta(t, 0.3*0.7/101, squares/n-mean*mean, 0.00003)
}

// A corpus is bounded, spends its energy, and makes schedules that differ.
func TestCorpus(t *testing.T) {
	var c corpus
	r := sim.NewRand(1)
	require.True(t, c.idle())
	_, ok := c.mutant(r)
	require.False(t, ok)
	order := []sim.EventID{1, 2, 3, 4, 5, 6, 7, 8, 9}
	c.add(make(sim.Schedule, maxCorpusHolds+1), order, false) // noise
	c.add(nil, order[:1], false)                              // nothing to hold
	require.True(t, c.idle())
	parent := sim.Schedule{{Kind: sim.KindSchedule, Event: 1, After: 2}, {Kind: sim.KindFault, Event: 3, Value: 1}}
	c.add(parent, order, false)
	differ := 0
	for range corpusEnergy {
		s, ok := c.mutant(r)
		require.True(t, ok)
		if len(s) != len(parent) || s[0] != parent[0] {
			differ++
		}
		for _, d := range s {
			require.NotEqual(t, d.Event, d.After)
		}
	}
	require.Greater(t, differ, corpusEnergy/2)
	require.Equal(t, sim.Schedule{{Kind: sim.KindSchedule, Event: 1, After: 2}, {Kind: sim.KindFault, Event: 3, Value: 1}}, parent)
	_, ok = c.mutant(r)
	require.False(t, ok, "its energy is spent")
	for range 3 * maxCorpus {
		c.add(parent, order, false)
	}
	require.Len(t, c.entries, maxCorpus)
}
