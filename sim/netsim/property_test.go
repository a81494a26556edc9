package netsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"pgregory.net/rapid"
)

// chat is clients that ask servers, each request with a number of its own, and all
// that may befall them.
type chat struct {
	t       *rapid.T
	x       *world
	faults  netsim.LinkFaults
	sent    map[int]string // by number: who sent it
	asked   map[int]int    // how often it came
	told    map[int]int    // how often its sender was told what came of it
	called  map[int]bool   // off
	dead    map[int]bool   // its sender died
	inside  map[int]bool   // Do has not returned
	number  int
	closed  map[string]bool
	pending map[string][]int // by sender: numbers of this life
}

func newChat(t *rapid.T, f netsim.LinkFaults) *chat {
	return &chat{
		t: t, faults: f, sent: make(map[int]string), asked: make(map[int]int), told: make(map[int]int), called: make(map[int]bool),
		dead: make(map[int]bool), inside: make(map[int]bool), closed: make(map[string]bool), pending: make(map[string][]int),
	}
}

func (c *chat) server(name string, think time.Duration) *netsim.Host {
	return c.x.n.Host(name, nil, func(h env.Host) {
		c.closed[name] = false
		l, err := h.Bind(env.Addr{Host: "::", Port: 80})
		if err != nil {
			c.t.Fatalf("bind: %v", err)
		}
		l.Serve(func(x env.Exchange) {
			n := x.Request().Body.(int)
			if c.asked[n]++; c.sent[n] == "" || x.From() != "lb" && x.From() != c.sent[n] {
				c.t.Fatalf("%s is asked %d by %s, whom nobody made ask that", name, n, x.From())
			}
			if c.closed[name] {
				c.t.Fatalf("%s is asked %d after its last connection was gone", name, n)
			}
			gone := false
			x.OnGone(func() {
				if gone = true; !x.Gone() {
					c.t.Fatalf("%d is gone and is not", n)
				}
			})
			if think == 0 {
				x.Reply(200, n)
				return
			}
			h.After("think", think, func() {
				if gone != x.Gone() {
					c.t.Fatalf("%d: gone %v, told of it %v", n, x.Gone(), gone)
				}
				x.Reply(200, n)
			})
		})
		h.OnSignal(env.SIGTERM, func() { l.Close(func() { c.closed[name] = true }) })
	})
}

// client asks at each of the instants, with the timeout, and calls off what the last
// one of them is about if off.
func (c *chat) client(name, server string, at []time.Duration, timeout time.Duration, off bool) *netsim.Host {
	h := c.x.n.Host(name, nil, func(h env.Host) {
		for _, d := range at {
			h.After("ask", d, func() {
				n := c.number
				c.number++
				c.sent[n], c.inside[n] = name, true
				c.pending[name] = append(c.pending[name], n)
				r := get("ask", server, 80)
				r.Body, r.Timeout = n, timeout
				ticket := h.Do(r, func(resp env.Response, err error) {
					c.told[n]++
					switch {
					case c.inside[n]:
						c.t.Fatalf("%d is told within Do", n)
					case c.told[n] > 1 || c.called[n] || c.dead[n]:
						c.t.Fatalf("%d is told %d times; called off %v, dead %v", n, c.told[n], c.called[n], c.dead[n])
					case err == nil && resp.Status == 200 && (resp.Body != n || c.asked[n] == 0):
						c.t.Fatalf("%d gets the response %v, and was asked %d times", n, resp.Body, c.asked[n])
					case err == env.ErrTimeout && timeout == 0:
						c.t.Fatalf("%d has no timeout", n)
					}
				})
				c.inside[n] = false
				if off {
					h.After("off", 20*ms, func() {
						told := c.told[n]
						if c.called[n] = ticket.Cancel(); c.called[n] != (told == 0) {
							c.t.Fatalf("%d was told %d times, and called off: %v", n, told, c.called[n])
						}
					})
				}
			})
		}
	})
	h.OnEnd(func(int) {
		for _, n := range c.pending[name] {
			c.dead[n] = c.told[n] == 0
		}
		c.pending[name] = nil
	})
	return h
}

