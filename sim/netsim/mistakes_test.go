package netsim_test

import (
	"testing"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

// A mistake of who writes a scenario ends the run with an error that names the thing.
func TestMistakes(t *testing.T) {
	nothing := func(env.Host) {}
	for want, build := range map[string]func(n *netsim.Net){
		`process "box": there is one of that name already`:                       func(n *netsim.Net) { n.Machine("box"); n.Machine("box") },
		`machine "b": address 10.1.1.1 belongs to machine "a"`:                   func(n *netsim.Net) { n.Machine("a", "10.1.1.1"); n.Machine("b", "10.1.1.1") },
		`start "app": it is still running`:                                       func(n *netsim.Net) { h := n.Host("app", nil, nothing); h.Start(); h.Start() },
		`start "app" -1ns from now: it is still running, or that is in the past`: func(n *netsim.Net) { n.Host("app", nil, nothing).StartAt(-1) },
		`client sends "" GET /: a request needs a label, a method and a callback`: func(n *netsim.Net) {
			n.Host("client", nil, func(h env.Host) { h.Do(env.Request{Method: "GET", Path: "/"}, func(env.Response, error) {}) }).Start()
		},
		`mark 7 of "app": unknown or released`:                          func(n *netsim.Net) { n.Host("app", nil, func(h env.Host) { h.Elapsed(7, sec) }).Start() },
		`link a>b: label "x:y" must not contain a colon or a hash sign`: func(n *netsim.Net) { n.Link(n.Machine("a"), n.Machine("b")).Label("x:y") },
		`drift of "app" by -1000000 ppm: a drift is above -1,000,000`:   func(n *netsim.Net) { n.Host("app", nil, nothing).DriftWall(-1_000_000) },
		`pipeline "p": job "a" needs "c", which is none of its jobs`:    func(n *netsim.Net) { n.Pipeline("p", netsim.Job{Name: "a", Needs: []string{"c"}}) },
		`pipeline "p": needs go round in a circle: a, b`: func(n *netsim.Net) {
			n.Pipeline("p", netsim.Job{Name: "a", Needs: []string{"b"}}, netsim.Job{Name: "b", Needs: []string{"a"}})
		},
		`state of job "x": it is none of the pipeline's`: func(n *netsim.Net) { n.Pipeline("p", netsim.Job{Name: "a"}).Trigger(nil).State("x") },
		`balancer "lb": "app" is registered already`: func(n *netsim.Net) {
			lb, h := n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80}), n.Host("app", nil, nothing)
			lb.Register(h, 1)
			lb.Register(h, 1)
		},
		`balancer "lb": deregister "app": it is not registered`: func(n *netsim.Net) {
			n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80}).Deregister(n.Host("app", nil, nothing), nil)
		},
		`balancer "lb": bind port 99999: EADDRNOTAVAIL`:              func(n *netsim.Net) { n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 99999}) },
		`server answers hello with status 7: a status is 100 to 599`: func(n *netsim.Net) { serve(n, func(x env.Exchange) { x.Reply(7, nil) }) },
	} {
		w := newWorld(t)
		s := &sim.Scenario{Name: "test/mistake", Profiles: []*sim.Profile{profile(nil)}, Build: func(w *sim.World) { build(netsim.New(w, netsim.Config{})) }}
		_, err := w.Run(s, sim.Config{})
		require.ErrorContains(t, err, want)
	}
}

// A program and a machine that was made apart are two, whichever comes first.
func TestProgramAndMachineOfOneName(t *testing.T) {
	nothing := func(env.Host) {}
	const (
		advice  = "call one of the two otherwise, or leave the machine to the program: nil is one of its own, by its name (Host.Machine)"
		program = `scenario "test/mistake": program "app": there is a machine of that name; ` + advice
		machine = `scenario "test/mistake": machine "app": there is a program of that name; ` + advice
		two     = `scenario "test/mistake": process "app": there is one of that name already`
	)
	for name, c := range map[string]struct {
		build func(n *netsim.Net)
		want  string
	}{
		"machine, program on it":     {func(n *netsim.Net) { n.Host("app", n.Machine("app"), nothing) }, program},
		"machine, program elsewhere": {func(n *netsim.Net) { n.Machine("app"); n.Host("app", n.Machine("box"), nothing) }, program},
		"machine, program alone":     {func(n *netsim.Net) { n.Machine("app"); n.Host("app", nil, nothing) }, program},
		"program, machine":           {func(n *netsim.Net) { n.Host("app", n.Machine("box"), nothing); n.Machine("app") }, machine},
		"program alone, machine":     {func(n *netsim.Net) { n.Host("app", nil, nothing); n.Machine("app") }, machine},
		"two programs":               {func(n *netsim.Net) { n.Host("app", nil, nothing); n.Host("app", nil, nothing) }, two},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := &sim.Scenario{Name: "test/mistake", Build: func(w *sim.World) { c.build(netsim.New(w, netsim.Config{})) }}
			for range 2 { // what is kept from a run before makes no difference
				_, err := w.Run(s, sim.Config{})
				require.ErrorContains(t, err, c.want)
			}
		})
	}
}

func serve(n *netsim.Net, h env.Handler) {
	n.Host("server", nil, func(e env.Host) {
		l, _ := e.Bind(env.Addr{Host: "::", Port: 80})
		l.Serve(h)
	}).Start()
	n.Host("client", nil, func(e env.Host) { e.Do(get("hello", "server", 80), func(env.Response, error) {}) }).Start()
}
