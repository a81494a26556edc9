package runner

import (
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// named is a world of processes that each write one variable once.
func named(names ...string) *sim.Scenario {
	return &sim.Scenario{
		Name:     "test/named",
		Profiles: []*sim.Profile{{Name: "untimed", Step: sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded}}},
		Build: func(w *sim.World) {
			x := w.Resource("x")
			for _, name := range names {
				w.Process(name, func(p *sim.Proc) {
					p.Step("write")
					w.Write(x)
				})
			}
		},
	}
}

// spotted runs s under a walk and returns what the spotter finds that table does not know.
func spotted(t *testing.T, s *sim.Scenario, seed uint64, table *pairTable, sp *spotter, w *sim.World) []sighting {
	walk := strategy.NewRandomWalk()
	walk.Begin(strategy.Info{Seed: seed})
	_, err := w.Run(s, sim.Config{Chooser: strategy.Chooser(walk, strategy.Data{}), Log: true})
	require.NoError(t, err)
	return sp.spot(w.Log(), table)
}

// Only neighbours in the order of conflicts are pairs: n writers in a row are n-1. What
// is known is not found again, and digits do not tell processes apart.
func TestSpotterFindsNeighbours(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	var table pairTable
	var sp spotter
	s := named("A", "B", "C", "D")
	found := spotted(t, s, 1, &table, &sp, w)
	require.Len(t, found, 3)
	for i := range found {
		require.False(t, table.add(&found[i], nil))
	}
	require.Empty(t, spotted(t, s, 1, &table, &sp, w))
	reversed := 0
	for seed := range uint64(200) {
		found := spotted(t, s, seed, &table, &sp, w)
		for i := range found {
			if table.add(&found[i], nil) {
				reversed++
			}
		}
	}
	require.Len(t, table.order, 6, "every two of four")
	require.Equal(t, 6, reversed)
	require.Empty(t, table.open())
	require.Empty(t, spotted(t, named("A1", "A2", "A3"), 1, &table, &sp, w))
}

// The table is bounded.
func TestPairTableIsBounded(t *testing.T) {
	var table pairTable
	for i := range uint64(MaxPairs + 100) {
		s := sighting{key: pairKey{a: i, b: i + 1}}
		table.add(&s, nil)
	}
	require.Len(t, table.order, MaxPairs)
	s := sighting{key: pairKey{a: 3, b: 4}, first: 1}
	require.True(t, table.add(&s, nil), "those that are in it are still followed")
}
