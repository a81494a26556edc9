package netsim_test

import (
	"testing"
	"time"

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

// A row for the label is what counts, before that of the link.
func TestDelayByLabel(t *testing.T) {
	rows := map[string]sim.Window{
		"hello": win(sec, sec, sec), "hello.reply": win(2*sec, 2*sec, 2*sec), "server:other": win(3*sec, 3*sec, 3*sec),
		"link.slow": win(4*sec, 4*sec, 4*sec), "link.loopback": win(5*sec, 5*sec, 5*sec),
	}
	log := run(t, rows, sim.Config{}, func(x *world) {
		server := x.echo("server", 80)
		server.Start()
		client := x.n.Host("client", nil, func(h env.Host) {
			h.Do(get("hello", "server", 80), x.got("client"))
			h.Do(get("other", "server", 80), x.got("client"))
			h.Do(get("plain", "localhost", 80), x.got("client"))
		})
		x.n.Link(server.Machine(), client.Machine()).Label("slow")
		client.Start()
	})
	require.Equal(t, []string{"1s server GET /hello from client", "3s server GET /other from client", "3s client 200 <nil>",
		"7s client 200 <nil>", "10s client ECONNREFUSED"}, log)
}

// lazy is a server that answers after d, and logs what it learns of its caller.
func (x *world) lazy(h env.Host, d time.Duration) env.Listener {
	l, err := h.Bind(env.Addr{Host: "0.0.0.0", Port: 80})
	require.NoError(x.t, err)
	l.Serve(func(e env.Exchange) {
		x.note("server", "asked")
		e.OnGone(func() { x.note("server", "gone %v", e.Gone()) })
		h.After("think", d, func() {
			x.note("server", "answers, gone %v", e.Gone())
			e.Reply(200, "late")
			e.Reply(500, "second")
		})
	})
	return l
}

func TestTimeoutEndsTheClientsSideOnly(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		x.n.Host("server", nil, func(h env.Host) { x.lazy(h, 3*sec) }).Start()
		x.n.Host("client", nil, func(h env.Host) {
			r := get("hello", "server", 80)
			r.Timeout = sec
			h.Do(r, x.got("client"))
		}).Start()
	})
	require.Equal(t, []string{"15ms server asked", "1s client ABORT_ERR", "1.015s server gone true", "3.015s server answers, gone true"}, log)
}

func TestCancel(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		x.n.Host("server", nil, func(h env.Host) { x.lazy(h, 3*sec) }).Start()
		x.n.Host("client", nil, func(h env.Host) {
			ticket := h.Do(get("hello", "server", 80), x.got("client"))
			h.After("impatient", 10*ms, func() {
				x.note("client", "cancel %v, again %v", ticket.Cancel(), ticket.Cancel())
			})
		}).Start()
	})
	require.Equal(t, []string{"10ms client cancel true, again false", "15ms server asked", "25ms server gone true", "3.015s server answers, gone true"}, log)
}

// The end of a connection does not overtake what was sent on it.
func TestEndComesAfterTheRequest(t *testing.T) {
	first, second := 0, 0
	explore(t, 300, nil, func(x *world) {
		x.n.Host("server", nil, func(h env.Host) { x.lazy(h, 30*ms) }).Start()
		x.n.Host("client", nil, func(h env.Host) {
			ticket := h.Do(get("hello", "server", 80), func(env.Response, error) { t.Error("it was called off") })
			h.After("impatient", 10*ms, func() { ticket.Cancel() })
		}).Start()
	}, func(log []string) {
		require.Contains(t, log[0], "asked")
		switch {
		case contains(log, "gone false"):
			second++
		case contains(log, "gone true"):
			first++
		}
	})
	require.Positive(t, first)
	require.Positive(t, second, "the server may answer before it learns")
}

func TestHeaderWait(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		x.n.Host("server", nil, func(h env.Host) { x.lazy(h, 400*sec) }).Start()
		x.n.Host("silent", nil, func(h env.Host) {
			_, err := h.Bind(env.Addr{Host: "0.0.0.0", Port: 80})
			require.NoError(t, err)
		}).Start()
		x.n.Host("client", nil, func(h env.Host) {
			h.Do(get("slow", "server", 80), x.got("slow"))
			h.Do(get("silent", "silent", 80), x.got("silent"))
			long := get("own", "silent", 80)
			long.Timeout = 299 * sec
			h.Do(long, x.got("own"))
			long.Timeout, long.Label = 301*sec, "longer"
			h.Do(long, x.got("longer"))
		}).Start()
	})
	require.Equal(t, []string{"15ms server asked", "4m59s own ABORT_ERR", "5m0.015s slow UND_ERR_HEADERS_TIMEOUT",
		"5m0.015s silent UND_ERR_HEADERS_TIMEOUT", "5m0.015s longer UND_ERR_HEADERS_TIMEOUT", "5m0.03s server gone true", "6m40.015s server answers, gone true"}, log)
}

