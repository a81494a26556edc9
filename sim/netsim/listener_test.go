package netsim_test

import (
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

// closing runs a server whose listener is closed at an instant, and a client that
// asks once before.
func closing(t *testing.T, serve bool, timeout time.Duration, atClose func(x *world, l env.Listener)) []string {
	return run(t, nil, sim.Config{}, func(x *world) {
		var l env.Listener
		x.n.Host("server", nil, func(h env.Host) {
			l, _ = h.Bind(env.Addr{Host: "::", Port: 80})
			if serve {
				l.Serve(func(e env.Exchange) { h.After("think", 100*ms, func() { e.Reply(200, nil) }) })
			}
		}).Start()
		x.n.Host("client", nil, func(h env.Host) {
			r := get("hello", "server", 80)
			r.Timeout = timeout
			h.Do(r, x.got("client"))
		}).Start()
		x.at(sec, func() {
			l.Close(func() { x.note("server", "closed") })
			x.note("server", "close returns")
			if atClose != nil {
				atClose(x, l)
			}
		})
		x.until(100 * sec)
	})
}

func TestCloseWaitsForKeptConnections(t *testing.T) {
	require.Equal(t, []string{"130ms client 200 <nil>", "1s server close returns", "4.145s server closed"}, closing(t, true, 0, nil),
		"four seconds after the response, and the way")
	require.Equal(t, []string{"130ms client 200 <nil>", "1s server close returns", "1s server closed", "1s server again"},
		closing(t, true, 0, func(x *world, l env.Listener) {
			l.CloseIdle()
			l.Close(func() { x.note("server", "again") })
		}))
}

// A listener that does not read never sees that its caller is gone.
func TestCloseOfAListenerThatDoesNotRead(t *testing.T) {
	require.Equal(t, []string{"500ms client ABORT_ERR", "1s server close returns"}, closing(t, false, 500*ms, nil), "it never completes")
	require.Equal(t, []string{"500ms client ABORT_ERR", "1s server close returns", "1s server closed"},
		closing(t, false, 500*ms, func(_ *world, l env.Listener) { l.DestroyAll() }))
	require.Equal(t, []string{"1s server close returns", "1s server closed", "1.015s client ECONNRESET"},
		closing(t, false, 0, func(_ *world, l env.Listener) { l.DestroyAll() }))
	require.Equal(t, []string{"500ms client ABORT_ERR", "1s server close returns", "1s server asked", "1s server closed"},
		closing(t, false, 500*ms, func(x *world, l env.Listener) {
			l.Serve(func(e env.Exchange) {
				x.note("server", "asked")
				e.OnGone(func() {})
			})
		}), "a handler reads what came before it, and the end")
}

func TestCloseOfAnUnusedListener(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		x.n.Host("server", nil, func(h env.Host) {
			a := env.Addr{Host: "127.0.0.1", Port: 80}
			l, err := h.Bind(a)
			require.NoError(t, err)
			require.Equal(t, a, l.Addr())
			l.Close(func() { x.note("server", "closed") })
			_, err = h.Bind(a)
			require.NoError(t, err, "the port is free at once")
			x.note("server", "bound")
		}).Start()
	})
	require.Equal(t, []string{"0s server bound", "0s server closed"}, log)
}

// A request on a kept connection is served after Close, a new connection is refused.
func TestKeptConnectionAfterClose(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		x.n.Host("server", nil, func(h env.Host) {
			l, _ := h.Bind(env.Addr{Host: "::", Port: 80})
			l.Serve(func(e env.Exchange) { e.Reply(200, nil) })
			h.After("close", sec, func() { l.Close(func() { x.note("server", "closed") }) })
		}).Start()
		x.n.Host("client", nil, func(h env.Host) {
			for i := range 4 {
				h.After("ask", time.Duration(i)*800*ms, func() { h.Do(get("hello", "server", 80), x.got("client")) })
			}
		}).Start()
	})
	require.Equal(t, []string{"30ms client 200 <nil>", "830ms client 200 <nil>", "1.615s server closed", "1.63s client 200 <nil>", "2.43s client ECONNREFUSED"}, log,
		"the response after Close ends the connection")
}

