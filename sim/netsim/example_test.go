package netsim_test

import (
	"fmt"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// show runs a scenario once in nominal order.
func show(build func(w *sim.World)) {
	w := sim.NewWorld()
	defer w.Close()
	s := &sim.Scenario{Name: "example/net", Build: build, Profiles: []*sim.Profile{{
		Name:    "lan",
		Windows: map[string]sim.Window{"link": {Earliest: time.Millisecond, Nominal: 2 * time.Millisecond, Latest: 50 * time.Millisecond}},
	}}}
	if r, err := w.Run(s, sim.Config{}); err != nil || r.Verdict != sim.Pass {
		fmt.Println(r, err)
	}
}

// serveBeats counts who beats, in a life.
func serveBeats(h env.Host) {
	servers := make(map[string]int) // volatile: a crash loses it
	l, err := h.Bind(env.Addr{Host: "::", Port: 4222})
	if err != nil {
		h.Exit(1)
		return
	}
	l.Serve(env.Routes{"POST /servers": func(x env.Exchange) {
		servers[x.From()]++
		x.Reply(200, servers[x.From()])
	}}.Serve)
}

func beating(to string, say func(...any)) func(h env.Host) {
	beat := env.Request{Label: "beat", Method: "POST", Addr: env.Addr{Host: to, Port: 4222}, Path: "/servers"}
	return func(h env.Host) {
		h.Every("tick", 5*time.Second, func() {
			h.Do(beat, func(r env.Response, err error) { say(r.Status, r.Body, err) })
		})
	}
}

func Example() {
	show(func(w *sim.World) {
		n := netsim.New(w, netsim.Config{})
		n.Host("manager", nil, serveBeats).Start()
		n.Host("server#1", nil, beating("manager", func(args ...any) {
			fmt.Println(append([]any{w.NominalNow()}, args...)...)
		})).Start()
		w.Actor("end").After(w.Label("end"), sim.Exactly(16*time.Second), ends{}, 0) // heartbeats alone let a world rest
	})
	// Output:
	// 5.004s 200 1 <nil>
	// 10.004s 200 2 <nil>
	// 15.004s 200 3 <nil>
}

type ends struct{}

func (ends) Fire(*sim.World, int64) {}

// befalls is something that happens to somebody.
type befalls func()

func (b befalls) Fire(*sim.World, int64) { b() }

func ExampleHost_Crash() {
	show(func(w *sim.World) {
		n := netsim.New(w, netsim.Config{})
		manager := n.Host("manager", nil, serveBeats)
		manager.Start()
		n.Host("server#1", nil, beating("manager", func(args ...any) {
			fmt.Println(append([]any{w.NominalNow()}, args...)...)
		})).Start()
		power := w.Actor("power")
		power.After(w.Label("off"), sim.Exactly(9*time.Second), befalls(manager.Crash), 0)
		power.After(w.Label("on"), sim.Exactly(12*time.Second), befalls(manager.Start), 0)
		power.After(w.Label("end"), sim.Exactly(21*time.Second), ends{}, 0)
	})
	// Output:
	// 5.004s 200 1 <nil>
	// 10.004s 0 <nil> ECONNREFUSED
	// 15.004s 200 1 <nil>
	// 20.004s 200 2 <nil>
}

func ExampleNet_Balancer() {
	show(func(w *sim.World) {
		n := netsim.New(w, netsim.Config{})
		lb := n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 4222, Policy: netsim.RoundRobin})
		s := n.Service("manager", lb, 4222)
		s.Start(n.Host("manager#1", nil, serveBeats))
		next := n.Host("manager#2", nil, serveBeats)
		n.Host("server#1", nil, beating("lb", func(args ...any) {
			fmt.Println(append([]any{w.NominalNow()}, args...)...)
		})).Start()
		w.Actor("deploy").After(w.Label("roll"), sim.Exactly(11*time.Second), befalls(func() {
			s.Roll(netsim.Overlap, []*netsim.Host{next}, func() { fmt.Println(w.NominalNow(), "stable") })
		}), 0)
		w.Actor("end").After(w.Label("end"), sim.Exactly(21*time.Second), ends{}, 0)
	})
	// Output:
	// 5.008s 200 1 <nil>
	// 10.008s 200 2 <nil>
	// 11s stable
	// 15.008s 200 1 <nil>
	// 20.008s 200 2 <nil>
}
