package netsim_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

// Every rule is noted where it makes a difference.
func TestRulesAreNoted(t *testing.T) {
	noted := make(map[string]bool)
	note := func(build func(x *world)) {
		r, _ := try(t, newWorld(t), map[string]sim.Window{"gc": win(sec, sec, sec)}, sim.Config{Record: true}, build)
		for _, e := range r.Trace.Events {
			for _, rule := range e.Rules {
				noted[rule.ID] = true
			}
		}
	}
	note(func(x *world) { // kept, stale
		server := x.echo("server", 80)
		server.Start()
		x.n.Host("client", nil, func(h env.Host) {
			h.Do(get("one", "server", 80), x.got("client"))
			h.After("two", 1005*ms, func() { h.Do(get("two", "server", 80), x.got("client")) })
		}).Start()
		x.at(sec, server.Crash)
	})
	note(func(x *world) { // unread, abort, header wait
		x.n.Squatter("silent", nil, env.Addr{Host: "::", Port: 80}, netsim.SquatSilent, nil).Start()
		x.n.Host("client", nil, func(h env.Host) {
			r := get("hello", "silent", 80)
			h.Do(r, x.got("client"))
			r.Timeout = sec
			h.Do(r, x.got("client"))
		}).Start()
	})
	note(func(x *world) { // half-open, held up, signal, stall
		client, server := x.pair(netsim.LinkFaults{})
		l := x.n.Link(client.Machine(), server.Machine())
		x.at(1005*ms, l.Part)
		x.at(1100*ms, server.Vanish)
		x.at(2*sec, l.Heal)
		x.at(3*sec, func() { client.Stall("gc") })
		x.at(8*sec, func() { client.Signal(env.SIGTERM) })
	})
	for _, r := range netsim.Rules() {
		require.True(t, noted[r.ID], r.ID)
		require.NotContains(t, r.String(), "[,")
	}
	require.Len(t, noted, len(netsim.Rules()))
}
