package runner_test

import (
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// Two senders share nothing; what they send arrives where it does. The pair that decides is
// that of the senders, and what it decides is who is first there.
func TestARaceOfMessagesNamesWhereTheyArrive(t *testing.T) {
	exact := sim.Window{Earliest: time.Microsecond, Nominal: time.Microsecond, Latest: time.Microsecond}
	p := &sim.Profile{Name: "net", Step: sim.Micros(1, 2, 50), Windows: map[string]sim.Window{"deliver": exact, "start": exact}}
	s := &sim.Scenario{Name: "mail/order", Profiles: []*sim.Profile{p}, Build: func(w *sim.World) {
		inbox, last := w.Resource("inbox"), ""
		send := func(name string) {
			w.Process("mail of "+name, func(p *sim.Proc) {
				p.Step("deliver")
				w.Write(inbox)
				last = name
			})
		}
		w.Process("anna", func(p *sim.Proc) {
			p.Step("write")
			send("anna")
		})
		w.Process("bert", func(p *sim.Proc) {
			p.Step("think")
			p.Step("write")
			send("bert")
		})
		w.Eventually("bert has the last word", 0, func() bool { return last == "bert" })
	}}
	r := explore(t, runner.Options{Scenario: s, Runs: 200})
	require.Len(t, r.Failures, 1)
	m := r.Failures[0].Minimal
	require.Len(t, m.Races, 1)
	require.Equal(t, "bert:write#1", m.EventName(int(m.Races[0].First)))
	require.Equal(t, "anna:write#1", m.EventName(int(m.Races[0].Second)))
	require.Equal(t, "inbox", m.Races[0].Resource)
}
