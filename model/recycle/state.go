package recycle

// What follows is for properties: logic does not ask it.

// LivePages calls f for all pages of the pool whose turn to be closed has not come,
// those of affinities first.
func (p *Pool) LivePages(f func(*Page)) {
	for _, g := range p.affinity.pages {
		if !g.Closed() {
			f(g)
		}
	}
	for _, g := range p.standbys.pages {
		if !g.Closed() {
			f(g)
		}
	}
}

// Loading is how many pages are loading the shell.
func (p *Pool) Loading() int { return p.loading }

// Creating is how many pages the pool believes are being made.
func (p *Pool) Creating() int { return p.creating }

// Pages is how many pages are in the pool's sets, those being closed included.
func (p *Pool) Pages() int { return len(p.affinity.pages) + len(p.standbys.pages) }

// Standbys is how many pages stand by.
func (p *Pool) Standbys() int { return len(p.standbys.pages) }

// Browsers is how many Chromes live, those that nobody holds any more included.
func (p *Pool) Browsers() int { return p.browsers }

// Shrinks reports whether the shrink timer runs.
func (p *Pool) Shrinks() bool { return p.shrinking }

// CanBegin reports whether a render could begin at once, and whether one could if the
// pages that are busy were free.
func (p *Pool) CanBegin() (now, soon bool) {
	if p.Restarting() {
		return false, false
	}
	p.LivePages(func(g *Page) {
		soon = true
		now = now || !g.lease.Held()
	})
	return now, soon
}

// WaitsFor tells what a restart that is under way waits for, in words; "" if there is
// none.
func (p *Pool) WaitsFor() string {
	switch {
	case p.current == nil:
		return ""
	case p.ending != nil && p.ending.leaving:
		return p.ending.String() + " to close"
	case p.ending != nil:
		return "the render on " + p.ending.String() + " to end"
	case p.quitting:
		return "Chrome to close"
	case p.loading > 0:
		return "a page to load the shell"
	}
	return "Chrome to launch"
}

// Started reports whether the pool has begun to warm.
func (p *Pool) Started() bool { return p.started }
