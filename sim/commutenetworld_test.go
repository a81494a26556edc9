package sim_test

import (
	"fmt"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"pgregory.net/rapid"
)

// A net world is programs that call each other, directly, by a name or through a
// balancer, and what befalls them from outside.
type netWorld struct {
	keepAlive bool
	programs  []netProgram
	outside   []netAct
}

// netProgram is what a program does, one thing after another.
type netProgram struct {
	loop   bool
	shared bool // on the shared machine
	acts   []netAct
}

// netAct is one thing to do, some time after the one before.
type netAct struct {
	do    netDo
	after time.Duration
	whom  int
	size  int
}

type netDo uint8

const (
	netListen netDo = iota
	netListenSilent
	netClose
	netDestroy
	netAsk
	netAskName
	netAskBalancer
	netAskImpatient
	netCancel
	netAfter
	netEvery
	netWork
	netSave
	netLoad
	netKeys
	netMark
	netElapsed
	netExit
	netLog
	netKinds
)

// What befalls programs.
const (
	netCrash netDo = iota
	netVanish
	netStart
	netSignal
	netStall
	netStep
	netPart
	netHeal
	netRename
	netRegister
	netDeregister
	netOutsideKinds
)

// netWorlds draws net worlds of the given things to do; nil are all.
func netWorlds(inside, outside []netDo) *rapid.Generator[*netWorld] {
	acts := func(kinds []netDo, all netDo, n int) *rapid.Generator[[]netAct] {
		if kinds == nil {
			for do := range all {
				kinds = append(kinds, do)
			}
		}
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) netAct {
			return netAct{
				do:    rapid.SampledFrom(kinds).Draw(t, "do"),
				after: time.Duration(rapid.IntRange(0, 4).Draw(t, "after")) * 20 * time.Microsecond,
				whom:  rapid.IntRange(0, 3).Draw(t, "whom"),
				size:  rapid.IntRange(0, 4).Draw(t, "size"),
			}
		}), 2, n)
	}
	return rapid.Custom(func(t *rapid.T) *netWorld {
		b := &netWorld{keepAlive: rapid.Bool().Draw(t, "keep alive")}
		for range rapid.IntRange(2, 4).Draw(t, "programs") {
			b.programs = append(b.programs, netProgram{
				loop:   rapid.IntRange(0, 3).Draw(t, "loop") == 3,
				shared: rapid.IntRange(0, 2).Draw(t, "shared") == 2,
				acts:   acts(inside, netKinds, 10).Draw(t, "acts"),
			})
		}
		b.outside = acts(outside, netOutsideKinds, 8).Draw(t, "outside")
		return b
	})
}

func (b *netWorld) free() bool { return false }

// netRun is one run of a net world.
type netRun struct {
	w       *sim.World
	n       *netsim.Net
	lb      *netsim.Balancer
	shared  *netsim.Store
	progs   []*netProg
	machine *netsim.Machine
}

// netProg is a program with its log.
type netProg struct {
	run  *netRun
	h    *netsim.Host
	code netProgram
	log  []byte
}

func (r *netRun) world() *sim.World { return r.w }

func (b *netWorld) observed() (*sim.Scenario, observedRun) {
	r := new(netRun)
	s := &sim.Scenario{Name: "busynet", Profiles: []*sim.Profile{sim.Laptop(), sim.CILoaded()}}
	s.Build = func(w *sim.World) {
		keep := time.Duration(-1)
		if b.keepAlive {
			keep = 100 * time.Microsecond
		}
		*r = netRun{w: w, n: netsim.New(w, netsim.Config{KeepAlive: keep, HeaderWait: 2 * time.Millisecond})}
		r.shared = r.n.Store("shared")
		r.machine = r.n.Machine("box")
		r.lb = r.n.Balancer(netsim.BalancerConfig{Name: "lb", Port: 80, Policy: netsim.RandomTarget})
		for i, p := range b.programs {
			r.program(fmt.Sprintf("p%d", i), p)
		}
		r.n.Name("service", r.progs[0].h.Machine(), r.progs[1].h.Machine())
		at := time.Duration(0)
		for i, a := range b.outside {
			at += a.after
			w.Actor(fmt.Sprintf("outside %d", i)).After(w.Label("do"), sim.Exactly(at), handlerFunc(func() { r.befall(a) }), 0)
		}
	}
	return s, r
}

func (r *netRun) program(name string, code netProgram) {
	p := &netProg{run: r, code: code}
	var m *netsim.Machine
	if code.shared {
		m = r.machine
	}
	if code.loop {
		p.h = r.n.HostOnLoop(name, m, jsloop.Config{}, func(h env.Host, _ env.Loop) { p.main(h) })
	} else {
		p.h = r.n.Host(name, m, p.main)
	}
	r.progs = append(r.progs, p)
	p.h.Start()
}

// befall is what comes from outside.
func (r *netRun) befall(a netAct) {
	p := r.progs[a.whom%len(r.progs)]
	other := r.progs[(a.whom+1)%len(r.progs)]
	link := r.n.Link(p.h.Machine(), other.h.Machine())
	switch a.do {
	case netCrash:
		p.h.Crash()
	case netVanish:
		p.h.Vanish()
	case netStart:
		if !p.h.Up() && p.h.ExitCode() != 0 {
			p.h.Start()
		}
	case netSignal:
		p.h.Signal(env.SIGTERM)
	case netStall:
		if p.h.Loop() == nil {
			p.h.Stall("stall")
		}
	case netStep:
		p.h.StepWall(time.Duration(a.size-2) * 30 * time.Microsecond)
	case netPart:
		link.Part()
	case netHeal:
		link.Heal()
	case netRename:
		r.n.Name("service", p.h.Machine())
	case netRegister, netDeregister:
		registered := r.lb.Health(p.h) <= netsim.Routable
		switch {
		case a.do == netRegister && r.lb.Health(p.h) == netsim.Gone:
			r.lb.Register(p.h, 80)
		case a.do == netDeregister && registered:
			r.lb.Deregister(p.h, nil)
		}
	}
}

// appendState appends all that is shared, and what every program has seen.
func (r *netRun) appendState(dst []byte) []byte {
	dst = r.lb.AppendState(r.shared.AppendState(r.n.AppendState(dst)))
	for _, p := range r.progs {
		dst = append(append(dst, p.h.Name()...), p.log...)
		if js := p.h.Loop(); js != nil {
			dst = js.AppendState(dst)
		}
	}
	return dst
}
