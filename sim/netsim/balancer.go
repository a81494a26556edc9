package netsim

import (
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Policy is how a balancer chooses among its targets.
type Policy uint8

const (
	RandomTarget Policy = iota // any, a choice of the world each time
	RoundRobin                 // one after the other, in the order of registration
	Sticky                     // for one client always the same, while it is routable
)

// BalancerConfig describes a load balancer.
type BalancerConfig struct {
	Name   string // of the balancer, its machine, and what clients connect to
	Port   int    // that it listens on
	Policy Policy
	// Probe makes it probe its targets. Off, a target becomes routable once it
	// listens and the window `flip` has passed, and unroutable once it has ended and
	// the window `unflip` has: fewer events, the same freedom.
	Probe *Probe
}

// Probe is how a balancer finds out which targets are well. The values are those of
// an application load balancer where they are zero.
type Probe struct {
	Path    string        // "/"
	Period  time.Duration // 10 s; when the first comes is the window `probe-phase`, from 0 to Period if the profile has no row
	Timeout time.Duration // 5 s
	Healthy int           // answers in a row until it is well: 2
	Sick    int           // failures in a row until it is not: 2
}

func (p Probe) orDefault() Probe {
	or := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	or(&p.Period, 10*time.Second)
	or(&p.Timeout, 5*time.Second)
	if p.Path == "" {
		p.Path = "/"
	}
	if p.Healthy == 0 {
		p.Healthy = 2
	}
	if p.Sick == 0 {
		p.Sick = 2
	}
	return p
}

// Health is what a balancer thinks of a target.
type Health uint8

const (
	Registered Health = iota // not known to be well
	Routable                 // gets requests
	Draining                 // gets no new ones
	Gone                     // deregistered: what was under way is cut off
)

// String is the name of the health.
func (h Health) String() string {
	return [...]string{"registered", "routable", "draining", "gone"}[h]
}

// Balancer hands each request to one of its targets and passes the response back. Its
// events are those of a host: `flip`, `unflip` or `probe`, `drained`, and arrivals.
type Balancer struct {
	n       *Net
	cfg     BalancerConfig
	h       *Host
	life    env.Host
	targets []*target
	res     sim.Resource
	next    int      // of round robin
	sticky  []sticky // in the order of their first request
	onFlip  []func(target *Host, h Health)
}

type sticky struct {
	client string
	t      *target
}

// target is a program behind a balancer.
type target struct {
	b       *Balancer
	h       *Host
	addr    env.Addr
	health  Health
	streak  int // answers in a row above zero, failures below
	probe   env.Ticket
	flip    env.Ticket
	drained func()
	open    []*relay
}

// Balancer makes a load balancer, running at once. Its targets are added by Register.
func (n *Net) Balancer(cfg BalancerConfig) *Balancer {
	b := &Balancer{n: n, cfg: cfg, res: n.w.Resource(cfg.Name + ".targets")}
	if cfg.Probe != nil {
		p := cfg.Probe.orDefault()
		b.cfg.Probe = &p
	}
	b.h = n.Host(cfg.Name, nil, nil)
	b.h.cur = b.h.newLife()
	b.life = b.h.cur
	l, err := b.life.Bind(env.Addr{Host: "::", Port: cfg.Port})
	if err != nil {
		n.w.Mistake("balancer %q: bind port %d: %v", cfg.Name, cfg.Port, err)
	}
	l.Serve(b.serve)
	return b
}

// Host is the balancer as a program.
func (b *Balancer) Host() *Host { return b.h }

// OnChange calls fn whenever the health of a target changes.
func (b *Balancer) OnChange(fn func(target *Host, h Health)) { b.onFlip = append(b.onFlip, fn) }

// Health is what the balancer thinks of h.
func (b *Balancer) Health(h *Host) Health {
	b.n.w.Read(b.res)
	for _, t := range b.targets {
		if t.h == h {
			return t.health
		}
	}
	return Gone
}

// Routable lists the targets that get requests.
func (b *Balancer) Routable() []*Host {
	b.n.w.Read(b.res)
	var hosts []*Host
	for _, t := range b.targets {
		if t.health == Routable {
			hosts = append(hosts, t.h)
		}
	}
	return hosts
}

// Register adds h, which listens on port, or will.
func (b *Balancer) Register(h *Host, port int) {
	for _, t := range b.targets {
		if t.h == h {
			b.n.w.Mistake("balancer %q: %q is registered already", b.cfg.Name, h.name)
		}
	}
	b.n.w.Write(b.res)
	t := &target{b: b, h: h, addr: env.Addr{Host: h.m.public(), Port: port}}
	b.targets = append(b.targets, t)
	if b.cfg.Probe != nil {
		t.startProbing()
		return
	}
	h.m.onBind = append(h.m.onBind, bindHook{port, t.listens})
	h.OnEnd(func(int) { t.ended() })
	if h.m.listening(t.addr.Host, port) != nil {
		t.listens()
	}
}

// listens is called when somebody binds the port of t.
func (t *target) listens() {
	t.b.n.w.Read(t.b.res)
	if t.health != Registered {
		return
	}
	t.flip.Cancel()
	t.flip = t.b.life.Work("flip", func(error) {
		t.flip = env.Ticket{}
		if t.health == Registered {
			t.become(Routable)
		}
	})
}

// ended is called when a life of t ends.
func (t *target) ended() {
	t.b.n.w.Read(t.b.res)
	switch t.health {
	case Registered:
		t.flip.Cancel()
	case Routable:
		t.flip = t.b.life.Work("unflip", func(error) {
			t.flip = env.Ticket{}
			if t.health != Routable {
				return
			}
			t.become(Registered)
			if t.h.m.listening(t.addr.Host, t.addr.Port) != nil {
				t.listens()
			}
		})
	}
}

// become notes a change of health and tells those who want to know.
func (t *target) become(h Health) {
	b := t.b
	b.n.w.Write(b.res)
	t.health = h
	if b.n.w.Recording() {
		b.n.w.Note("%s: %s is %s", b.cfg.Name, t.h.name, h)
	}
	for _, fn := range b.onFlip {
		fn(t.h, h)
	}
}

// startProbing probes t at its period, from a random phase on.
func (t *target) startProbing() {
	p := t.b.cfg.Probe
	l := t.b.h.cur
	label := t.b.n.w.Label("probe-phase")
	phase := rowOr(t.b.h.p, label, sim.Window{Nominal: p.Period / 2, Latest: p.Period})
	l.arm(label, phase, task{kind: aTimer, label: "probe-phase", fn: func() {
		if t.health == Gone {
			return
		}
		t.probe = l.Every("probe "+t.h.name, p.Period, t.ask)
		t.ask()
	}})
}

// ask sends one probe.
func (t *target) ask() {
	p := t.b.cfg.Probe
	t.b.life.Do(env.Request{Label: "probe", Method: "GET", Addr: t.addr, Path: p.Path, Timeout: p.Timeout}, func(r env.Response, err error) {
		t.heard(err == nil && r.OK())
	})
}

func (t *target) heard(well bool) {
	p := t.b.cfg.Probe
	if well {
		t.streak = max(t.streak, 0) + 1
	} else {
		t.streak = min(t.streak, 0) - 1
	}
	switch {
	case t.health == Registered && t.streak >= p.Healthy:
		t.become(Routable)
	case t.health == Routable && -t.streak >= p.Sick:
		t.become(Registered)
	}
}

// Deregister lets h get no new requests. When the window `drained` has passed, what
// is still under way is cut off, and then gone, which may be nil, is called.
func (b *Balancer) Deregister(h *Host, gone func()) {
	for _, t := range b.targets {
		if t.h != h || t.health >= Draining {
			continue
		}
		t.probe.Cancel()
		t.flip.Cancel()
		t.drained = gone
		t.become(Draining)
		b.life.Work("drained", func(error) { t.leave() })
		return
	}
	b.n.w.Mistake("balancer %q: deregister %q: it is not registered", b.cfg.Name, h.name)
}

// leave ends a drain.
func (t *target) leave() {
	b := t.b
	for len(t.open) > 0 {
		t.open[0].cutOff()
	}
	t.become(Gone)
	b.targets = slices.DeleteFunc(b.targets, func(x *target) bool { return x == t })
	b.sticky = slices.DeleteFunc(b.sticky, func(s sticky) bool { return s.t == t })
	if t.drained != nil {
		t.drained()
	}
}

// pick chooses the target of a request of client; nil if none is routable.
func (b *Balancer) pick(client string) *target {
	b.n.w.Read(b.res)
	n := 0
	for _, t := range b.targets {
		if t.health == Routable {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	switch b.cfg.Policy {
	case RoundRobin:
		b.next++
		return b.nth((b.next - 1) % n)
	case Sticky:
		return b.stuck(client, n)
	}
	return b.nth(b.n.w.Choice("pick", n))
}

// nth is the n-th routable target.
func (b *Balancer) nth(n int) *target {
	for _, t := range b.targets {
		if t.health == Routable {
			if n == 0 {
				return t
			}
			n--
		}
	}
	return nil
}

func (b *Balancer) stuck(client string, n int) *target {
	i := slices.IndexFunc(b.sticky, func(s sticky) bool { return s.client == client })
	if i < 0 {
		b.sticky = append(b.sticky, sticky{client: client})
		i = len(b.sticky) - 1
	}
	if t := b.sticky[i].t; t == nil || t.health != Routable {
		b.sticky[i].t = b.nth(b.n.w.Choice("pick", n))
	}
	return b.sticky[i].t
}
