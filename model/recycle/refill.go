package recycle

import (
	"errors"
	"strconv"

	"github.com/seed-3519b94c/simrun/sim/env"
)

var errBrowserGone = errors.New("browser is gone")

// refill fills the pool with standbys; who comes meanwhile joins. done may be nil.
func (p *Pool) refill(done func()) {
	if r := p.refilling; r != nil {
		if done != nil {
			r.waiters = append(r.waiters, done)
		}
		return
	}
	r := &refill{}
	if done != nil {
		r.waiters = append(r.waiters, done)
	}
	p.refilling = r
	p.refillLoop(func() {
		p.refilling = nil // whoever's it is by now
		waiters := r.waiters
		r.waiters = nil
		for _, fn := range waiters {
			fn()
		}
	})
}

// missing is how many standbys there should be, and how many there are or will be.
func (p *Pool) missing() (want, have int) {
	want = p.Max - len(p.affinity.pages)
	if len(p.affinity.pages) >= p.Max {
		want = 1
	}
	return want, len(p.standbys.pages) + p.creating
}

func (p *Pool) refillLoop(done func()) {
	for {
		want, have := p.missing()
		if p.shut || have >= want {
			done()
			return
		}
		active := len(p.affinity.pages)
		if active+have < p.Max+1 {
			break
		}
		if active <= p.Max {
			done()
			return
		}
		p.drop(p.leastUsed())
	}
	p.createStandby(1, func(err error) {
		if err != nil { // silently
			done()
			return
		}
		p.refillLoop(done)
	})
}

// leastUsed is the page of the affinity that was used longest ago.
func (p *Pool) leastUsed() *Page {
	best := p.affinity.pages[0]
	for _, g := range p.affinity.pages {
		if g.used < best.used {
			best = g
		}
	}
	return best
}

// createStandby makes a standby, in so many tries.
func (p *Pool) createStandby(try int, done func(error)) {
	p.creating++
	p.changed()
	p.newPage(func(g *Page, err error) {
		if err == nil {
			p.add(&p.standbys, g)
		}
		p.creating--
		if err != nil {
			p.failures++
		}
		p.changed()
		switch {
		case err == nil:
			if p.Loaded != nil {
				p.Loaded(g)
			}
			done(nil)
		case try >= p.Constants.StandbyTries:
			p.Host.Log(env.Debug, "no standby: "+err.Error())
			done(err)
		default:
			p.Host.After("standby-retry", p.Constants.StandbyBackoff.Pause(try), func() { p.createStandby(try+1, done) })
		}
	})
}

// newPage opens a page and loads the shell into it.
func (p *Pool) newPage(done func(*Page, error)) {
	p.getBrowser(func(c *chrome, err error) {
		if err == nil && c.dead {
			err = errBrowserGone
		}
		if err != nil {
			done(nil, err)
			return
		}
		p.pageCount++
		g := &Page{ID: p.pageCount, chrome: c}
		g.touched = p.Probe.Resource("lease[" + p.Host.Name() + " " + strconv.Itoa(g.ID) + "]")
		p.load(g, done)
	})
}

// load gets the shell from whichever task the load balancer picks.
func (p *Pool) load(g *Page, done func(*Page, error)) {
	p.loading++
	p.fact(Fact{Kind: PageLoading, Page: g})
	failed := func(err error) {
		p.loading--
		p.fact(Fact{Kind: PageFailed, Page: g, Err: err})
		done(nil, err)
	}
	p.Host.Do(env.Request{Label: LabelLoad, Method: "GET", Path: "/_standby", Addr: p.Shell, Timeout: p.Constants.PageTimeout},
		func(resp env.Response, err error) {
			if err == nil && !resp.OK() {
				err = errNotOK
			}
			if err != nil { // the page goes on to wait for the shell's mark
				p.Host.Work("page-load.failed", func(error) { failed(err) })
				return
			}
			g.Shell = *resp.Body.(*Shell)
			p.Host.Work("page-load", func(err error) {
				if err == nil && g.chrome.dead {
					err = errBrowserGone
				}
				if err != nil {
					failed(err)
					return
				}
				p.loading--
				g.chrome.pages = append(g.chrome.pages, g)
				p.fact(Fact{Kind: PageLoaded, Page: g})
				done(g, nil)
			})
		})
}
