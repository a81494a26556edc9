package recycle

import (
	"cmp"
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/model/coord"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Pool is one Chrome and its pages: at most one for each affinity, and standbys that
// have loaded the shell and wait for one.
type Pool struct {
	Base
	Max   int      // pages; one more may stand by
	Shell env.Addr // where pages load the shell: the public address, never that of a task
	// Loaded is called when a page has joined the pool. It may be nil.
	Loaded func(*Page)
	// CloseLabel is what closing the browser is called; "": chrome-close.
	CloseLabel string

	affinity  pageSet // pages of affinities
	standbys  pageSet
	creating  int
	loading   int
	handle    *chrome
	browsers  int // that live, leaked ones included
	refilling *refill
	current   *restart
	shrink    coord.Periodic
	shrinking bool
	evict     coord.Periodic
	count     uint64 // of whatever has to be in order
	failures  int    // of making pages
	pageCount int
	idle      bool // no render since the last look of the shrink timer
	shut      bool
	resources poolResources
	started   bool  // to warm
	ending    *Page // whose turn to be closed it is
	quitting  bool  // Chrome is being closed
}

// poolResources are what a pool reads and writes.
type poolResources struct{ standbys, handle, restart Resource }

// refill is a run of the refill loop, and who waits for it.
type refill struct{ waiters []func() }

// start begins to warm, which nobody waits for.
func (p *Pool) start() {
	name := p.Host.Name()
	at := p.Probe.Resource
	p.resources = poolResources{at("standbys " + name), at("handle " + name), at("restart " + name)}
	p.started = true
	p.shrink = coord.Periodic{Timers: p.Host, Label: "shrink", Period: p.Constants.ShrinkAfter, Work: p.onShrink}
	p.shrink.Start()
	p.shrinking = true
	p.evict = coord.Periodic{Timers: p.Host, Label: "evict", Period: p.Constants.IdleLook, Work: p.onEvict}
	p.evict.Start()
	p.refill(nil)
}

func (p *Pool) changed() { p.fact(Fact{Kind: PoolChanged}) }

// tick counts what has to be in order.
func (p *Pool) tick() uint64 {
	p.count++
	return p.count
}

func (p *Pool) touch(r Resource) { p.Probe.Writes(r) }

// add puts g at the end of a set.
func (p *Pool) add(s *pageSet, g *Page) {
	g.order = p.tick()
	s.pages = append(s.pages, g)
	p.touch(p.resources.standbys)
	p.changed()
}

func (p *Pool) closeBound() (bound time.Duration) {
	if p.Switches.CloseTimeout {
		bound = p.Constants.CloseTimeout
	}
	return bound
}

// closeEntry closes one page, after the render that holds it. Pages whose turn has
// not come still take renders.
func (p *Pool) closeEntry(g *Page, done func()) {
	if g.closed {
		done()
		return
	}
	g.closed, g.closing = true, true
	held := 0
	if g.lease.Held() {
		held = 1
	}
	p.touch(g.touched)
	p.fact(Fact{Kind: PageClosed, Page: g, N: held})
	g.lease.Acquire(0, func(release func()) {
		if g.Dead {
			release()
			done()
			return
		}
		g.leaving = true
		p.bounded("page-close", p.closeBound(), func(err error) {
			if err != nil {
				p.Host.Log(env.Warning, "close page: "+err.Error())
			}
			release()
			done()
		})
	})
}

// drop closes a page of an affinity that nobody waits for.
func (p *Pool) drop(g *Page) {
	p.affinity.remove(g)
	p.touch(p.resources.standbys)
	p.closeEntry(g, func() {})
}

// closeAll closes all pages, one after the other, those of affinities first.
func (p *Pool) closeAll(done func()) {
	p.shrinking = false
	p.shrink.Stop() // only start begins it again
	walk := func() {
		p.closeSet(&p.affinity, 0, func() {
			p.closeSet(&p.standbys, 0, func() {
				p.affinity.pages, p.standbys.pages = nil, nil
				p.refilling, p.creating = nil, 0
				p.touch(p.resources.standbys)
				p.changed()
				done()
			})
		})
	}
	r := p.refilling
	p.refilling = nil
	if r != nil {
		r.waiters = append(r.waiters, walk)
		return
	}
	walk()
}

// closeSet walks a set that may change meanwhile.
func (p *Pool) closeSet(s *pageSet, from uint64, done func()) {
	g := s.after(from)
	if g == nil {
		done()
		return
	}
	order := g.order
	p.ending = g
	p.closeEntry(g, func() {
		p.ending = nil
		p.closeSet(s, order, done)
	})
}

// closeChrome closes the browser, and with it its pages.
func (p *Pool) closeChrome(done func(error)) {
	c := p.handle
	if c == nil {
		done(nil)
		return
	}
	p.quitting = true
	p.bounded(cmp.Or(p.CloseLabel, "chrome-close"), p.closeBound(), func(err error) {
		p.quitting = false
		if err == nil {
			p.died(c)
		}
		if p.handle == c {
			p.touch(p.resources.handle)
			p.handle = nil
		}
		done(err)
	})
}

// died notes that a browser is gone.
func (p *Pool) died(c *chrome) {
	if c.dead {
		return
	}
	c.dead = true
	p.browsers--
	for _, g := range c.pages {
		g.Dead = true
	}
	p.fact(Fact{Kind: ChromeClosed, N: p.browsers})
}

// getBrowser gives the browser, and launches one if there is none: as many as ask
// before the first is there.
func (p *Pool) getBrowser(done func(*chrome, error)) {
	p.Probe.Reads(p.resources.handle)
	if p.handle != nil {
		done(p.handle, nil)
		return
	}
	p.Host.Work("profile-sweep", func(error) {
		p.Host.Work("chrome-launch", func(err error) {
			if err != nil {
				done(nil, err)
				return
			}
			c := &chrome{}
			p.touch(p.resources.handle)
			p.handle = c
			p.browsers++
			p.fact(Fact{Kind: ChromeLaunched, N: p.browsers})
			done(c, nil)
		})
	})
}

// onShrink closes what a pool has above its size when it was not used since the last
// look.
func (p *Pool) onShrink(done func()) {
	if p.idle && len(p.affinity.pages)+len(p.standbys.pages) > p.Max && len(p.standbys.pages) > 0 {
		g := p.standbys.pages[0]
		p.standbys.remove(g)
		p.touch(p.resources.standbys)
		p.closeEntry(g, p.changed)
	}
	p.idle = true
	done()
}

// onEvict would drop pages of affinities that were not used for the idle eviction
// time. Looks are counted: one is IdleLook after the other.
func (p *Pool) onEvict(done func()) {
	looks := uint64(p.Constants.IdleEviction / p.Constants.IdleLook)
	for _, g := range slices.Clone(p.affinity.pages) {
		if g.idleLooks++; g.idleLooks > looks && !g.lease.Held() {
			p.drop(g)
		}
	}
	done()
}
