package netsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

// asks sends n requests to the balancer, one second after another, from `from` on.
func (x *world) asks(name string, from time.Duration, n int) {
	x.n.Host(name, nil, func(h env.Host) {
		for i := range n {
			h.After("ask", from+time.Duration(i)*sec, func() { h.Do(get("page", "lb", 80), x.got(name)) })
		}
	}).Start()
}

// named is a server that answers with its name.
func (x *world) named(name string, boot time.Duration) *netsim.Host {
	return x.n.Host(name, nil, func(h env.Host) {
		h.After("listen", boot, func() {
			l, err := h.Bind(env.Addr{Host: "::", Port: 3000})
			require.NoError(x.t, err)
			l.Serve(func(e env.Exchange) { e.Reply(200, name) })
		})
	})
}

func TestPolicies(t *testing.T) {
	for policy, want := range map[netsim.Policy][]string{
		netsim.RandomTarget: {"c1 200 b", "c1 200 a", "c1 200 a"},
		netsim.RoundRobin:   {"c1 200 a", "c1 200 b", "c1 200 a"},
		netsim.Sticky:       {"c1 200 b", "c1 200 b", "c1 200 b"},
	} {
		_, log := try(t, newWorld(t), nil, sim.Config{Chooser: only{"pick#1": 1}}, func(x *world) {
			lb := x.n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80, Policy: policy})
			for _, name := range []string{"a", "b"} {
				s := x.named(name, 0)
				lb.Register(s, 3000)
				s.Start()
			}
			x.asks("c1", sec, 3)
		})
		require.Equal(t, want, whats(log))
	}
}

// All policies give only what is routable, and random gives all of it.
func TestRandomTargetIsAny(t *testing.T) {
	seen := make(map[string]bool)
	explore(t, 50, nil, func(x *world) {
		lb := x.n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80})
		for _, name := range []string{"a", "b", "c"} {
			s := x.named(name, 0)
			lb.Register(s, 3000)
			s.Start()
		}
		x.asks("c1", sec, 1)
	}, func(log []string) { seen[whats(log)[0]] = true })
	require.Len(t, seen, 3)
}

func TestFlipByWindow(t *testing.T) {
	rows := map[string]sim.Window{"flip": win(10*sec, 20*sec, 40*sec), "unflip": win(5*sec, 5*sec, 5*sec)}
	log := run(t, rows, sim.Config{}, func(x *world) {
		lb := x.n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80})
		lb.OnChange(func(h *netsim.Host, health netsim.Health) { x.note("lb", "%s is %s", h.Name(), health) })
		a := x.named("a", 2*sec)
		lb.Register(a, 3000)
		a.Start()
		x.asks("c1", sec, 1)
		x.at(30*sec, a.Crash)
		x.asks("c2", 31*sec, 1)
		x.at(33*sec, func() {
			require.Equal(t, netsim.Routable, lb.Health(a), "nobody has told it yet")
			a.Start() // listens before the balancer has noticed
		})
		x.asks("c3", 38*sec, 1)
	})
	require.Equal(t, []string{"1.03s c1 503 <nil>", "22s lb a is routable", "31.06s c2 502 <nil>", "35s lb a is registered",
		"38.03s c3 503 <nil>", "55s lb a is routable"}, log)
}

func TestProbes(t *testing.T) {
	log := run(t, map[string]sim.Window{"probe-phase": win(0, 3*sec, 10*sec)}, sim.Config{}, func(x *world) {
		lb := x.n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80, Probe: &netsim.Probe{}})
		lb.OnChange(func(h *netsim.Host, health netsim.Health) { x.note("lb", "%s is %s", h.Name(), health) })
		a := x.named("a", 5*sec)
		lb.Register(a, 3000)
		a.Start()
		x.at(40*sec, a.Crash)
		x.at(41*sec, func() { lb.Deregister(a, nil) })
		b := x.named("b", 0)
		lb.Register(b, 3000)
		b.Start()
		x.at(50*sec, b.Crash)
		x.until(70 * sec)
	})
	require.Equal(t, []string{
		"13.03s lb b is routable",                  // probes at 3 and 13 s
		"23.03s lb a is routable",                  // refused at 3 s, answered at 13 and 23
		"41s lb a is draining", "41s lb a is gone", // no row for `drained`
		"1m3.03s lb b is registered", // refused at 53 and 63 s
	}, log)
}

