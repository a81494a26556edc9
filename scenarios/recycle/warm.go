package recycle

import "time"

// whenWarm calls fn once all servers that run at the start are registered, have
// filled their pools, and believe something of their pages, if the manager has a
// token to give them.
func (d *deploy) whenWarm(fn func()) { d.f.facts.onWarm = fn }

// lookWarm finds out whether the fleet is warm.
func (a *facts) lookWarm() {
	for _, s := range a.f.servers[:a.f.setup.servers] {
		l := a.f.alive(s)
		if l == nil || !a.f.registered(s) || l.Recycling() || l.Restarting() || l.Loading() > 0 || l.Creating() > 0 || l.Standbys() < a.f.setup.pages {
			return
		}
		if a.f.switches.Signal && a.f.setup.token > 0 && !l.Warmed().Defined {
			return
		}
	}
	fn := a.onWarm
	a.onWarm = nil
	a.w.Note("the fleet is warm")
	fn()
}

// afterQuiet calls fn when nothing has happened for so long that nothing may recycle.
func (d *deploy) afterQuiet(fn func()) {
	d.h.After("rest", quietAfter+time.Second, fn)
}

// watchOn lets the run go on for d, and then end.
func (d *deploy) watchOn(t time.Duration) { d.f.facts.runOn(t) }
