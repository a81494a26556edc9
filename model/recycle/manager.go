package recycle

import (
	"slices"
	"strconv"
	"strings"

	"github.com/seed-3519b94c/simrun/model/coord"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Manager knows the prerender servers by their heartbeats, places renders, and passes
// the token of the shell from whoever reports it to whoever beats. All it knows is in
// memory: a restart loses it.
type Manager struct {
	Base
	Addr env.Addr
	// Token is what it knows at the start; "": nothing.
	Token string

	registry coord.Registry[env.Addr, server]
	assigned []assignment
	sweep    coord.Periodic
	gen      int
	draining bool
	touched  Resource // the token
	clock    uint64   // counts assignments
	cands    []Candidate
	addrs    []env.Addr
}

// server is what the manager knows of a prerender server.
type server struct {
	url      env.Addr
	name     string // for facts
	touched  Resource
	capacity int
	draining bool
	warmed   []string
	vacancy  []Vacancy
	load     int
	granted  bool // was told to recycle, and has not said that it did
}

// assignment is which servers have been given renders of an affinity.
type assignment struct {
	affinity string
	servers  []env.Addr
	at       []uint64
}

// Start binds the port and begins to serve.
func (m *Manager) Start() {
	m.init()
	m.touched = m.Probe.Resource("manager token")
	l, err := m.bind(m.Addr.Port)
	if err != nil {
		m.Host.Log(env.Error, "cannot listen: "+err.Error())
		m.Host.Exit(1)
		return
	}
	m.registry.Clock, m.registry.TTL = m.Host, m.Constants.RegistryTTL
	l.Serve(m.serve)
	if m.Constants.Sweep > 0 {
		m.sweep = coord.Periodic{Timers: m.Host, Label: "sweep", Period: m.Constants.Sweep, Work: m.onSweep}
		m.sweep.Start()
	}
	// It goes on to serve heartbeats and reports until it is killed.
	m.Host.OnSignal(env.SIGTERM, func() { m.draining = true })
}

func (m *Manager) serve(x env.Exchange) {
	q := x.Request()
	switch q.Label {
	case LabelBeat:
		m.onBeat(x, q.Body.(*Heartbeat))
	case LabelReport:
		m.onReport(x, q.Body.(*Report).Hash)
	case LabelVisit:
		m.onRender(x, q.Body.(*Render))
	case LabelUnregister:
		m.remove(q.Body.(env.Addr), "unregistered")
		x.Reply(204, nil)
	default:
		x.Reply(404, nil)
	}
}

// onBeat takes a heartbeat.
func (m *Manager) onBeat(x env.Exchange, h *Heartbeat) {
	s, isNew := m.registry.Seen(h.URL)
	if isNew {
		*s = server{url: h.URL, name: h.URL.Host, touched: m.Probe.Resource("servers[" + h.URL.Host + "]"), capacity: m.Constants.Capacity, draining: h.Draining}
		m.Probe.Writes(s.touched)
		if h.Capacity > 0 {
			s.capacity = h.Capacity
		}
		m.fact(Fact{Kind: ServerRegistered, Peer: s.name})
	} else {
		m.Probe.Writes(s.touched)
		if h.Capacity > 0 { // 0 is taken for nothing
			s.capacity = h.Capacity
		}
		if s.draining != h.Draining {
			s.draining = h.Draining
			m.fact(Fact{Kind: ServerStatus, Peer: s.name})
		}
	}
	s.warmed, s.vacancy = h.Warmed, h.Vacancy
	if !isNew {
		m.forget(s)
	}
	if err := m.echo(x, s, h); err != nil {
		m.fact(Fact{Kind: EchoThrew, Peer: s.name, Token: m.Token})
		x.Reply(statusFailed, nil)
		return
	}
	x.Reply(204, nil)
}

// forget drops the assignments of s for affinities that it has no page of.
func (m *Manager) forget(s *server) {
	for i := range m.assigned {
		a := &m.assigned[i]
		if j := slices.Index(a.servers, s.url); j >= 0 && !slices.Contains(s.warmed, a.affinity) {
			a.servers, a.at = slices.Delete(a.servers, j, j+1), slices.Delete(a.at, j, j+1)
		}
	}
}

// echo puts the token into the answer.
func (m *Manager) echo(x env.Exchange, s *server, h *Heartbeat) error {
	if !m.Switches.Signal {
		return nil
	}
	m.Probe.Reads(m.touched)
	if m.Token == "" || !m.mayRecycle(s, h) {
		return nil
	}
	if m.Switches.Generation {
		if err := x.SetHeader(GenerationHeader, strconv.Itoa(m.gen)); err != nil {
			return err
		}
	}
	return x.SetHeader(TokenHeader, m.Token)
}

// mayRecycle keeps within the budget: a server that would recycle gets no token while
// so many others are at it.
func (m *Manager) mayRecycle(s *server, h *Heartbeat) bool {
	if m.Switches.Budget == 0 {
		return true
	}
	if h.Against == m.Token {
		s.granted = false
		return true
	}
	if s.granted {
		return true
	}
	busy := 0
	for _, k := range m.registry.Keys() {
		if m.registry.Get(k).granted {
			busy++
		}
	}
	s.granted = busy < m.Switches.Budget
	return s.granted
}

// onReport takes a token.
func (m *Manager) onReport(x env.Exchange, hash string) {
	trimmed := strings.TrimSpace(hash)
	if trimmed == "" {
		m.fact(Fact{Kind: ReportRefused, Token: hash})
		x.Reply(statusBad, nil)
		return
	}
	if m.Switches.TokenHygiene == Trim64 {
		if hash = trimmed; len([]rune(hash)) > m.Constants.MaxToken {
			m.fact(Fact{Kind: ReportRefused, Token: hash})
			x.Reply(statusBad, nil)
			return
		}
	}
	m.Probe.Writes(m.touched)
	if hash == m.Token {
		m.fact(Fact{Kind: ReportSame, Token: hash})
	} else {
		m.Host.Log(env.Info, "host shell changed to "+hash)
		m.fact(Fact{Kind: ReportStored, Token: hash})
	}
	m.Token = hash
	m.gen++
	x.Reply(204, nil)
}

// onSweep forgets servers that were not heard of.
func (m *Manager) onSweep(done func()) {
	m.registry.Sweep(func(_ env.Addr, s *server) {
		m.Probe.Writes(s.touched)
		m.fact(Fact{Kind: ServerRemoved, Peer: s.name, Why: "not heard of"})
	})
	done()
}

// remove forgets one server.
func (m *Manager) remove(a env.Addr, why string) {
	s := m.registry.Get(a)
	if s == nil {
		return
	}
	m.Probe.Writes(s.touched)
	name := s.name
	m.registry.Delete(a)
	m.fact(Fact{Kind: ServerRemoved, Peer: name, Why: why})
}

// Lists reports whether a server is in the registry.
func (m *Manager) Lists(a env.Addr) bool { return m.registry.Get(a) != nil }

// ListsUsable reports whether a server is in the registry and not draining, as far as
// the manager knows without a look at its clock.
func (m *Manager) ListsUsable(a env.Addr) bool {
	s := m.registry.Get(a)
	return s != nil && !s.draining
}

// Servers is how many servers are in the registry.
func (m *Manager) Servers() int { return m.registry.Len() }

// CapacityOf is the capacity that the manager knows of a server; 0 if none.
func (m *Manager) CapacityOf(a env.Addr) int {
	if s := m.registry.Get(a); s != nil {
		return s.capacity
	}
	return 0
}

// Assignments is how many affinities are assigned to a server.
func (m *Manager) Assignments(a env.Addr) (n int) {
	for _, g := range m.assigned {
		if slices.Contains(g.servers, a) {
			n++
		}
	}
	return n
}