// No message comes from nowhere, none comes twice, and who asks is told once.
func TestNoMessageFromNowhere(t *testing.T) {
	w := newWorld(t)
	short := map[string]sim.Window{"late": win(0, 0, 500*ms)}
	instants := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 40), func(i int) time.Duration { return time.Duration(i) * 50 * ms }), 1, 5)
	rapid.Check(t, func(rt *rapid.T) {
		faults := netsim.LinkFaults{
			Lose: rapid.Bool().Draw(rt, "lose"), Duplicate: rapid.Bool().Draw(rt, "duplicate"),
			Reorder: rapid.Bool().Draw(rt, "reorder"), Late: rapid.Bool().Draw(rt, "late"),
		}
		through := rapid.SampledFrom([]string{"server#1", "server#2", "lb", "both"}).Draw(rt, "through")
		type asker struct {
			at      []time.Duration
			timeout time.Duration
			off     bool
		}
		askers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) asker {
			return asker{instants.Draw(t, "at"), time.Duration(rapid.IntRange(0, 2).Draw(t, "timeout")) * 100 * ms, rapid.Bool().Draw(t, "off")}
		}), 1, 3).Draw(rt, "clients")
		thinks := rapid.SliceOfN(rapid.IntRange(0, 2), 2, 2).Draw(rt, "think")
		befall := rapid.SliceOfN(rapid.IntRange(0, 8), 0, 6).Draw(rt, "befall")
		c := newChat(rt, faults)
		mode := sim.Mode(rapid.IntRange(0, 1).Draw(rt, "mode"))
		r, _ := try(t, w, short, sim.Config{Mode: mode, Seed: uint64(thinks[0]), Chooser: random{sim.NewRand(rapid.Uint64().Draw(rt, "seed"))}, Limits: sim.Limits{Virtual: 2 * time.Hour}}, func(x *world) {
			c.x = x
			s1, s2 := c.server("server#1", time.Duration(thinks[0])*100*ms), c.server("server#2", time.Duration(thinks[1])*100*ms)
			lb := x.n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80})
			lb.Register(s1, 80)
			lb.Register(s2, 80)
			x.n.Name("both", s1.Machine(), s2.Machine())
			var first *netsim.Host
			for i, a := range askers {
				h := c.client(fmt.Sprint("client#", i+1), through, a.at, a.timeout, a.off)
				for _, s := range []*netsim.Host{s1, s2} {
					x.n.Link(h.Machine(), s.Machine()).Faults(faults)
					x.n.Link(s.Machine(), h.Machine()).Faults(faults)
				}
				h.Start()
				first = h
			}
			s1.Start()
			s2.Start()
			for i, what := range befall {
				x.at(time.Duration(i+1)*300*ms, func() { happens(x, what, s1, first) })
			}
		})
		if r.Verdict != sim.Pass {
			rt.Fatalf("%+v", r.Failure)
		}
		for n := range c.number {
			most := 1
			if faults.Duplicate {
				most = 2
			}
			if c.asked[n] > most && through != "lb" {
				rt.Fatalf("%d was asked %d times", n, c.asked[n])
			}
			if c.told[n] == 0 && !c.called[n] && !c.dead[n] {
				rt.Fatalf("%d of %s was never told", n, c.sent[n])
			}
		}
	})
}

// happens is what befalls a server and a client.
func happens(x *world, what int, server, client *netsim.Host) {
	between := x.n.Link(client.Machine(), server.Machine())
	switch what {
	case 0:
		server.Crash()
	case 1:
		server.Vanish()
	case 2:
		if !server.Up() {
			server.Start()
		}
	case 3:
		client.Crash()
	case 4:
		between.Part()
	case 5:
		between.Heal()
	case 6:
		server.Signal(env.SIGTERM)
	case 7:
		server.Stall("think")
	case 8:
		x.n.Link(server.Machine(), client.Machine()).BlackHole()
	}
}
