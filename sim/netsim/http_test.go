package netsim_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/stretchr/testify/require"
)

func TestRequestAndResponse(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		x.echo("server", 80).Start()
		x.n.Host("client", nil, func(h env.Host) {
			r := get("hello", "server", 80)
			r.Body = 7
			h.Do(r, x.got("client"))
		}).Start()
	})
	require.Equal(t, []string{"15ms server GET /hello from client", "30ms client 200 7"}, log)
}

func TestNobodyListens(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		x.echo("server", 80).Start()
		x.n.Host("client", nil, func(h env.Host) {
			h.Do(get("hello", "server", 81), x.got("client"))
			h.Do(get("hello", "nowhere", 81), x.got("client"))
			h.Do(get("hello", "localhost", 81), x.got("client"))
		}).Start()
	})
	require.Equal(t, []string{"0s client ENOTFOUND", "30ms client ECONNREFUSED", "30ms client ECONNREFUSED"}, log)
}
