package netsim

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Config is how the clients of a network behave. The zero Config is Node's fetch.
type Config struct {
	// KeepAlive is how long a client keeps an idle connection; 0 is env.KeepAlive,
	// below zero every request has a connection of its own, which the server ends
	// with its response. An idle connection costs something on every later event.
	KeepAlive time.Duration
	// HeaderWait is how long a client without a timeout of its own waits for a
	// response; 0 is env.HeaderWait, below zero is for ever.
	HeaderWait time.Duration
}

// Net is a network: machines, names, and what is on its way between them.
type Net struct {
	w   *sim.World
	cfg Config

	machines []*Machine
	names    []*name
	run      uint64
	hosts    []*Host
	programs []program

	calls  []*call // the first used ones are of this run
	used   int
	conns  []*conn
	nconn  int
	relays []*relay
	nrelay int

	labels   map[string]*labels
	lastName string // the key that was looked up last
	lastSet  *labels
	chains   chains

	link, loopback sim.Label
	kept           kept
}

// kept is memory of earlier runs, by name.
type kept struct {
	machines map[string]*Machine
	hosts    map[string]*Host
	stores   map[string]*Store
	links    map[string]*Link
}

// New makes an empty network. A world has at most one.
func New(w *sim.World, cfg Config) *Net {
	n := sim.Pooled[Net](w, "net")
	if n.labels == nil {
		n.labels = make(map[string]*labels)
		n.kept = kept{make(map[string]*Machine), make(map[string]*Host), make(map[string]*Store), make(map[string]*Link)}
		n.link, n.loopback = w.Label("link"), w.Label("link.loopback")
	}
	if cfg.KeepAlive == 0 {
		cfg.KeepAlive = env.KeepAlive
	}
	if cfg.HeaderWait == 0 {
		cfg.HeaderWait = env.HeaderWait
	}
	n.w, n.cfg = w, cfg
	n.run++
	n.machines, n.names, n.hosts, n.programs = n.machines[:0], n.names[:0], n.hosts[:0], n.programs[:0]
	n.used, n.nconn, n.nrelay = 0, 0, 0
	n.chains.reset()
	return n
}

// World is the world that n is in.
func (n *Net) World() *sim.World { return n.w }

// labels are what the events of an exchange are called.
type labels struct {
	name                                                 string
	request, reply, abort, refused, reset, timeout, wait sim.Label
}

func (n *Net) labelsOf(label string) *labels {
	if n.lastSet != nil && n.lastName == label {
		return n.lastSet
	}
	ls := n.labels[label]
	if ls == nil {
		l := n.w.Label
		ls = &labels{label, l(label), l(label + ".reply"), l(label + ".abort"), l(label + ".refused"), l(label + ".reset"), l(label + ".timeout"), l(label + ".wait")}
		n.labels[label] = ls
	}
	n.lastName, n.lastSet = label, ls
	return ls
}

// row is what the profile says of l, and whether it says anything.
func row(p *sim.Proc, l sim.Label) (sim.Window, bool) {
	win := p.Window(l)
	return win, win != p.World().Profile().Step
}

// rowOr is what the profile says of l, or else win.
func rowOr(p *sim.Proc, l sim.Label, win sim.Window) sim.Window {
	if r, ok := row(p, l); ok {
		return r
	}
	return win
}

// sum is the window of two things one after the other.
func sum(a, b sim.Window) sim.Window {
	latest := sim.Unbounded
	if a.Latest < sim.Unbounded && b.Latest < sim.Unbounded {
		latest = min(a.Latest+b.Latest, sim.Unbounded)
	}
	return sim.Window{Earliest: a.Earliest + b.Earliest, Nominal: a.Nominal + b.Nominal, Latest: latest}
}

// name is an entry of the name service.
type name struct {
	name     string
	ask      string // the choice of a machine
	machines []*Machine
	res      sim.Resource
}

// Name lets name stand for machines, at their first address that is no loopback. It
// replaces what it stood for.
func (n *Net) Name(s string, machines ...*Machine) {
	e := n.nameOf(s)
	if e == nil {
		e = &name{name: s, ask: "resolve " + s, res: n.w.Resource("name " + s)}
		n.names = append(n.names, e)
	}
	n.w.Write(e.res)
	e.machines = append(e.machines[:0], machines...)
}

func (n *Net) nameOf(s string) *name {
	for _, e := range n.names {
		if e.name == s {
			return e
		}
	}
	return nil
}

// resolve finds the machine that from reaches as host, and the address there.
func (n *Net) resolve(from *Machine, host string) (*Machine, string, bool) {
	if host == "localhost" || isLoopback(host) {
		if host == "localhost" {
			host = from.localhost()
		}
		return from, host, from.has(host)
	}
	if e := n.nameOf(host); e != nil {
		n.w.Read(e.res)
		if len(e.machines) == 0 {
			return nil, "", false
		}
		m := e.machines[n.w.Choice(e.ask, len(e.machines))]
		return m, m.public(), true
	}
	if m := n.kept.machines[host]; m != nil && m.run == n.run {
		return m, m.public(), true
	}
	for _, m := range n.machines {
		if m.has(host) {
			return m, host, true
		}
	}
	return nil, "", false
}
