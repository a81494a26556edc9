package recycle

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// placing is a render that the manager passes on, from server to server if need be.
type placing struct {
	m     *Manager
	x     env.Exchange
	r     *Render
	tried []env.Addr
	// lastDraining: the last server that answered was draining.
	lastDraining bool
	polls        int
	over         bool
	ticket       env.Ticket
}

// onRender takes a render.
func (m *Manager) onRender(x env.Exchange, r *Render) {
	if m.draining {
		m.drainingReply(x)
		return
	}
	p := &placing{m: m, x: x, r: r}
	x.OnGone(func() { // the caller hung up: nobody is to blame
		p.over = true
		p.ticket.Cancel()
	})
	p.discover()
}

func (m *Manager) drainingReply(x env.Exchange) {
	_ = x.SetHeader(DrainingHeader, "true") // a constant that a header may hold
	x.Reply(statusDraining, nil)
}

// discover waits for a server to appear.
func (p *placing) discover() {
	m := p.m
	switch {
	case p.over:
	case m.registry.Len() > 0:
		p.next()
	case p.polls >= int(m.Constants.DiscoveryWait/m.Constants.DiscoveryPoll):
		p.reply(statusNoServers)
	default:
		p.polls++
		p.ticket = m.Host.After("discovery", m.Constants.DiscoveryPoll, p.discover)
	}
}

func (p *placing) reply(status int) {
	p.over = true
	if status == statusDraining {
		p.m.drainingReply(p.x)
		return
	}
	p.x.Reply(status, nil)
}

// next passes the render on to the best server that is left.
func (p *placing) next() {
	m := p.m
	if len(p.tried) >= m.registry.Len() {
		p.nothingLeft()
		return
	}
	a, ok := m.choose(p.r, p.tried)
	if !ok {
		p.reply(statusNoServers)
		return
	}
	p.tried = append(p.tried, a)
	m.assign(p.r.Affinity, a)
	s := m.registry.Get(a)
	s.load++
	p.ticket = m.Host.Do(env.Request{
		Label: LabelRender, Method: "POST", Path: "/prerender-visit", Addr: a, Body: p.r,
		Timeout: m.Constants.RequestTimeout,
	}, func(resp env.Response, err error) { p.answered(a, resp, err) })
}

func (p *placing) nothingLeft() {
	if p.lastDraining {
		p.reply(statusDraining)
		return
	}
	p.reply(statusNoServers)
}

// answered looks at what a server made of the render.
func (p *placing) answered(a env.Addr, resp env.Response, err error) {
	m := p.m
	s := m.registry.Get(a)
	if s != nil && s.load > 0 {
		s.load--
	}
	if p.over {
		return
	}
	_, draining := resp.Header.Get(DrainingHeader)
	switch {
	case err == nil && (resp.Status == statusDraining || draining):
		p.lastDraining = true
		if s != nil && !s.draining {
			m.Probe.Writes(s.touched)
			s.draining = true
			m.fact(Fact{Kind: ServerStatus, Peer: s.name})
		}
		p.next()
	case err != nil || resp.Status >= 500:
		p.lastDraining = false
		m.remove(a, "failed a render")
		p.tried = slices.DeleteFunc(p.tried, func(t env.Addr) bool { return t == a })
		p.next()
	default:
		p.over = true
		p.x.Reply(resp.Status, resp.Body)
	}
}

// choose looks at all servers with fresh eyes.
func (m *Manager) choose(r *Render, tried []env.Addr) (env.Addr, bool) {
	m.cands, m.addrs = m.cands[:0], m.addrs[:0]
	fallback := -1
	oldest := m.leastRecent()
	for i, a := range m.registry.Keys() {
		s := m.registry.Get(a)
		m.Probe.Reads(s.touched)
		c := Candidate{
			Out:    slices.Contains(tried, a) || s.draining || !m.registry.Fresh(a),
			Page:   slices.Contains(s.warmed, r.Affinity),
			Active: len(s.warmed), Capacity: s.capacity, Queued: -1, Load: s.load,
		}
		for _, v := range s.vacancy {
			if v.Affinity == r.Affinity {
				c.Idle, c.Queued = v.Idle, v.Queued
			}
		}
		if g := m.assignment(r.Affinity); g != nil {
			if j := slices.Index(g.servers, a); j >= 0 {
				c.Assigned, c.AssignedAt = true, g.at[j]
			}
		}
		if a == oldest {
			fallback = i
		}
		m.cands, m.addrs = append(m.cands, c), append(m.addrs, a)
	}
	i := Choose(m.cands, r.Priority, fallback)
	if i < 0 {
		return env.Addr{}, false
	}
	return m.addrs[i], true
}

// leastRecent is the server of the affinity that was used longest ago.
func (m *Manager) leastRecent() (a env.Addr) {
	best := uint64(0)
	for i := range m.assigned {
		g := &m.assigned[i]
		if len(g.at) == 0 {
			continue
		}
		last := 0
		for j := range g.at {
			if g.at[j] > g.at[last] {
				last = j
			}
		}
		if best == 0 || g.at[last] < best {
			best, a = g.at[last], g.servers[last]
		}
	}
	return a
}

func (m *Manager) assignment(affinity string) *assignment {
	for i := range m.assigned {
		if m.assigned[i].affinity == affinity {
			return &m.assigned[i]
		}
	}
	return nil
}

// assign notes that a gets a render of an affinity.
func (m *Manager) assign(affinity string, a env.Addr) {
	g := m.assignment(affinity)
	if g == nil {
		m.assigned = append(m.assigned, assignment{affinity: affinity})
		g = &m.assigned[len(m.assigned)-1]
	}
	m.clock++
	if j := slices.Index(g.servers, a); j >= 0 {
		g.at[j] = m.clock
		return
	}
	g.servers, g.at = append(g.servers, a), append(g.at, m.clock)
}
