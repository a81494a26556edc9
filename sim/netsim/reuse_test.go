package netsim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"github.com/stretchr/testify/require"
)

// everything is a world in which a bit of all there is happens.
func everything(x *world) {
	n := x.n
	all := netsim.LinkFaults{Lose: true, Duplicate: true, Late: true}
	lb := n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80, Policy: netsim.Sticky, Probe: &netsim.Probe{Period: sec}})
	s := n.Service("svc", lb, 3000).Grace(sec)
	old, next := x.named("old", 0), x.named("next", 500*ms)
	old.Faulty("work", netsim.WorkFaults{CanFail: true, CanStick: true})
	s.Start(old)
	box := n.Machine("box", "10.1.1.1")
	app := n.HostOnLoop("app", box, jsloop.Config{}, func(h env.Host, l env.Loop) {
		x.note("app", "life %d", h.Life())
		l.SetInterval(func() {
			p, _ := env.Fetch(l, h, get("page", "lb", 80))
			p.Then(func(v any) (any, error) { x.note("app", "%v", v.(env.Response).Status); return nil, nil },
				func(err error) (any, error) { x.note("app", "%v", err); return nil, nil })
		}, 700*ms)
	})
	squatter := n.Squatter("squatter", box, env.Addr{Host: "::", Port: 80}, netsim.SquatOther, 1)
	squatter.Start()
	client := n.Host("client", nil, func(h env.Host) {
		v, _ := h.Disk().Load("lives")
		h.Disk().Save("lives", fmt.Sprint(v, h.Life()))
		m := h.Mark()
		h.Every("tick", sec, func() {
			r := get("page", "lb", 80)
			r.Timeout = 300 * ms
			h.Do(r, x.got("client"))
			h.Do(get("other", "box", 80), x.got("client"))
			h.Work("work", func(err error) { x.note("client", "%v %v", h.Elapsed(m, 2*sec), err) })
		})
	})
	for _, m := range []*netsim.Machine{old.Machine(), box, lb.Host().Machine()} {
		n.Link(client.Machine(), m).Faults(all)
		n.Link(m, client.Machine()).Faults(all)
	}
	client.Start()
	app.Start()
	n.Process("seq", nil, func(p *sim.Proc, c env.Caller) {
		for range 3 {
			r, err := c.Call(get("page", "lb", 80))
			x.note("seq", "%v %v", r.Status, err)
			p.Sleep("pause", sec)
		}
	})
	pl := n.Pipeline("pipeline", netsim.Job{Name: "a", CanFail: true}, netsim.Job{Name: "b", Needs: []string{"a"}, Run: func(done func(bool)) {
		s.Roll(netsim.Overlap, []*netsim.Host{next}, func() { done(true) })
	}})
	x.at(2*sec, func() { pl.Trigger(nil) })
	x.at(2500*ms, client.Crash)
	x.at(2600*ms, client.Start)
	x.at(3*sec, app.Crash)
	x.at(3100*ms, app.Start)
	x.at(3500*ms, func() { n.Link(client.Machine(), box).Part() })
	x.at(4*sec, func() { n.Link(client.Machine(), box).Heal(); squatter.Stall("stall"); client.StepWall(-sec) })
	x.at(5*sec, app.Crash)
}

// What a run is does not depend on the runs that the world had before, nor on whether
// it is recorded.
func TestReusedWorldGivesTheSameRun(t *testing.T) {
	seeds := 200
	if testing.Short() {
		seeds = 40
	}
	rows := map[string]sim.Window{"late": win(0, 0, 2*sec), "a": win(0, 200*ms, sec), "stall": win(0, 300*ms, sec)}
	used := newWorld(t)
	kinds := make(map[string]bool)
	for seed := range seeds {
		mode := sim.Timed
		if seed%4 == 3 {
			mode = sim.Sampled
		}
		cfg := func(record bool) sim.Config {
			return sim.Config{
				Mode: mode, Seed: uint64(seed), Record: record, Chooser: random{sim.NewRand(uint64(seed))},
				Limits: sim.Limits{Virtual: 20 * time.Second}, // the balancer probes for ever
			}
		}
		a, logA := try(t, used, rows, cfg(seed%2 == 0), everything)
		ra, fa, sa := a.Rolling, a.Fingerprint, a.Steps
		fresh := sim.NewWorld()
		b, logB := try(t, fresh, rows, cfg(false), everything)
		require.Equal(t, logA, logB, "seed %d", seed)
		require.Equal(t, []uint64{ra, fa, uint64(sa)}, []uint64{b.Rolling, b.Fingerprint, uint64(b.Steps)}, "seed %d", seed)
		require.Contains(t, []sim.Verdict{sim.Pass, sim.Budget}, b.Verdict, "%+v", b.Failure)
		fresh.Close()
		for _, what := range whats(logA) {
			kinds[what] = true
		}
	}
	for _, want := range []string{"client 200 old", "client 200 next", "client 503 <nil>", "client ABORT_ERR", "client 200 1", "app 200", "seq 200 <nil>", "client true <nil>"} {
		require.True(t, kinds[want], "no run shows %q", want)
	}
}

// A message allocates nothing: a run of twice as many events allocates no more.
func TestMessagesAllocateNothing(t *testing.T) {
	w := newWorld(t)
	beats := 0
	s := fleet(3, -1, &beats)
	allocs := func(steps int) float64 {
		run := func() {
			_, err := w.Run(s, sim.Config{Limits: sim.Limits{Steps: steps, Virtual: 24 * time.Hour}})
			require.NoError(t, err)
		}
		run()
		return testing.AllocsPerRun(5, run)
	}
	long, short := allocs(10_000), allocs(5_000)
	require.InDelta(t, short, long, 20, "5,000 more events")
}
