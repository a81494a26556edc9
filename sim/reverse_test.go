package sim_test

import (
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// Three readers of what a writer writes: one that may be early enough to come first,
// one that would have to be earlier than it can be, and one that the writer starts.
func TestReverse(t *testing.T) {
	ms := time.Millisecond
	s := &sim.Scenario{
		Name: "test/reverse",
		Profiles: []*sim.Profile{{Name: "p", Windows: map[string]sim.Window{
			"writer:write": {Earliest: 2 * ms, Nominal: 3 * ms, Latest: 5 * ms},
			"soon:read":    {Earliest: 4 * ms, Nominal: 6 * ms, Latest: 9 * ms},
			"late:read":    {Earliest: 12 * ms, Nominal: 20 * ms, Latest: sim.Unbounded},
			"read":         {Nominal: ms, Latest: 2 * ms},
		}}},
		Build: func(w *sim.World) {
			res := w.Resource("file")
			read := func(p *sim.Proc) {
				p.Step("read")
				w.Read(res)
			}
			w.Process("writer", func(p *sim.Proc) {
				p.Step("write")
				w.Write(res)
				w.Process("child", read)
			})
			w.Process("soon", read)
			w.Process("late", read)
		},
	}
	w := sim.NewWorld()
	defer w.Close()
	id := func(name string) sim.EventID {
		id, err := sim.ParseEventID(name)
		require.NoError(t, err)
		return id
	}
	_, err := w.Run(s, sim.Config{})
	require.NoError(t, err)
	_, _, _, err = w.Reverse(id("writer:write#1"), id("soon:read#1"))
	require.ErrorIs(t, err, sim.ErrNotRecorded)

	_, err = w.Run(s, sim.Config{Record: true})
	require.NoError(t, err)
	for _, c := range []struct {
		second string
		answer sim.Reversal
		stall  time.Duration
		late   string
	}{
		{"soon:read#1", sim.Reversible, 0, ""},
		{"late:read#1", sim.Untimely, 7 * ms, "writer:write#1"},
		{"writer:write#1/child:read#1", sim.Ordered, 0, ""},
	} {
		answer, stall, late, err := w.Reverse(id("writer:write#1"), id(c.second))
		require.NoError(t, err)
		require.Equal(t, c.answer, answer, c.second)
		require.Equal(t, c.stall, stall, c.second)
		require.Equal(t, c.late, late, c.second)
	}
	_, _, _, err = w.Reverse(id("soon:read#1"), id("writer:write#1"))
	require.ErrorContains(t, err, "no such pair")
}
