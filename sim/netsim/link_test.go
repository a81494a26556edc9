package netsim_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

// pair is a client that asks once, after a second, and a server that answers.
func (x *world) pair(f netsim.LinkFaults) (client, server *netsim.Host) {
	server = x.echo("server", 80)
	server.Start()
	client = x.n.Host("client", nil, func(h env.Host) {
		h.After("ask", sec, func() { h.Do(get("hello", "server", 80), x.got("client")) })
	})
	client.Start()
	x.n.Link(client.Machine(), server.Machine()).Faults(f)
	x.n.Link(server.Machine(), client.Machine()).Faults(f)
	return client, server
}

func TestLinkFaults(t *testing.T) {
	all := netsim.LinkFaults{Lose: true, Duplicate: true, Late: true}
	for name, c := range map[string]struct {
		faults only
		want   []string
	}{
		"none":          {nil, []string{"1.015s server GET /hello from client", "1.03s client 200 <nil>"}},
		"request lost":  {only{"lose client>server": 1}, []string{"5m1s client UND_ERR_HEADERS_TIMEOUT"}},
		"response lost": {only{"lose server>client": 1}, []string{"1.015s server GET /hello from client", "5m1.015s client UND_ERR_HEADERS_TIMEOUT"}},
		"request twice": {only{"duplicate client>server": 1}, []string{"1.015s server GET /hello from client", "1.015s server GET /hello from client", "1.03s client 200 <nil>"}},
		"response late": {only{"late server>client": 1}, []string{"1.015s server GET /hello from client", "11.03s client 200 <nil>"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, log := try(t, newWorld(t), map[string]sim.Window{"late": win(0, 10*sec, 300*sec)}, sim.Config{Chooser: c.faults}, func(x *world) { x.pair(all) })
			require.Equal(t, c.want, log)
		})
	}
}

// A response that is late by more than the wait is an error for who waits.
func TestLateResponseMeetsTheHeaderWait(t *testing.T) {
	answered, failed := false, false
	explore(t, 200, map[string]sim.Window{"late": win(0, 0, 400*sec)}, func(x *world) { x.pair(netsim.LinkFaults{Late: true}) }, func(log []string) {
		answered = answered || contains(log, "client 200")
		failed = failed || contains(log, "HEADERS_TIMEOUT")
		require.False(t, contains(log, "client 200") && contains(log, "HEADERS_TIMEOUT"))
	})
	require.True(t, answered && failed)
}

// With reordering, the end of a connection may come before the request, which is then
// served though nobody waits.
func TestReordering(t *testing.T) {
	unheard := 0
	explore(t, 200, nil, func(x *world) {
		server := x.n.Host("server", nil, func(h env.Host) {
			l, _ := h.Bind(env.Addr{Host: "::", Port: 80})
			l.Serve(func(e env.Exchange) {
				x.note("server", "asked")
				e.OnGone(func() { x.note("server", "gone") })
			})
		})
		server.Start()
		client := x.n.Host("client", nil, func(h env.Host) {
			ticket := h.Do(get("hello", "server", 80), func(env.Response, error) {})
			h.After("impatient", 0, func() { ticket.Cancel() })
		})
		client.Start()
		x.n.Link(client.Machine(), server.Machine()).Faults(netsim.LinkFaults{Reorder: true})
	}, func(log []string) {
		if len(log) == 1 {
			unheard++
		}
	})
	require.Positive(t, unheard)
	require.Less(t, unheard, 200)
}

func TestPartition(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		client, server := x.pair(netsim.LinkFaults{})
		a, b := []*netsim.Machine{client.Machine()}, []*netsim.Machine{server.Machine()}
		x.at(1010*ms, func() { x.n.Partition(a, b) }) // with the request on its way
		x.at(10*sec, func() { x.n.Heal(a, b) })
	})
	require.Equal(t, []string{"10.015s server GET /hello from client", "10.03s client 200 <nil>"}, log)
}

func TestBlackHole(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		client, server := x.pair(netsim.LinkFaults{})
		l := x.n.Link(server.Machine(), client.Machine())
		x.at(1020*ms, l.BlackHole) // with the response on its way
		x.at(10*sec, l.Heal)
	})
	require.Equal(t, []string{"1.015s server GET /hello from client", "5m1.03s client UND_ERR_HEADERS_TIMEOUT"}, log)
}
