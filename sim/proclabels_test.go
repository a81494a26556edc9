package sim

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A process keeps a state of the labels that it uses, and not of those that all processes
// together have: else a world of many processes would need the square of them.
func TestAProcessKnowsOnlyItsOwnLabels(t *testing.T) {
	const procs = 100
	w := NewWorld()
	defer w.Close()
	s := &Scenario{Name: "test", Build: func(w *World) {
		for i := range procs {
			w.Process(fmt.Sprintf("P%d", i), func(p *Proc) { p.Sleep(fmt.Sprintf("own%d", i), time.Millisecond) })
		}
	}}
	for range 2 {
		r, err := w.Run(s, Config{})
		require.NoError(t, err)
		require.Equal(t, 2*procs, r.Steps)
		for _, p := range w.procs[1:] {
			require.Len(t, p.labels, 2, "of %s: start and its own", p.name)
		}
	}
}
