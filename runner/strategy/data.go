package strategy

import "github.com/seed-3519b94c/simrun/sim"

// Data answers the choices that are no schedule points, for every strategy the
// same way. An answer depends on the seed and on the identity of the choice, not
// on a running stream: a new choice does not shift the others, and two variants
// under one seed live in the same world.
//
// The zero Data takes alternative 0 always. Otherwise one choice in four is the
// boring one and the rest are uniform. Faults are drawn in the manner of swarm
// testing (Groce et al., ISSTA'12): one schedule in four has none; in the others each
// kind of fault is off or has a rate of its own between 1/2 and 1/64, each power of two
// equally likely, and of the kinds in Faults at least one is on.
type Data struct {
	Seed uint64
	On   bool
	// Calm is for the first schedules of a campaign: no faults.
	Calm bool
	// Faults are the kinds of faults that are known, by sim.Point.LabelHash.
	Faults []uint64
	// Fixed answers draws before anything else does.
	Fixed map[sim.EventID]int64
}

// Pick answers p.
func (d Data) Pick(p *sim.Point) int {
	if alt, ok := lookUp(d.Fixed, p); ok {
		return alt
	}
	if !d.On || p.Kind == sim.KindOption {
		return 0
	}
	r := sim.NewRand(d.Seed ^ uint64(p.ID))
	switch p.Kind {
	case sim.KindFault:
		return d.fault(p, r)
	case sim.KindClock:
		return clockReading(p, r)
	case sim.KindElapsed:
		return r.IntN(2)
	}
	if r.Chance(4) {
		return 0
	}
	return r.IntN(p.N)
}

func (d Data) fault(p *sim.Point, r *sim.Rand) int {
	if d.Calm || sim.NewRand(d.Seed).Chance(4) {
		return 0
	}
	swarm := sim.NewRand(d.Seed ^ p.LabelHash())
	if swarm.Chance(2) && d.chosen() != p.LabelHash() {
		return 0
	}
	if r.Chance(2 << swarm.IntN(6)) {
		return 1
	}
	return 0
}

// chosen is the kind of faults that is on because no other is; 0 if one is.
func (d Data) chosen() uint64 {
	if len(d.Faults) == 0 {
		return 0
	}
	for _, kind := range d.Faults {
		if !sim.NewRand(d.Seed ^ kind).Chance(2) {
			return 0
		}
	}
	r := sim.NewRand(d.Seed + 1)
	return d.Faults[r.IntN(len(d.Faults))]
}

// clockReading prefers the ends of what is possible, where comparisons tip.
func clockReading(p *sim.Point, r *sim.Rand) int {
	switch r.IntN(4) {
	case 0:
		return 0
	case 1:
		alt, _ := p.Alternative(p.Lo)
		return alt
	case 2:
		alt, _ := p.Alternative(p.Lo + int64(p.N) - 1)
		return alt
	}
	return r.IntN(p.N)
}

// fixed answers draws from a table and leaves the rest to another chooser.
type fixed struct {
	sim.Chooser
	draws map[sim.EventID]int64
}

// Fixed makes a chooser that answers the draws in the table from it, and asks c
// for everything else.
func Fixed(c sim.Chooser, draws map[sim.EventID]int64) sim.Chooser {
	if len(draws) == 0 {
		return c
	}
	return &fixed{c, draws}
}

// Choose looks into the table first.
func (f *fixed) Choose(p *sim.Point) int {
	if alt, ok := lookUp(f.draws, p); ok {
		return alt
	}
	return f.Chooser.Choose(p)
}

// Began and Fired pass on what the inner chooser may want to know.
func (f *fixed) Began(w *sim.World) {
	if o, ok := f.Chooser.(sim.Observer); ok {
		o.Began(w)
	}
}

// Fired passes on.
func (f *fixed) Fired(id sim.EventID) {
	if o, ok := f.Chooser.(sim.Observer); ok {
		o.Fired(id)
	}
}

func lookUp(draws map[sim.EventID]int64, p *sim.Point) (int, bool) {
	if p.Kind != sim.KindDraw {
		return 0, false
	}
	v, ok := draws[p.ID]
	if !ok {
		return 0, false
	}
	return p.Alternative(v)
}
