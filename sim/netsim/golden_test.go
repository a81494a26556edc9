package netsim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// story runs a world once, recorded, and tells it: one line an event.
func story(t *testing.T, rows map[string]sim.Window, cfg sim.Config, build func(x *world)) string {
	t.Helper()
	cfg.Record = true
	r, _ := try(t, newWorld(t), rows, cfg, build)
	tr := r.Trace
	var b strings.Builder
	for i, e := range tr.Events {
		if i == tr.Calm {
			fmt.Fprintln(&b, "calm")
		}
		var what []string
		for _, o := range e.Outcomes {
			what = append(what, fmt.Sprintf("%v %s = %d", o.Kind, o.Name, o.Value))
		}
		what = append(append(what, e.Notes...), e.Details...)
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("%10v  %-38s %s", e.Nominal, tr.EventName(i), strings.Join(what, "; ")), " "))
	}
	fmt.Fprintln(&b, tr.Verdict)
	return b.String()
}

// A rolling deploy behind a balancer that probes, with a client that asks throughout.
func TestStoryOfARoll(t *testing.T) {
	rows := map[string]sim.Window{
		"start": win(sec, 2*sec, 5*sec), "probe-phase": win(0, 4*sec, 10*sec), "drained": win(0, 5*sec, 30*sec), "stable": win(sec, sec, sec),
	}
	golden.Check(t, "roll", story(t, rows, sim.Config{}, func(x *world) {
		lb := x.n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80, Policy: netsim.RoundRobin, Probe: &netsim.Probe{}})
		s := x.n.Service("realm", lb, 3000)
		old, next := x.named("realm#1", 0), x.named("realm#2", 0)
		s.Start(old)
		x.asks("client", 14*sec, 1)
		x.at(15*sec, func() { s.Roll(netsim.Overlap, []*netsim.Host{next}, nil) })
		x.asks("late", 44*sec, 1)
	}))
}

// A port that is probed, squatted, and lost, by a program on an event loop.
func TestStoryOfAPort(t *testing.T) {
	rows := map[string]sim.Window{"link.loopback": win(ms/20, ms/5, 2*ms), "probe-host": win(ms/20, ms/5, 2*ms), "SIGTERM": win(0, ms, 2*ms)}
	golden.Check(t, "port", story(t, rows, sim.Config{}, func(x *world) {
		box := x.n.Machine("box")
		at := env.Addr{Host: "127.0.0.1", Port: 6420}
		x.n.Squatter("squatter", box, at, netsim.SquatOther, "other").Start()
		app := x.n.HostOnLoop("app", box, jsloop.Config{}, func(h env.Host, l env.Loop) {
			l.Async(func(a env.Async) (any, error) {
				for {
					s, err := h.Bind(env.Addr{Host: at.Host, Port: at.Port})
					if err == nil {
						s.Close(nil) // it was a probe
						break
					}
					h.Log(env.Warning, err.Error())
					p, _ := env.Fetch(l, h, get("health", at.Host, at.Port))
					v, err := a.Await(p)
					h.Log(env.Info, fmt.Sprint(v, err))
					if _, err := a.Await(l.IO("probe-host")); err != nil {
						return nil, err
					}
					at.Port++
				}
				s, err := h.Bind(at)
				if err != nil {
					return nil, err
				}
				s.Serve(func(e env.Exchange) { e.Reply(200, "rivetkit") })
				h.OnSignal(env.SIGTERM, func() { s.Close(nil) })
				return nil, nil
			})
		})
		app.Start()
		x.at(10*ms, func() { app.Signal(env.SIGTERM) })
	}))
}

// What befalls a fleet: a stall, a partition, a crash that nobody is told of.
func TestStoryOfFaults(t *testing.T) {
	golden.Check(t, "faults", story(t, map[string]sim.Window{"gc": win(sec, 7*sec, 9*sec)}, sim.Config{}, func(x *world) {
		manager := x.n.Host("manager", nil, func(h env.Host) {
			l, _ := h.Bind(env.Addr{Host: "::", Port: 4222})
			l.Serve(func(e env.Exchange) { e.Reply(204, nil) })
		})
		manager.Start()
		server := x.n.Host("server#1", nil, func(h env.Host) {
			r := get("beat", "manager", 4222)
			r.Timeout = 20 * sec
			h.Every("tick", 5*sec, func() { h.Do(r, func(env.Response, error) {}) })
		})
		server.StartAt(sec)
		x.at(10*sec, func() { server.Stall("gc") })
		x.at(19*sec, func() { x.n.Partition([]*netsim.Machine{server.Machine()}, []*netsim.Machine{manager.Machine()}) })
		x.at(24*sec, func() { x.n.Heal([]*netsim.Machine{server.Machine()}, []*netsim.Machine{manager.Machine()}) })
		x.at(25*sec, manager.Vanish)
		x.at(29*sec, func() { server.StepWall(-31 * sec) })
		x.at(30*sec, manager.Start)
		x.until(47 * sec)
	}))
}
