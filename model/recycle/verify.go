package recycle

// verifying is what Switches.Verify remembers: the token that pages were last made
// for, and how often they then named another one.
type verifying struct {
	target   Warmed
	failures int
	backing  bool // the next recycle for target has to wait
}

// waits reports whether x has to wait because a recycle for it has just failed.
func (v *verifying) waits(x Echo) bool { return v.backing && x == v.target.Echo }

// check takes the pages for made from next only if all of them say so.
func (p *Prerender) check(next Warmed) {
	v := &p.verify
	if v.target.Echo != next.Echo {
		v.failures = 0
	}
	v.target = next
	if p.allStamped(next.Echo.Token) {
		v.failures = 0
		p.setWarmed(next)
		return
	}
	p.setWarmed(Warmed{Defined: true, Unknown: true})
	v.failures++
	v.backing = true
	p.Host.After("verify-backoff", p.Constants.VerifyBackoff.Pause(v.failures), func() { v.backing = false })
}

// pageLoaded looks at a page that was made later.
func (p *Prerender) pageLoaded(*Page) {
	if !p.Switches.Verify || p.recycling || !p.verify.target.Defined {
		return
	}
	if p.allStamped(p.verify.target.Echo.Token) {
		p.setWarmed(p.verify.target)
		return
	}
	p.setWarmed(Warmed{Defined: true, Unknown: true})
}

func (p *Prerender) allStamped(token string) bool {
	all := true
	p.LivePages(func(g *Page) { all = all && g.Shell.Stamp == token })
	return all
}
