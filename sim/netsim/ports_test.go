package netsim_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestBindErrors(t *testing.T) {
	run(t, nil, sim.Config{}, func(x *world) {
		m := x.n.Machine("box", "10.1.1.1", "fd00::1")
		m.Forbid(1, 1023)
		x.n.Host("app", m, func(h env.Host) {
			require.Equal(t, []string{"127.0.0.1", "::1", "10.1.1.1", "fd00::1"}, h.Addresses())
			for _, c := range []struct {
				host string
				port int
				want error
			}{
				{"127.0.0.1", 80, env.ErrForbidden}, {"127.0.0.1", 1024, nil}, {"127.0.0.1", 1024, env.ErrInUse},
				{"::1", 1024, nil}, {"0.0.0.0", 1024, env.ErrInUse}, {"10.1.1.1", 1024, nil}, {"10.9.9.9", 1024, env.ErrNoAddress},
				{"::", 1024, env.ErrInUse}, {"::", 2000, nil}, {"0.0.0.0", 2000, env.ErrInUse}, {"127.0.0.1", 2000, env.ErrInUse},
				{"localhost", 3000, nil}, {"127.0.0.1", 3000, env.ErrInUse}, {"0.0.0.0", 4000, nil}, {"fd00::1", 4000, nil},
				{"::", 65536, env.ErrNoAddress}, {"::", -1, env.ErrNoAddress},
			} {
				_, err := h.Bind(env.Addr{Host: c.host, Port: c.port})
				require.Equal(t, c.want, err, "%s %d", c.host, c.port)
			}
			for range 2 { // a new one each time
				l, err := h.Bind(env.Addr{Host: "::", Port: 0})
				require.NoError(t, err)
				require.GreaterOrEqual(t, l.Addr().Port, 32768)
				_, err = h.Bind(l.Addr())
				require.Equal(t, env.ErrInUse, err)
			}
		}).Start()
		other := x.n.Machine("other")
		other.NoIPv6()
		x.n.Host("app2", other, func(h env.Host) {
			_, err := h.Bind(env.Addr{Host: "::", Port: 80})
			require.Equal(t, env.ErrNoAddress, err)
			_, err = h.Bind(env.Addr{Host: "0.0.0.0", Port: 80})
			require.NoError(t, err, "another machine, another table")
		}).Start()
	})
}

// Two families: who listens on one loopback is not found on the other, and whose
// address is named comes before who stands for many.
func TestLoopbackFamilies(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		box := x.n.Machine("box")
		listen := func(name, host string) {
			x.n.Host(name, box, func(h env.Host) {
				l, err := h.Bind(env.Addr{Host: host, Port: 80})
				require.NoError(t, err)
				l.Serve(func(e env.Exchange) { e.Reply(200, name) })
			}).Start()
		}
		listen("four", "127.0.0.1")
		x.n.Host("client", box, func(h env.Host) {
			for _, host := range []string{"127.0.0.1", "::1", "localhost"} {
				h.Do(get("x", host, 80), x.got(host))
			}
		}).Start()
	})
	require.Equal(t, []string{"30ms 127.0.0.1 200 four", "30ms ::1 ECONNREFUSED", "30ms localhost 200 four"}, log)
}

func TestDeathFreesPorts(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		box := x.n.Machine("box")
		squatter := x.n.Squatter("squatter", box, env.Addr{Host: "::", Port: 6420}, netsim.SquatOther, "other")
		squatter.Start()
		bind := func(h env.Host) {
			_, err := h.Bind(env.Addr{Host: "127.0.0.1", Port: 6420})
			x.note(h.Name(), "%v", err)
			if err != nil {
				h.Exit(1)
			}
		}
		app := x.n.Host("app", box, bind)
		app.OnEnd(func(code int) { x.note("app", "exit %d", code) })
		app.Start()
		x.at(sec, squatter.Crash)
		x.at(2*sec, app.Restart)
	})
	require.Equal(t, []string{"0s app EADDRINUSE", "0s app exit 1", "2s app <nil>"}, log)
}

func TestSquatters(t *testing.T) {
	for kind, want := range map[netsim.Squat]string{
		netsim.SquatOther: "200 other", netsim.SquatNoJSON: "200 <html>hello</html>", netsim.SquatSick: "503 <nil>", netsim.SquatSilent: "ABORT_ERR",
	} {
		log := run(t, nil, sim.Config{}, func(x *world) {
			box := x.n.Machine("box")
			x.n.Squatter("squatter", box, env.Addr{Host: "127.0.0.1", Port: 6420}, kind, "other").Start()
			late := x.n.Squatter("late", box, env.Addr{Host: "127.0.0.1", Port: 6420}, kind, "other")
			x.n.Host("client", box, func(h env.Host) {
				r := get("health", "127.0.0.1", 6420)
				r.Timeout = sec
				h.Do(r, x.got("client"))
			}).Start()
			x.at(sec, late.Start)
			x.at(2*sec, func() { require.Equal(t, 1, late.ExitCode()); require.False(t, late.Up()) })
		})
		require.Equal(t, []string{"client " + want}, whats(log))
	}
}

// The port table against a list of all that is bound.
func TestPortTable(t *testing.T) {
	type bound struct {
		a env.Addr
		l env.Listener
	}
	family := func(host string) string {
		switch host {
		case "::1", "fd00::1":
			return "6"
		case "::":
			return "46"
		}
		return "4"
	}
	overlap := func(a, b string) bool {
		if a == b {
			return true
		}
		wildA, wildB := a == "::" || a == "0.0.0.0", b == "::" || b == "0.0.0.0"
		if !wildA && !wildB {
			return false
		}
		for _, f := range family(a) {
			for _, g := range family(b) {
				if f == g {
					return true
				}
			}
		}
		return false
	}
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		_, _ = try(t, w, nil, sim.Config{}, func(x *world) {
			m := x.n.Machine("box", "10.1.1.1", "fd00::1")
			x.n.Host("app", m, func(h env.Host) {
				var table []bound
				for range rapid.IntRange(1, 30).Draw(rt, "steps") {
					if len(table) > 0 && rapid.Bool().Draw(rt, "close") {
						i := rapid.IntRange(0, len(table)-1).Draw(rt, "which")
						table[i].l.Close(nil)
						table = append(table[:i], table[i+1:]...)
						continue
					}
					a := env.Addr{
						Host: rapid.SampledFrom([]string{"127.0.0.1", "::1", "10.1.1.1", "fd00::1", "0.0.0.0", "::"}).Draw(rt, "host"),
						Port: rapid.IntRange(1, 3).Draw(rt, "port"),
					}
					var want error
					for _, b := range table {
						if b.a.Port == a.Port && overlap(a.Host, b.a.Host) {
							want = env.ErrInUse
						}
					}
					l, err := h.Bind(a)
					if (err != nil || want != nil) && err != want {
						rt.Fatalf("bind %v: %v, want %v; bound: %v", a, err, want, table)
					}
					if err == nil {
						table = append(table, bound{a, l})
					}
				}
			}).Start()
		})
	})
}
