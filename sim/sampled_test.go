package sim_test

import (
	"slices"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// durations samples one event of a profile n times.
func durations(t *testing.T, n int, p *sim.Profile) []time.Duration {
	var all []time.Duration
	s := &sim.Scenario{Name: "test", Profiles: []*sim.Profile{p}, Build: func(w *sim.World) {
		w.Process("A", func(p *sim.Proc) {
			from := p.Now()
			p.Step("s")
			all = append(all, p.Now()-from)
		})
	}}
	w := newWorld(t)
	for seed := range n {
		_, err := w.Run(s, sim.Config{Mode: sim.Sampled, Seed: uint64(seed)})
		require.NoError(t, err)
	}
	slices.Sort(all)
	return all
}

// Durations are log-normal around the nominal value, and clipped to the window.
func TestSampledDurations(t *testing.T) {
	const n = 20_000
	quantile := func(d []time.Duration, q float64) float64 { return float64(d[int(q*float64(len(d)))]) }
	free := durations(t, n, &sim.Profile{Name: "p", Step: sim.Window{Nominal: ms, Latest: sim.Unbounded}})
	require.InEpsilon(t, 1e6, quantile(free, 0.5), 0.02)
	require.InEpsilon(t, 1e6*1.6487, quantile(free, 0.8413), 0.03) // e^0.5 at one sigma
	require.InEpsilon(t, 1e6/1.6487, quantile(free, 0.1587), 0.03)

	wide := durations(t, n, &sim.Profile{Name: "p", Step: sim.Window{Nominal: ms, Latest: sim.Unbounded}, Sigma: 1})
	require.InEpsilon(t, 1e6*2.7183, quantile(wide, 0.8413), 0.05)

	clipped := durations(t, n, &sim.Profile{Name: "p", Step: sim.Window{Earliest: 900 * time.Microsecond, Nominal: ms, Latest: 2 * ms}})
	require.Equal(t, 900*time.Microsecond, clipped[0])
	require.Equal(t, 2*ms, clipped[n-1])
	require.InEpsilon(t, 1e6, quantile(clipped, 0.5), 0.02)

	point := durations(t, 10, &sim.Profile{Name: "p", Step: sim.Exactly(3 * ms)})
	require.Equal(t, []time.Duration{3 * ms, 3 * ms}, []time.Duration{point[0], point[9]})
}

// One step in HoldOneIn is held for up to HoldMax.
func TestSampledHolds(t *testing.T) {
	const n = 20_000
	held := durations(t, n, &sim.Profile{
		Name: "p", Step: sim.Window{Nominal: time.Microsecond, Latest: sim.Unbounded},
		HoldOneIn: 10, HoldMax: 20 * ms,
	})
	var long []time.Duration
	for _, d := range held {
		if d > 100*time.Microsecond {
			long = append(long, d)
		}
	}
	require.InDelta(t, n/10, len(long), 150)
	require.InEpsilon(t, float64(10*ms), float64(long[len(long)/2]), 0.1)
	require.Less(t, long[len(long)-1], 21*ms)
}

// Events come in the order of their instants, and nothing is asked of the
// chooser but draws, faults and the like.
func TestSampledModeAsksNobodyForTheOrder(t *testing.T) {
	orders := make(map[uint64]bool)
	w := newWorld(t)
	for seed := range uint64(100) {
		r, err := w.Run(programme(each(3, "+x", "+x")...), sim.Config{
			Mode: sim.Sampled, Seed: seed, Record: true,
			Chooser: choose(func(p *sim.Point) int { t.Fatal("asked"); return 0 }),
		})
		require.NoError(t, err)
		require.Zero(t, r.Contested)
		orders[r.Fingerprint] = true
		for i := 1; i < len(r.Trace.Events); i++ {
			require.LessOrEqual(t, r.Trace.Events[i-1].Time, r.Trace.Events[i].Time)
		}
	}
	require.Greater(t, len(orders), 30, "the seed makes the order")
}
