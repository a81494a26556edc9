package classic_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/scenarios/classic"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// The nominal order of every toy passes, in both variants: it is round robin.
func TestNominalOrderPasses(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	for _, s := range classic.All() {
		for _, v := range s.Variants {
			r, err := w.Run(s, sim.Config{Variant: v})
			require.NoError(t, err)
			t.Log(s.Name, v, r.Verdict, r.Failure.Message, r.Steps, r.Contested)
		}
	}
}
