package sim_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// reduced runs every class of s, each run again in an order that can really happen.
type reducedTally struct {
	runs, asleep, empty, calm int
	passing                   map[uint64]int
	signatures                map[string]int
}

func reduce(t testing.TB, s *sim.Scenario) reducedTally {
	t.Helper()
	w, real := newWorld(t), newWorld(t)
	e := strategy.NewReduced()
	sum := reducedTally{passing: make(map[uint64]int), signatures: make(map[string]int)}
	for more := true; more; more = e.Next() {
		r, err := w.Run(s, sim.Config{Chooser: e, Mode: sim.Zones})
		switch end := e.Ending(err); end {
		case strategy.Asleep:
			sum.asleep++
			continue
		case strategy.Empty:
			sum.empty++
			continue
		case strategy.Whole, strategy.InCalm:
			require.NoError(t, err)
			o, err := e.Real()
			require.NoError(t, err)
			r2, err := real.Run(s, sim.Config{Chooser: o})
			require.NoError(t, err)
			require.Empty(t, o.Wrong())
			if end == strategy.Whole {
				require.Equal(t, r.Signature(), r2.Signature())
				require.Equal(t, r.Fingerprint, r2.Fingerprint)
			} else {
				sum.calm++
			}
			sum.runs++
			sum.signatures[r2.Signature()]++
			sum.passing[r2.Fingerprint]++
		default:
			t.Fatal("lost")
		}
		require.Less(t, sum.runs, 1_000_000)
	}
	return sum
}
