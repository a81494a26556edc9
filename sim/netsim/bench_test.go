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
