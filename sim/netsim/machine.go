package netsim

import (
	"slices"
	"strconv"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Machine is a computer: addresses, a port table, and the programs that run on it.
// What arrives there are events of its process.
type Machine struct {
	n         *Net
	name      string
	index     int
	run       uint64 // of n, in which it was made
	p         *sim.Proc
	addrs     []string
	sockets   []*listener // bound, in the order of binding
	forbidden []portRange
	ports     []portName
	ephemeral int
	onBind    []bindHook
	links     []*Link      // to the machines of these indices, or nil
	res       sim.Resource // whether it is down
	down      bool
}

// bindHook is called when a port is bound.
type bindHook struct {
	port int
	fn   func()
}

type portRange struct{ lo, hi int }

// portName is the resource that stands for a port.
type portName struct {
	port int
	res  sim.Resource
}

// firstEphemeral is where the ports begin that the system chooses: Linux,
// net.ipv4.ip_local_port_range, 32768 to 60999.
const (
	firstEphemeral = 32768
	lastEphemeral  = 60999
)

// Machine makes a machine that several programs can run on. Its addresses are both
// loopbacks and what is given; none given is 10.0.0.N, N from 1 in the order of
// making. Addresses with a colon are of version 6.
func (n *Net) Machine(name string, addrs ...string) *Machine {
	if n.hasHost(name) {
		n.w.Mistake("machine %q: there is a program of that name; %s", name, namesakes)
	}
	return n.machine(name, n.w.Actor(name), addrs)
}

func (n *Net) machine(name string, p *sim.Proc, addrs []string) *Machine {
	m := n.kept.machines[name]
	if m == nil {
		m = &Machine{name: name, res: n.w.Resource("machine " + name)}
		n.kept.machines[name] = m
	}
	m.run = n.run
	for _, other := range n.machines {
		for _, a := range addrs {
			if other.has(a) {
				n.w.Mistake("machine %q: address %s belongs to machine %q", name, a, other.name)
			}
		}
	}
	m.n, m.p, m.index = n, p, len(n.machines)
	m.addrs = append(m.addrs[:0], "127.0.0.1", "::1")
	if len(addrs) == 0 {
		m.addrs = append(m.addrs, "10.0.0."+strconv.Itoa(len(n.machines)+1))
	}
	m.addrs = append(m.addrs, addrs...)
	m.sockets, m.forbidden, m.onBind = m.sockets[:0], m.forbidden[:0], m.onBind[:0]
	clear(m.links)
	m.ephemeral, m.down = firstEphemeral, false
	n.machines = append(n.machines, m)
	return m
}

// Name is the machine's name.
func (m *Machine) Name() string { return m.name }

// Forbid makes the ports from lo to hi fail with ErrForbidden, as those below 1024
// do for programs without privileges.
func (m *Machine) Forbid(lo, hi int) { m.forbidden = append(m.forbidden, portRange{lo, hi}) }

// NoIPv6 takes the addresses of version 6 away.
func (m *Machine) NoIPv6() {
	m.addrs = slices.DeleteFunc(m.addrs, isV6)
}

func isV6(a string) bool { return strings.Contains(a, ":") }

func isLoopback(a string) bool { return strings.HasPrefix(a, "127.") || a == "::1" }

func (m *Machine) has(a string) bool { return slices.Contains(m.addrs, a) }

// public is the address that others reach m at.
func (m *Machine) public() string {
	for _, a := range m.addrs {
		if !isLoopback(a) {
			return a
		}
	}
	return m.addrs[0]
}

// localhost is what the name localhost stands for: either family.
func (m *Machine) localhost() string {
	if m.has("::1") && m.n.w.Choice("resolve localhost", 2) == 1 {
		return "::1"
	}
	return "127.0.0.1"
}

// port is the resource that stands for a port of m.
func (m *Machine) port(port int) sim.Resource {
	for i := range m.ports {
		if m.ports[i].port == port {
			return m.ports[i].res
		}
	}
	r := m.n.w.Resource("port[" + m.name + "," + strconv.Itoa(port) + "]")
	m.ports = append(m.ports, portName{port, r})
	return r
}

// covers reports whether a socket bound to one of the addresses gets what is for the
// other: Linux, where :: stands for both families (bindv6only 0).
func covers(bound, addr string) bool {
	return bound == addr || bound == "::" || bound == "0.0.0.0" && !isV6(addr)
}

// bind takes an address for h.
func (m *Machine) bind(h *life, a env.Addr) (*listener, error) {
	if a.Host == "localhost" {
		a.Host = m.localhost()
	}
	v6 := slices.ContainsFunc(m.addrs, isV6)
	switch {
	case a.Host == "0.0.0.0", a.Host == "::" && v6, m.has(a.Host):
	default:
		return nil, env.ErrNoAddress
	}
	if a.Port < 0 || a.Port > 65535 {
		return nil, env.ErrNoAddress
	}
	for _, r := range m.forbidden {
		if a.Port >= r.lo && a.Port <= r.hi {
			m.n.w.Read(m.port(a.Port))
			return nil, env.ErrForbidden
		}
	}
	if a.Port == 0 {
		for m.taken(a.Host, m.ephemeral) {
			m.ephemeral++
			if m.ephemeral > lastEphemeral {
				return nil, env.ErrInUse
			}
		}
		a.Port = m.ephemeral
		m.ephemeral++
	}
	if m.taken(a.Host, a.Port) {
		return nil, env.ErrInUse
	}
	m.n.w.Write(m.port(a.Port))
	l := h.listen(m, a)
	m.sockets = append(m.sockets, l)
	for _, hook := range m.onBind {
		if hook.port == a.Port {
			hook.fn()
		}
	}
	return l, nil
}

// taken reports whether a socket is bound to what overlaps the address.
func (m *Machine) taken(host string, port int) bool {
	m.n.w.Read(m.port(port))
	for _, l := range m.sockets {
		if l.addr.Port == port && (covers(l.addr.Host, host) || covers(host, l.addr.Host)) {
			return true
		}
	}
	return false
}

// listening is the socket that gets what is sent to the address: the one that names
// it, before one that stands for many.
func (m *Machine) listening(host string, port int) *listener {
	m.n.w.Read(m.port(port))
	var found *listener
	for _, l := range m.sockets {
		if l.addr.Port == port && covers(l.addr.Host, host) && (found == nil || l.addr.Host == host) {
			found = l
		}
	}
	return found
}

// free takes l out of the table.
func (m *Machine) free(l *listener) {
	m.n.w.Write(m.port(l.addr.Port))
	if i := slices.Index(m.sockets, l); i >= 0 {
		m.sockets = slices.Delete(m.sockets, i, i+1)
	}
}
