package classic_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/runner/strategy"
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

func TestQuick(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	for _, s := range classic.All() {
		for _, v := range s.Variants {
			for _, name := range []string{"random", "pct"} {
				st, _ := strategy.New(name)
				n := 100000
				if v == "fixed" {
					n = 20000
				}
				hits := 0
				c := strategy.Chooser(st, strategy.Data{})
				k := 0
				for i := range n {
					st.Begin(strategy.Info{Number: i, Seed: strategy.SeedOf(1, i), Learned: strategy.Learned{Contested: k}})
					r, err := w.Run(s, sim.Config{Variant: v, Chooser: c})
					require.NoError(t, err)
					k = max(k, r.Contested)
					if r.Verdict.Failed() {
						hits++
					}
				}
				t.Logf("%s %s %s: 1 in %.1f", s.Name, v, name, float64(n)/float64(hits))
			}
		}
	}
}
