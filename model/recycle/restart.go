package recycle

import "github.com/seed-3519b94c/simrun/sim/env"

// restart is a restart of pool and browser that is under way, and who waits for it.
type restart struct {
	target  string // the token that it is for; "": a failed render's
	waiters []func(error)
}

// Restart closes all pages and the browser and fills the pool again: what a recycle
// does, and the cure for a failed render. Who comes meanwhile joins, whatever the
// restart under way is for, unless Switches.Coalesce says otherwise.
func (p *Pool) Restart(target string, done func(error)) {
	p.Probe.Reads(p.resources.restart)
	if r := p.current; r != nil {
		if p.Switches.Coalesce == CoalesceByTarget && target != "" && r.target != target {
			r.waiters = append(r.waiters, func(error) { p.Restart(target, done) })
			return
		}
		p.fact(Fact{Kind: RestartJoined, Token: target})
		r.waiters = append(r.waiters, done)
		return
	}
	r := &restart{target: target, waiters: []func(error){done}}
	p.current = r
	p.touch(p.resources.restart)
	p.fact(Fact{Kind: RestartBegan, Token: target})
	end := func(err error) {
		p.current = nil
		p.touch(p.resources.restart)
		p.fact(Fact{Kind: RestartEnded, Err: err})
		for _, fn := range r.waiters {
			fn(err)
		}
	}
	p.closeAll(func() {
		p.closeChrome(func(err error) {
			if err != nil {
				p.Host.Log(env.Error, "close browser: "+err.Error())
				end(err)
				return
			}
			p.refill(func() { end(nil) })
		})
	})
}

// Restarting reports whether a restart is under way.
func (p *Pool) Restarting() bool { return p.current != nil }

// stop closes everything for good.
func (p *Pool) stop(done func()) {
	p.evict.Stop()
	p.shut = true
	p.closeAll(func() { p.closeChrome(func(error) { done() }) })
}
