package recycle

import (
	"errors"

	"github.com/seed-3519b94c/simrun/sim/env"
)

var errRender = errors.New("render failed")

// visit is a render as a prerender server carries it out.
type visit struct {
	p       *Prerender
	x       env.Exchange
	r       *Render
	attempt int
	second  bool // this attempt has had its restart
	retried bool // a module error was tried once more
	over    bool
	stop    func() // ends the render that is running; nil: none is
}

// onRender takes a render.
func (p *Prerender) onRender(x env.Exchange, r *Render) {
	if p.draining || p.Switches.NotReadyWhileRecycling && p.recycling {
		_ = x.SetHeader(DrainingHeader, "true") // a constant that a header may hold
		x.Reply(statusDraining, nil)
		return
	}
	v := &visit{p: p, x: x, r: r, attempt: 1}
	x.OnGone(func() { // cancelled: that is no throw
		v.over = true
		if v.stop != nil {
			v.stop()
		}
	})
	v.begin()
}

func (v *visit) begin() {
	p := v.p
	if v.over {
		return
	}
	p.idle = false
	p.refill(nil)
	p.selectPage(v.r, func(c chosen, err error) {
		switch {
		case v.over:
			if err == nil {
				c.release()
			}
		case err != nil:
			v.threw(nil, err)
		default:
			v.run(c)
		}
	})
}

// run renders on a page, for so long at most.
func (v *visit) run(c chosen) {
	p := v.p
	reused := 0
	if c.reused {
		reused = 1
	}
	p.fact(Fact{Kind: RenderBegan, Page: c.page, Render: v.r, N: reused})
	var work, limit env.Ticket
	end := func(err error) {
		v.stop = nil
		work.Cancel()
		limit.Cancel()
		c.release()
		p.refill(nil)
		if err == nil && (c.page.Dead || v.r.Poison) {
			err = errRender
		}
		if err != nil {
			v.threw(c.page, err)
			return
		}
		v.rendered(c)
	}
	work = p.Host.Work("render", end)
	limit = p.Host.After("render-timeout", p.Constants.RenderTimeout, func() { end(env.ErrTimeout) })
	v.stop = func() {
		v.stop = nil
		work.Cancel()
		limit.Cancel()
		c.release()
	}
}

// rendered makes the result of what the page's shell made of the source.
func (v *visit) rendered(c chosen) {
	p := v.p
	res := &Result{
		Module: v.r.Module, Source: v.r.Source, Shell: c.page.Shell, Reused: c.reused, Genuine: v.r.Genuine,
		Error: v.r.Genuine || c.page.Shell.Artifact != v.r.Source,
	}
	p.fact(Fact{Kind: RenderEnded, Page: c.page, Render: v.r, Result: res})
	if p.Switches.RetryOnModuleError && res.Error && c.reused && !v.retried {
		v.retried = true
		if own := p.own(v.r.Affinity); own != nil {
			p.drop(own)
		}
		v.begin()
		return
	}
	v.over = true
	v.x.Reply(200, res)
}

// threw restarts the browser and tries once more, in each of a few attempts.
func (v *visit) threw(g *Page, err error) {
	p := v.p
	p.fact(Fact{Kind: RenderThrew, Page: g, Render: v.r, Err: err})
	if !v.second {
		v.second = true
		p.Restart("", func(error) { v.begin() })
		return
	}
	v.second = false
	if v.attempt++; v.attempt > p.Constants.Visits {
		v.over = true
		v.x.Reply(statusFailed, nil)
		return
	}
	v.begin()
}