func TestDraining(t *testing.T) {
	rows := map[string]sim.Window{"drained": win(10*sec, 10*sec, 10*sec)}
	log := run(t, rows, sim.Config{}, func(x *world) {
		lb := x.n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80})
		slow := x.n.Host("slow", nil, func(h env.Host) {
			l, _ := h.Bind(env.Addr{Host: "::", Port: 3000})
			l.Serve(func(e env.Exchange) {
				e.OnGone(func() { x.note("slow", "gone") })
				h.After("think", e.Request().Body.(time.Duration), func() { e.Reply(200, nil) })
			})
		})
		lb.Register(slow, 3000)
		slow.Start()
		for i, d := range []time.Duration{sec, 5 * sec, 50 * sec} {
			x.n.Host(fmt.Sprint("c", i), nil, func(h env.Host) {
				r := get("page", "lb", 80)
				r.Body = d
				h.After("ask", sec, func() { h.Do(r, x.got(h.Name())) })
			}).Start()
		}
		x.at(3*sec, func() { lb.Deregister(slow, func() { x.note("lb", "deregistered") }) })
		x.asks("late", 4*sec, 1)
		x.at(20*sec, func() { require.Equal(t, netsim.Gone, lb.Health(slow)); require.Empty(t, lb.Routable()) })
	})
	require.Equal(t, []string{"2.06s c0 200 <nil>", "4.03s late 503 <nil>", "6.06s c1 200 <nil>", "13s lb deregistered",
		"13.015s slow gone", "13.015s c2 502 <nil>"}, log)
}

func TestCallerOfABalancerHangsUp(t *testing.T) {
	log := run(t, nil, sim.Config{}, func(x *world) {
		lb := x.n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80})
		slow := x.n.Host("slow", nil, func(h env.Host) {
			l, _ := h.Bind(env.Addr{Host: "::", Port: 3000})
			l.Serve(func(e env.Exchange) { e.OnGone(func() { x.note("slow", "gone") }) })
		})
		lb.Register(slow, 3000)
		slow.Start()
		x.n.Host("c", nil, func(h env.Host) {
			r := get("page", "lb", 80)
			r.Timeout = 2 * sec
			h.After("ask", sec, func() { h.Do(r, x.got("c")) })
		}).Start()
	})
	require.Equal(t, []string{"3s c ABORT_ERR", "3.03s slow gone"}, log)
}

// rolled runs a service of two old and two new tasks.
func rolled(t *testing.T, kind netsim.Roll, balanced bool) []string {
	rows := map[string]sim.Window{
		"start": win(sec, 2*sec, 5*sec), "flip": win(10*sec, 20*sec, 40*sec), "drained": win(0, 15*sec, 30*sec),
		"stable": win(5*sec, 15*sec, 30*sec), "unflip": win(sec, sec, sec), "SIGTERM": win(0, 0, 0),
	}
	return run(t, rows, sim.Config{}, func(x *world) {
		var lb *netsim.Balancer
		if balanced {
			lb = x.n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80})
			lb.OnChange(func(h *netsim.Host, health netsim.Health) { x.note("lb", "%s is %s", h.Name(), health) })
		}
		s := x.n.Service("realm", lb, 3000)
		var tasks []*netsim.Host
		for _, name := range []string{"old1", "old2", "new1", "new2"} {
			h := x.named(name, 0)
			h.OnStart(func() { x.note(name, "starts") })
			h.OnEnd(func(code int) { x.note(name, "ends %d", code) })
			tasks = append(tasks, h)
		}
		s.Start(tasks[:2]...)
		x.at(100*sec, func() { s.Roll(kind, tasks[2:], func() { x.note("realm", "stable") }) })
		x.at(500*sec, func() { require.Equal(t, tasks[2:], s.Tasks()) })
	})[4:]
}