// A name with two addresses: a request on a kept connection goes where the last one
// went, a later one may go elsewhere.
func TestNameIsResolvedAgainAfterFourSeconds(t *testing.T) {
	for pause, want := range map[time.Duration][]string{
		3900 * ms: {"a GET /hello from client", "client 200 <nil>", "a GET /hello from client", "client 200 <nil>"},
		4100 * ms: {"a GET /hello from client", "client 200 <nil>", "b GET /hello from client", "client 200 <nil>"},
	} {
		build := func(x *world) {
			a, b := x.echo("a", 80), x.echo("b", 80)
			a.Start()
			b.Start()
			x.n.Name("manager", a.Machine(), b.Machine())
			x.n.Host("client", nil, func(h env.Host) {
				h.Do(get("hello", "manager", 80), func(r env.Response, err error) {
					x.got("client")(r, err)
					h.After("pause", pause, func() { h.Do(get("hello", "manager", 80), x.got("client")) })
				})
			}).Start()
		}
		_, log := try(t, newWorld(t), nil, sim.Config{Chooser: only{"resolve manager#2": 1}}, build)
		require.Equal(t, want, whats(log), "pause %v", pause)
	}
}

func TestServerDropsIdleConnections(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		server := x.echo("server", 80)
		server.Start()
		x.n.Host("client", nil, func(h env.Host) {
			h.Do(get("one", "server", 80), x.got("client"))
			h.After("two", 2*sec, func() { h.Do(get("two", "server", 80), x.got("client")) })
		}).Start()
		x.at(sec, server.Crash) // the client hears of it, and dials again
		x.at(1500*ms, server.Restart)
	})
	require.Equal(t, []string{"15ms server GET /one from client", "30ms client 200 <nil>", "2.015s server GET /two from client", "2.03s client 200 <nil>"}, log)
}

// What is sent on a kept connection while its end is on the way is lost to a reset.
func TestReuseMeetsTheEnd(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		server := x.echo("server", 80)
		server.Start()
		x.n.Host("client", nil, func(h env.Host) {
			h.Do(get("one", "server", 80), x.got("client"))
			h.After("two", 1005*ms, func() { h.Do(get("two", "server", 80), x.got("client")) })
		}).Start()
		x.at(sec, server.Crash)
		x.at(1001*ms, server.Start)
	})
	require.Equal(t, []string{"15ms server GET /one from client", "30ms client 200 <nil>", "1.015s client ECONNRESET"}, log)
}

func TestNoKeepAlive(t *testing.T) {
	w := newWorld(t)
	x := &world{t: t, w: w}
	s := &sim.Scenario{Name: "test/close", Profiles: []*sim.Profile{profile(nil)}, Build: func(w *sim.World) {
		x.n = netsim.New(w, netsim.Config{KeepAlive: -1})
		var l env.Listener
		x.n.Host("server", nil, func(h env.Host) {
			l, _ = h.Bind(env.Addr{Host: "::", Port: 80})
			l.Serve(func(e env.Exchange) { e.Reply(200, nil) })
		}).Start()
		x.n.Host("client", nil, func(h env.Host) {
			h.Do(get("hello", "server", 80), func(r env.Response, err error) {
				x.got("client")(r, err)
				l.Close(func() { x.note("server", "closed") })
			})
		}).Start()
		w.Sometimes("nothing")
	}}
	_, err := w.Run(s, sim.Config{})
	require.NoError(t, err)
	require.Equal(t, []string{"30ms client 200 <nil>", "30ms server closed"}, x.log)
}

// CloseIdle leaves those alone on which somebody waits.
func TestCloseIdleLeavesTheBusyAlone(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		x.n.Host("server", nil, func(h env.Host) {
			l, _ := h.Bind(env.Addr{Host: "::", Port: 80})
			l.Serve(func(e env.Exchange) { h.After("think", e.Request().Body.(time.Duration), func() { e.Reply(200, nil) }) })
			h.After("close", sec, func() {
				l.Close(func() { x.note("server", "closed") })
				l.CloseIdle()
			})
		}).Start()
		for _, d := range []time.Duration{100 * ms, 2 * sec} {
			x.n.Host("client "+d.String(), nil, func(h env.Host) {
				r := get("hello", "server", 80)
				r.Body = d
				h.Do(r, x.got(h.Name()))
			}).Start()
		}
	})
	require.Equal(t, []string{"130ms client 100ms 200 <nil>", "2.015s server closed", "2.03s client 2s 200 <nil>"}, log)
}
