package netsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

// fleet is servers that send heartbeats to a manager through a load balancer, with
// phases that are equally far apart.
func fleet(servers int, keepAlive time.Duration, beats *int) *sim.Scenario {
	const period = 5 * time.Second
	beat := env.Request{Label: "heartbeat", Method: "POST", Addr: env.Addr{Host: "lb", Port: 80}, Path: "/prerender-servers"}
	return &sim.Scenario{Name: "bench/fleet", Profiles: []*sim.Profile{profile(nil)}, Build: func(w *sim.World) {
		w.Eventually("beats", 0, func() bool { return *beats > 0 })
		w.Actor("end").After(w.Label("end"), sim.Exactly(24*time.Hour), handler(func() {}), 0) // the fleet never rests
		n := netsim.New(w, netsim.Config{KeepAlive: keepAlive})
		lb := n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80, Policy: netsim.RoundRobin})
		manager := n.Host("manager", nil, func(h env.Host) {
			l, _ := h.Bind(env.Addr{Host: "::", Port: 4222})
			l.Serve(func(x env.Exchange) {
				*beats++
				x.Reply(204, nil)
			})
		})
		lb.Register(manager, 4222)
		manager.Start()
		for i := range servers {
			got := func(env.Response, error) {}
			n.Host(names[i], nil, func(h env.Host) {
				h.Every("beat", period, func() { h.Do(beat, got) })
			}).StartAt(time.Duration(i) * period / time.Duration(servers))
		}
	}}
}

var names = func() (s [300]string) {
	for i := range s {
		s[i] = fmt.Sprintf("prerender#%d", i+1)
	}
	return s
}()

// A run of 10,000 events of a fleet: five for every heartbeat.
func BenchmarkFleet(b *testing.B) {
	for _, mode := range []sim.Mode{sim.Timed, sim.Sampled} {
		for _, c := range []struct {
			servers   int
			keepAlive time.Duration
		}{{3, -1}, {3, 0}, {10, -1}, {30, -1}, {100, -1}, {300, -1}} {
			name := fmt.Sprintf("%v/%d", mode, c.servers)
			if c.keepAlive == 0 {
				name += "/kept" // connections are, for four seconds
			}
			b.Run(name, func(b *testing.B) {
				w := newWorld(b)
				beats := 0
				s := fleet(c.servers, c.keepAlive, &beats)
				cfg := sim.Config{Mode: mode, Limits: sim.Limits{Steps: 10_000, Virtual: 24 * time.Hour}}
				run := func() {
					beats = 0
					r, err := w.Run(s, cfg)
					require.NoError(b, err)
					require.Equal(b, 10_000, r.Steps, "%+v", r.Failure)
				}
				run()
				b.ReportAllocs()
				before := simtest.CPUTime()
				for b.Loop() {
					run()
				}
				cpu := simtest.CPUTime() - before // of a core: the clock on the wall waits for others too
				b.ReportMetric(float64(b.N)/cpu.Seconds(), "runs/cpu-s")
				b.ReportMetric(float64(cpu.Nanoseconds())/float64(b.N)/10_000, "cpu-ns/event")
			})
		}
	}
}

// turns is servers of which each sends so many heartbeats: all of them at once, one beat of
// each after the other, or each alone, when the one before has sent all of its own. Events
// come at the same rate, and as many timers are pending.
func turns(servers, each int, inTurn bool) *sim.Scenario {
	const period = time.Second
	beat := env.Request{Label: "heartbeat", Method: "POST", Addr: env.Addr{Host: "manager", Port: 80}, Path: "/prerender-servers"}
	return &sim.Scenario{Name: "bench/turns", Profiles: []*sim.Profile{profile(nil)}, Build: func(w *sim.World) {
		n := netsim.New(w, netsim.Config{KeepAlive: -1})
		n.Host("manager", nil, func(h env.Host) {
			l, _ := h.Bind(env.Addr{Host: "::", Port: 80})
			l.Serve(func(x env.Exchange) { x.Reply(204, nil) })
		}).Start()
		for i := range servers {
			begin, every := time.Duration(i)*period/time.Duration(servers), period
			if inTurn {
				begin, every = begin*time.Duration(each), period/time.Duration(servers)
			}
			got := func(env.Response, error) {}
			n.Host(names[i], nil, func(h env.Host) {
				h.After("idle", 1000*time.Hour, func() {})
				h.After("begin", begin, func() {
					left := each
					var beats env.Ticket
					beats = h.Every("beat", every, func() {
						h.Do(beat, got)
						if left--; left == 0 {
							beats.Cancel()
						}
					})
				})
			}).Start()
		}
	}}
}

// What an event costs in a large fleet: the same work costs 95 ns of three servers, and 230
// of 300. It is no list that is walked and no table that grows: 300 servers one after the
// other cost 137, for all that one server needs is in the cache while it is at work. Between
// two of its beats 299 others have driven it out. Of the rest, three servers that beat as
// often, 110, show what the memory of calls costs, which a run does not use again. (2 cores,
// 1 MB of cache each, the best of several runs.)
func BenchmarkTurns(b *testing.B) {
	for _, c := range []struct {
		name          string
		servers, each int
		inTurn        bool
	}{{"3", 3, 500, false}, {"3/longer", 3, 50_000, false}, {"300", 300, 500, false}, {"300/in turn", 300, 500, true}} {
		b.Run(c.name, func(b *testing.B) {
			w := newWorld(b)
			s := turns(c.servers, c.each, c.inTurn)
			limit := sim.Limits{Steps: 3 * c.servers * c.each, Storm: 1e9, Pending: 10_000, Virtual: 1e5 * time.Hour}
			run := func() {
				_, err := w.Run(s, sim.Config{Mode: sim.Sampled, Limits: limit})
				require.NoError(b, err)
			}
			run()
			best, runs := time.Duration(1e18), max(1, 50_000/limit.Steps)
			for b.Loop() {
				before := simtest.CPUTime()
				for range runs {
					run()
				}
				best = min(best, (simtest.CPUTime()-before)/time.Duration(runs))
			}
			b.ReportMetric(float64(best.Nanoseconds())/float64(limit.Steps), "best-cpu-ns/event")
		})
	}
}