func TestRolls(t *testing.T) {
	require.Equal(t, []string{
		"1m42s new1 starts", "2m2s lb new1 is routable", "2m2s lb old1 is draining", "2m17s lb old1 is gone", "2m17s old1 ends 143",
		"2m19s new2 starts", "2m39s lb new2 is routable", "2m39s lb old2 is draining", "2m54s lb old2 is gone", "2m54s old2 ends 143",
		"3m9s realm stable",
	}, rolled(t, netsim.Overlap, true))
	require.Equal(t, []string{
		"1m40s lb old1 is draining", "1m40s lb old2 is draining", "1m55s lb old1 is gone", "1m55s lb old2 is gone", "1m55s old1 ends 143", "1m55s old2 ends 143",
		"1m57s new1 starts", "1m57s new2 starts", "2m17s lb new1 is routable", "2m17s lb new2 is routable", "2m32s realm stable",
	}, rolled(t, netsim.Replace, true))
}

func TestRollsWithoutABalancer(t *testing.T) {
	rows := map[string]sim.Window{"start": win(sec, 2*sec, 5*sec), "stable": win(5*sec, 15*sec, 30*sec)}
	for kind, want := range map[netsim.Roll][]string{
		netsim.Overlap: {"12s new1 starts", "13s old1 ends 0", "13s old2 ends 0", "28s svc stable"},
		netsim.Replace: {"11s old1 ends 0", "11s old2 ends 0", "13s new1 starts", "28s svc stable"},
	} {
		log := run(t, rows, sim.Config{}, func(x *world) {
			task := func(name string) *netsim.Host {
				h := x.n.Host(name, nil, func(h env.Host) {
					h.OnSignal(env.SIGTERM, func() { h.After("drain", sec, func() { h.Exit(0) }) })
				})
				h.OnStart(func() { x.note(name, "starts") })
				h.OnEnd(func(code int) { x.note(name, "ends %d", code) })
				return h
			}
			s := x.n.Service("svc", nil, 0).Grace(5 * sec)
			s.Start(task("old1"), task("old2"))
			next := task("new1")
			x.at(10*sec, func() { s.Roll(kind, []*netsim.Host{next}, func() { x.note("svc", "stable") }) })
		})
		require.Equal(t, want, log[2:], "kind %d", kind)
	}
}

// A newer roll gives the one in progress up.
func TestRollWithinARoll(t *testing.T) {
	rows := map[string]sim.Window{"start": win(sec, 2*sec, 5*sec), "stable": win(5*sec, 15*sec, 30*sec)}
	log := run(t, rows, sim.Config{}, func(x *world) {
		task := func(name string) *netsim.Host {
			h := x.n.Host(name, nil, func(env.Host) {})
			h.OnStart(func() { x.note(name, "starts") })
			h.OnEnd(func(code int) { x.note(name, "ends %d", code) })
			return h
		}
		s := x.n.Service("svc", nil, 0)
		s.Start(task("a1"), task("a2"))
		b, c := []*netsim.Host{task("b1"), task("b2")}, []*netsim.Host{task("c1")}
		x.at(10*sec, func() { s.Roll(netsim.Overlap, b, func() { x.note("svc", "b stable") }) })
		x.at(13*sec, func() { s.Roll(netsim.Overlap, c, func() { x.note("svc", "c stable") }) })
	})
	require.Equal(t, []string{"12s b1 starts", "12s a1 ends 143", "14s b2 starts", "15s c1 starts", "15s a2 ends 143", "15s b1 ends 143", "15s b2 ends 143", "30s svc c stable"}, log[2:])
}
