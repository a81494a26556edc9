package sim_test

import (
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// slowReader has a read that must come in time before a timeout. A third process has
// nothing to do with it, and is very late in the run that is looked at.
func slowReader() *sim.Scenario {
	ms := time.Millisecond
	return &sim.Scenario{
		Name: "test/slow-reader",
		Profiles: []*sim.Profile{{Name: "p", Windows: map[string]sim.Window{
			"reader:read":   {Earliest: ms, Nominal: 5 * ms, Latest: time.Second},
			"timer:expire":  {Earliest: 100 * ms, Nominal: 100 * ms, Latest: 150 * ms},
			"idler:wait":    {Earliest: ms, Nominal: ms, Latest: 10 * time.Second},
			"idler:again":   sim.Exactly(0),
			"timer:nothing": sim.Exactly(time.Hour),
		}}},
		Build: func(w *sim.World) {
			res, read := w.Resource("answer"), false
			w.Process("reader", func(p *sim.Proc) {
				p.Step("read")
				w.Write(res)
				read = true
			})
			w.Process("timer", func(p *sim.Proc) {
				p.Step("expire")
				w.Read(res)
				if !read {
					w.Fail("in time", "", "the read came too late")
				}
			})
			w.Process("idler", func(p *sim.Proc) { p.Step("wait") })
		},
	}
}

// The smallest stall is that of events that depend on each other: how late the read had
// to be, not how late the idler was in the run that showed it.
func TestTheSmallestStallIgnoresIncidentalOrder(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	_, err := w.Stall()
	require.ErrorIs(t, err, sim.ErrNotRecorded)
	var s sim.Schedule
	for _, line := range []string{"hold reader:read#1 after timer:expire#1", "hold idler:wait#1 after timer:start#1"} {
		d, err := sim.ParseDeviation(line)
		require.NoError(t, err)
		s = append(s, d)
	}
	r, err := w.Run(slowReader(), sim.Config{Record: true, Chooser: strategy.NewReplay(s, false)})
	require.NoError(t, err)
	require.Equal(t, sim.Violation, r.Verdict)
	stall, err := w.Stall()
	require.NoError(t, err)
	require.Equal(t, 95*time.Millisecond, stall.Lateness, "100 ms after the start at the earliest, 5 ms nominally")
	require.Equal(t, []string{"reader:read#1"}, stall.Late)
	require.Equal(t, "reader:read#1", stall.Culprit)
	require.Contains(t, stall.Cycle, "timer:expire#1")
}