func TestHeaders(t *testing.T) {
	run(t, nil, sim.Config{}, func(x *world) {
		x.n.Host("server", nil, func(h env.Host) {
			l, _ := h.Bind(env.Addr{Host: "::", Port: 80})
			l.Serve(env.Routes{"GET /hello": func(e env.Exchange) {
				v, ok := e.Request().Header.Get("x-from")
				require.True(t, ok)
				require.Equal(t, "blank ", v)
				require.NoError(t, e.SetHeader("X-Token", "\t é~ "))
				require.NoError(t, e.SetHeader("x-token", " A"))
				for _, bad := range []string{"a\nb", "a\rb", "\x00", "\x7f", "Ā", "İ"} {
					var he *env.HeaderError
					require.ErrorAs(t, e.SetHeader("X-Token", bad), &he)
				}
				e.Reply(204, nil)
			}}.Serve)
		}).Start()
		x.n.Host("client", nil, func(h env.Host) {
			r := get("hello", "server", 80)
			r.Path += "?x=1"
			r.Header = env.Header{{Name: "X-From", Value: " \tblank "}}
			h.Do(r, func(resp env.Response, err error) {
				require.NoError(t, err)
				require.True(t, resp.OK())
				v, ok := resp.Header.Get("X-TOKEN")
				require.True(t, ok)
				require.Equal(t, "A", v)
				require.Equal(t, " \tblank ", r.Header[0].Value, "what was sent is the sender's")
			})
			h.Do(get("other", "server", 80), func(resp env.Response, err error) {
				require.NoError(t, err)
				require.Equal(t, 404, resp.Status)
			})
		}).Start()
	})
}

func TestCrashResetsConnections(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		server := x.n.Host("server", nil, func(h env.Host) { x.lazy(h, 3*sec) })
		server.Start()
		x.n.Host("client", nil, func(h env.Host) { h.Do(get("hello", "server", 80), x.got("client")) }).Start()
		x.at(sec, server.Crash)
	})
	require.Equal(t, []string{"15ms server asked", "1.015s client ECONNRESET"}, log)
}

// What was sent before a crash comes before the reset.
func TestResponseComesBeforeTheReset(t *testing.T) {
	explore(t, 200, nil, func(x *world) {
		server := x.echo("server", 80)
		server.Start()
		x.n.Host("client", nil, func(h env.Host) { h.Do(get("hello", "server", 80), x.got("client")) }).Start()
		x.at(200*ms, server.Crash) // the request is there after 150 ms
	}, func(log []string) {
		require.Equal(t, []string{"server GET /hello from client", "client 200 <nil>"}, whats(log))
	})
}

func TestVanishedMachineIsSilent(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		server := x.n.Host("server", nil, func(h env.Host) { x.lazy(h, sec) })
		server.Start()
		x.n.Host("client", nil, func(h env.Host) {
			h.Do(get("first", "server", 80), func(r env.Response, err error) {
				x.got("first")(r, err)
				h.After("pause", sec, func() { h.Do(get("second", "server", 80), x.got("second")) }) // on the same connection
				h.After("pause", 3*sec, func() { h.Do(get("third", "server", 80), x.got("third")) })
			})
			h.After("later", 500*ms, func() { h.Do(get("half", "server", 80), x.got("half")) })
		}).Start()
		x.at(1200*ms, server.Vanish)
		x.at(3*sec, server.Start)
	})
	// The second was lost with the machine; the third finds that nobody knows its
	// connection; and nobody ever tells who waits.
	require.Equal(t, []string{"15ms server asked", "515ms server asked", "1.015s server answers, gone false", "1.03s first 200 late",
		"4.045s server asked", "5.045s server answers, gone false", "5.06s third 200 late",
		"5m0.515s half UND_ERR_HEADERS_TIMEOUT", "5m2.045s second UND_ERR_HEADERS_TIMEOUT"}, log)
}

func TestClientCrashIsSeen(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		x.n.Host("server", nil, func(h env.Host) { x.lazy(h, 3*sec) }).Start()
		client := x.n.Host("client", nil, func(h env.Host) { h.Do(get("hello", "server", 80), x.got("client")) })
		client.Start()
		x.at(sec, client.Crash)
	})
	require.Equal(t, []string{"15ms server asked", "1.015s server gone true", "3.015s server answers, gone true"}, log)
}

func TestDestroyedExchange(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		x.n.Host("server", nil, func(h env.Host) {
			l, _ := h.Bind(env.Addr{Host: "::", Port: 80})
			l.Serve(func(e env.Exchange) { e.Destroy(); e.Destroy(); e.Reply(200, nil) })
		}).Start()
		x.n.Host("client", nil, func(h env.Host) { h.Do(get("hello", "server", 80), x.got("client")) }).Start()
	})
	require.Equal(t, []string{"30ms client ECONNRESET"}, log)
}
