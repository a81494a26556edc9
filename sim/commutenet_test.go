package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner/simtest"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
	"github.com/seed-3519b94c/simrun/sim/netsim"
	"pgregory.net/rapid"
)

// Neighbours in networks commute, too, if their footprints say so.
func TestIndependentEventsOfNetworksCommute(t *testing.T) {
	c := newCommuter(t, "")
	rapid.Check(t, func(t *rapid.T) {
		if found := c.check(netWorlds(nil, nil).Draw(t, "world"), rapid.Uint64().Draw(t, "seed")); found != "" {
			t.Fatal(found)
		}
	})
	t.Logf("%d swaps; %d more were not possible in time", c.swaps, c.impossible)
}

// The same for as many worlds as 100,000 swaps take, by seed.
func TestAHundredThousandSwapsOfNetworks(t *testing.T) {
	if !simtest.Whole() {
		t.Skip("takes minutes: only with SIMRUN_WHOLE=1")
	}
	c, worlds := newCommuter(t, ""), netWorlds(nil, nil)
	seed := 0
	for ; c.swaps < 100_000; seed++ {
		if found := c.check(worlds.Example(seed), uint64(seed)); found != "" {
			t.Fatalf("seed %d: %s", seed, found)
		}
	}
	t.Logf("%d swaps in %d worlds; %d more were not possible in time", c.swaps, seed, c.impossible)
}

// The check finds footprints of networks that are missing.
func TestMissingFootprintOfNetworksIsFound(t *testing.T) {
	for kind, only := range map[string]struct{ acts, outside []netDo }{ // to show it sooner
		"host ":      {},
		"port[":      {acts: []netDo{netListen, netClose, netAsk}, outside: []netDo{netCrash, netStart}},
		"link ":      {acts: []netDo{netListen, netAsk}, outside: []netDo{netPart, netHeal}},
		"keys of ":   {},
		"shared[":    {acts: []netDo{netSave, netLoad}},
		"lb.targets": {acts: []netDo{netListen, netAskBalancer}, outside: []netDo{netRegister, netDeregister, netCrash, netStart}},
		"name ":      {acts: []netDo{netListen, netAskName}, outside: []netDo{netRename}},
		"machine ":   {acts: []netDo{netListen, netAsk}, outside: []netDo{netVanish, netStart}},
	} {
		t.Run(kind, func(t *testing.T) {
			if testing.Short() {
				t.Skip("takes seconds, under the race detector a minute")
			}
			c, worlds := newCommuter(t, kind), netWorlds(only.acts, only.outside)
			for seed := range 6000 {
				if found := c.check(worlds.Example(seed), uint64(seed)); found != "" {
					t.Logf("after %d swaps: %.200s", c.swaps, found)
					return
				}
			}
			t.Fatalf("%d swaps show nothing", c.swaps)
		})
	}
}

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

// main does one thing after another.
func (p *netProg) main(h env.Host) {
	s := &netLife{p: p, h: h}
	p.note("life", h.Life())
	h.OnSignal(env.SIGTERM, func() { p.note("term") })
	s.next(0)
}

func (p *netProg) note(args ...any) { p.log = fmt.Appendln(p.log, args...) }

// netLife is what a life of a program knows.
type netLife struct {
	p         *netProg
	h         env.Host
	listeners []env.Listener
	tickets   []env.Ticket
	marks     []env.Mark
}

func (s *netLife) next(i int) {
	if i == len(s.p.code.acts) {
		return
	}
	s.h.After("next", s.p.code.acts[i].after, func() {
		s.act(s.p.code.acts[i])
		s.next(i + 1)
	})
}

func (s *netLife) act(a netAct) {
	if !s.network(a) {
		s.local(a)
	}
}

func (s *netLife) network(a netAct) bool {
	h, p := s.h, s.p
	whom := p.run.progs[a.whom%len(p.run.progs)].h.Machine().Name()
	switch a.do {
	case netListen, netListenSilent:
		l, err := h.Bind(env.Addr{Host: "::", Port: 80 + a.size/4})
		p.note("bind", err)
		if err == nil {
			s.listeners = append(s.listeners, l)
			if a.do == netListen {
				l.Serve(s.serve)
			}
		}
	case netClose, netDestroy:
		for _, l := range s.listeners {
			if a.do == netDestroy {
				l.DestroyAll()
			} else {
				l.Close(func() { p.note("closed") })
			}
		}
	case netAsk:
		s.ask(whom, 0)
	case netAskName:
		s.ask("service", 0)
	case netAskBalancer:
		s.ask("lb", 0)
	case netAskImpatient:
		s.ask(whom, time.Duration(a.size)*30*time.Microsecond)
	case netCancel:
		for _, t := range s.tickets {
			p.note("cancel", t.Cancel())
		}
	default:
		return false
	}
	return true
}

func (s *netLife) ask(host string, timeout time.Duration) {
	r := env.Request{Label: "ask", Method: "GET", Addr: env.Addr{Host: host, Port: 80}, Path: "/", Body: s.p.h.Name(), Timeout: timeout}
	s.tickets = append(s.tickets, s.h.Do(r, func(r env.Response, err error) { s.p.note("got", r.Status, r.Body, err) }))
}

func (s *netLife) serve(x env.Exchange) {
	s.p.note("asked by", x.From(), x.Request().Body)
	x.OnGone(func() { s.p.note("gone") })
	switch len(s.p.log) % 3 {
	case 0:
		x.Reply(200, s.p.h.Name())
	case 1:
		s.h.After("think", 50*time.Microsecond, func() { x.Reply(201, len(s.p.log)) })
	}
}

func (s *netLife) local(a netAct) {
	h, p, db := s.h, s.p, s.p.run.shared
	key := fmt.Sprint("k", a.whom)
	switch a.do {
	case netAfter:
		s.tickets = append(s.tickets, h.After("timer", time.Duration(a.size)*10*time.Microsecond, func() { p.note("timer") }))
	case netEvery:
		n := 0
		var tick env.Ticket
		tick = h.Every(fmt.Sprint("tick", len(p.log)), time.Duration(a.size+1)*20*time.Microsecond, func() {
			p.note("tick")
			if n++; n == 4 {
				tick.Cancel()
			}
		})
		s.tickets = append(s.tickets, tick)
	case netWork:
		s.tickets = append(s.tickets, h.Work("work", func(err error) { p.note("work", err) }))
	case netSave:
		if a.size == 0 {
			db.Delete(key)
			return
		}
		db.Save(key, p.h.Name())
	case netLoad:
		v, ok := db.Load(key)
		p.note("load", v, ok)
	case netKeys:
		p.note(db.Keys("k"))
	case netMark:
		s.marks = append(s.marks, h.Mark())
	case netElapsed:
		for _, m := range s.marks {
			p.note(h.Elapsed(m, time.Duration(a.size)*30*time.Microsecond))
		}
	case netExit:
		if a.size == 0 {
			h.Exit(1)
		}
	case netLog:
		h.Log(env.Info, key)
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
