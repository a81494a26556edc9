package recycle

// chosen is a page that a render has got, and its lease.
type chosen struct {
	page    *Page
	reused  bool // it had been used before
	release func()
}

// selection looks for a page for a render.
type selection struct {
	p        *Pool
	r        *Render
	tries    int
	failures int // of creating pages, when it began
	done     func(chosen, error)
}

// selectPage finds a page for r: its own, a standby, or somebody else's.
func (p *Pool) selectPage(r *Render, done func(chosen, error)) {
	s := &selection{p: p, r: r, failures: p.failures, done: done}
	s.again()
}

func (s *selection) again() {
	p := s.p
	p.Probe.Reads(p.resources.standbys)
	if s.r.Fresh && p.Switches.FreshHint != HintOff {
		s.fresh()
		return
	}
	s.usual()
}

// fresh asks for a page that was not used before.
func (s *selection) fresh() {
	p := s.p
	if s.adopt() {
		return
	}
	want, have := p.missing()
	if have < want || p.Switches.FreshHint == HintAwaited {
		p.refill(func() {
			if !s.adopt() {
				s.usual()
			}
		})
		return
	}
	s.usual()
}

// usual takes the first that there is of: its own page, if idle; a standby; its own
// page, after others; a standby that has still to be made; another affinity's page.
func (s *selection) usual() {
	p := s.p
	own := p.own(s.r.Affinity)
	switch {
	case own != nil && !own.lease.Held():
		s.take(own)
	case s.adopt():
	case own != nil:
		s.take(own)
	default:
		want, have := p.missing()
		if have < want {
			p.refill(func() {
				if !s.adopt() {
					s.steal()
				}
			})
			return
		}
		s.steal()
	}
}

// own is the page of an affinity whose turn to be closed has not come; nil: none.
func (p *Pool) own(affinity string) *Page {
	for _, g := range p.affinity.pages {
		if g.Affinity == affinity && !g.closing {
			return g
		}
	}
	return nil
}

// adopt makes a standby the affinity's page.
func (s *selection) adopt() bool {
	p := s.p
	for _, g := range p.standbys.pages {
		if g.closing {
			continue
		}
		p.standbys.remove(g)
		if old := p.own(s.r.Affinity); old != nil {
			p.drop(old)
		}
		g.Affinity = s.r.Affinity
		p.add(&p.affinity, g)
		s.take(g)
		return true
	}
	return false
}

// steal takes the least busy page of another affinity.
func (s *selection) steal() {
	var best *Page
	for _, g := range s.p.affinity.pages {
		if !g.closing && (best == nil || load(g) < load(best)) {
			best = g
		}
	}
	if best == nil {
		s.done(chosen{}, ErrNoPage)
		return
	}
	best.Affinity = s.r.Affinity
	s.p.changed()
	s.take(best)
}

func load(g *Page) int {
	n := g.lease.Waiting()
	if g.lease.Held() {
		n++
	}
	return n
}

// take waits for the lease of g. A page that was closed meanwhile is selected away
// from; the last selection is used as it is.
func (s *selection) take(g *Page) {
	p := s.p
	s.tries++
	p.touch(g.touched)
	g.lease.Acquire(s.r.Priority, func(release func()) {
		if g.closed && s.tries < p.Constants.Selections {
			release()
			s.again()
			return
		}
		p.touch(g.touched)
		g.used, g.idleLooks = p.tick(), 0
		c := chosen{page: g, reused: g.renders > 0}
		g.renders++
		c.release = func() {
			p.touch(g.touched)
			release()
			p.changed()
		}
		p.changed()
		if s.r.Fresh && c.reused && p.failures == s.failures {
			p.fact(Fact{Kind: HintIgnored, Page: g, Render: s.r})
		}
		s.done(c, nil)
	})
}
