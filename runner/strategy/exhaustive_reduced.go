package strategy

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/timed"
)

// Reduced walks through the orders of events that differ in more than the order of
// events which have nothing to do with each other, each once, and through every
// outcome of the other choices: sleep sets (Godefroid, LNCS 1032, 1996) on event zones
// (Lugiez, Niebert and Zennou, TCS 345, 2005).
//
// # Why this is sound in time
//
// Two events conflict if they are of one process, if one armed, cancelled or altered
// the other, if they touch one resource and one of them writes it, or if one of them
// matters to everything (below). Orders that differ only in swaps of neighbours that
// do not conflict are one class. The timed.Zone of an order holds the windows, what
// clocks told, and t(a) <= t(b) for every pair of conflicting events a before b. It is
// the same for all orders of a class, and if it is empty for an order it is for every
// longer one.
//
// Take an order with all of its events whose zone is not empty, and a timing in it.
// Sort the events by their instants, those of one instant as they were. Only events
// that do not conflict changed places, so this is an order of the same class: its
// events have the same effects, and each of them is due no later than what is pending.
// So it can really happen, and is what is run again, in Timed mode, when a run fails.
// Conversely what really happens has a timing, which is in the zone of its class.
//
// At each point the walk takes only events that can be, in some timing of the zone, the
// first of all that are pending, though taking one does not mean that it is. In any
// timing of what may follow some event is the first, so what may follow begins, up to
// swaps, with an event that is taken: of these the walk takes the first one that it
// comes to, say y. An event z sleeps below y if the walk went into z before, at this
// point or above, and z conflicts with nothing since. What follows y cannot begin with
// a sleeping z: z would be a beginning of what may follow from here, too, and the walk
// would have gone into it before y. So every class is walked through; and only once,
// since of two orders of a class the walk goes into one first where they part, and what
// it then goes into sleeps on the way of the other. What is cut short, because all that
// is possible sleeps or because the zone turns out to be empty, is no run at all: not
// a deadlock either.
//
// # What matters to everything
//
// An event that ends the run because it is the last activity while there are events that
// do not count as activity. An event that begins calm. One that reads a clock with many
// possible readings, of which only some are tried. Such an event comes after all that
// have fired and before all that are pending.
//
// # What must always hold
//
// A property that must always hold (World.Always) looks at the state of the world, and may
// look at all of it. It needs no footprint, and takes nothing away from the reduction:
// the walk comes to every state that the world can come to. Take a real run up to some
// instant, instead of a whole one, in the argument above: it begins with an event that is
// the first of all that are pending, too, so the walk goes on to where exactly these
// events have fired. (Methods that go into fewer events at a point pass such states by: see
// NewDPOR.) There the property is asked; where it does not hold, the walk finds out whether
// the world can really come to this state, and if so in which order, and goes on.
//
// An event in which something fails ends the run, and is found in the same way. If the
// world cannot really come to where it fails it is taken for one that matters to
// everything, so that it is tried again after whatever else may come first. Where the
// order that is run again breaks such a property on its way, that is what the run came to:
// of several properties one can hide another, and each is best judged alone.
//
// In calm events happen in nominal order, which depends on more than the class. A run
// that has events in calm is cut off where calm begins, and its order is run again in
// Timed mode: each class is judged by one way in which calm may go on.
type Reduced struct {
	tracking
	levels   []level
	base     int // the levels below are fixed: they belong to another part
	depth    int // of the event that is having its effect
	data     int // choices of that event so far
	asked    int // for intervals, by that event
	live     int // the level from which on the zone is kept anew
	spare    []*timed.Zone
	ending   Ending
	over     bool     // the current event has ended
	unrun    bool     // the path has not been run yet
	broken   []string // what does not hold after the current event
	broke    bool     // something did not hold in this run
	failed   bool     // the run fails
	reported map[string]bool
	breaches []*Ordered
	trouble  error
	dpor     *dpor                 // nil: sleep sets alone
	values   map[sim.EventID]int64 // of the choices of this run that are no order

	// Draws fixes parameters that the scenario draws, by choice.
	Draws map[sim.EventID]int64
}

// Ending is what became of a run of Reduced.
type Ending uint8

// How a run ends.
const (
	Whole  Ending = iota // it is a run like any other
	InCalm               // it is one up to the beginning of calm
	Asleep               // all that it could go on with was gone into elsewhere
	Empty                // no timing fits it
	Lost                 // the same choices led elsewhere than before
)

// answer is an interval of time.
type answer struct {
	lo, hi  int64
	ordered bool // it is one in the order of everything
}

// NewReduced makes the walk through everything.
func NewReduced() *Reduced {
	return &Reduced{tracking: newTracking(), levels: make([]level, 1), values: make(map[sim.EventID]int64), unrun: true}
}

// Partial reports whether some possible clock readings were left out.
func (r *Reduced) Partial() bool { return r.partial }

// Begin prepares for a run.
func (r *Reduced) Begin(*sim.World) {
	r.tracking.begin()
	clear(r.values)
	r.unrun, r.breaches, r.broken, r.broke, r.failed = false, nil, r.broken[:0], false, false
	r.depth, r.ending = 0, Whole
	if lv := &r.levels[0]; lv.event == nil {
		lv.event = new(effect)
	}
	r.dry = r.live > 0
	if r.dpor != nil {
		r.dpor.waits = r.dpor.waits[:0]
	}
	r.begun()
}

// begun prepares for the effect of an event.
func (r *Reduced) begun() {
	r.data, r.asked, r.over = 0, 0, false
	if r.dpor != nil {
		r.dpor.cancelled = r.dpor.cancelled[:0]
	}
	if lv := &r.levels[r.depth]; !r.dry {
		lv.answers = lv.answers[:0]
	}
}

// Choose follows the path, and beyond its end takes the first alternative.
func (r *Reduced) Choose(p *sim.Point) int {
	switch p.Kind {
	case sim.KindSchedule:
		return r.next(p)
	case sim.KindOption:
		return 0
	}
	if alt, ok := lookUp(r.Draws, p); ok {
		r.values[p.ID] = p.Value(alt)
		return alt
	}
	n, few := alternatives(p)
	r.partial = r.partial || few
	lv := &r.levels[r.depth]
	if r.data == len(lv.data) {
		lv.data = append(lv.data, branch{0, n})
	}
	b := &lv.data[r.data]
	b.of = n
	r.data++
	alt := b.taken
	if few {
		alt = fewOf(p, b.taken)
	}
	r.values[p.ID] = p.Value(alt)
	return alt
}

// next chooses the next event.
func (r *Reduced) next(p *sim.Point) int {
	if r.depth+1 == len(r.levels) && !r.open(p) {
		r.ending = Asleep
		return -1
	}
	r.depth++
	lv := &r.levels[r.depth]
	if r.depth == r.live && r.dry {
		r.dry = false
		r.zone.CopyFrom(lv.zone)
	}
	r.begun()
	id := lv.events[lv.taken]
	for i := range p.Enabled {
		if p.Enabled[i].ID == id {
			return i
		}
	}
	r.ending = Lost
	return -1
}

// open makes a new level. false: all events that may be next sleep.
func (r *Reduced) open(p *sim.Point) bool {
	last := &r.levels[r.depth]
	lv := level{sleep: last.below, now: r.now}
	for i := range p.Enabled {
		id := p.Enabled[i].ID
		if !slices.ContainsFunc(lv.sleep, func(e *effect) bool { return e.id == id }) {
			lv.events = append(lv.events, id)
		}
	}
	if len(lv.events) == 0 {
		return false
	}
	lv.of = len(lv.events)
	lv.fates = make([]fate, lv.of)
	if lv.take(0); r.dpor == nil {
		lv.wantAll()
	} else {
		r.mustWait()
	}
	if len(lv.events) > 1 {
		lv.zone = r.keep()
	}
	r.levels = append(r.levels, lv)
	return true
}

// keep copies the zone.
func (r *Reduced) keep() *timed.Zone {
	z := new(timed.Zone)
	if n := len(r.spare); n > 0 {
		z, r.spare = r.spare[n-1], r.spare[:n-1]
	}
	z.CopyFrom(&r.zone)
	return z
}

// Ended closes the books on the current event.
func (r *Reduced) Ended(pending, activity int) bool {
	now := r.now.to(pending, activity)
	if now.rests() || r.failed && !r.real() {
		r.Everything()
	}
	lv := &r.levels[r.depth]
	if this := r.outcome(now); !r.dry {
		lv.event.merge(&this)
		if r.depth+1 == len(r.levels) {
			lv.below = r.asleepAfter(&this)
			if r.dpor != nil {
				r.races(&this)
			}
		}
	}
	r.now, r.over = now, true
	for _, p := range r.broken {
		r.breach(p)
	}
	r.broken = r.broken[:0]
	return r.dry || !r.zone.Empty()
}

// Failed says that the run fails in the current event. If the world cannot really come
// to where that happens, other events must come first.
func (r *Reduced) Failed() {
	r.failed = true
	if r.dpor != nil {
		r.Everything()
	}
	if r.over && !r.real() {
		r.Everything()
	}
}

// Broken notes that a property does not hold after the current event.
func (r *Reduced) Broken(property string) {
	r.broken, r.broke = append(r.broken, property), true
}

// breach keeps how the world came to where a property does not hold, if it can be there.
func (r *Reduced) breach(property string) {
	if r.reported[property] || r.dry || r.zone.Empty() || !r.real() {
		return
	}
	o, err := r.ordered(true)
	if err != nil {
		r.trouble = err
		return
	}
	if r.reported == nil {
		r.reported = make(map[string]bool)
	}
	r.reported[property] = true
	r.breaches = append(r.breaches, o)
}

// asleepAfter is what sleeps after the event of the last level.
func (r *Reduced) asleepAfter(this *effect) (asleep []*effect) {
	lv := &r.levels[r.depth]
	for _, list := range [...][]*effect{lv.sleep, lv.done} {
		for _, e := range list {
			if lv.now.independent(e, this) {
				asleep = append(asleep, e)
			}
		}
	}
	return asleep
}

// Everything says that the order of the current event matters to all others.
func (r *Reduced) Everything() {
	r.everything()
	if r.over {
		r.levels[r.depth].event.everything = true
	}
}

// Unsure says so of an event that saw the time and did not commit to it.
func (r *Reduced) Unsure() {
	r.partial = true
	r.Everything()
}

// Since is an interval of time. A clock with many possible readings is read in the
// order of everything.
func (r *Reduced) Since(mark int32) (lo, hi int64) {
	lv := &r.levels[r.depth]
	if !r.dry {
		lo, hi := r.since(mark)
		lv.answers = append(lv.answers, answer{lo, hi, mark < 0 && hi-lo >= fewReadings})
	}
	a := &lv.answers[r.asked]
	r.asked++
	if a.ordered {
		r.Everything()
		if !r.dry {
			a.lo, a.hi = r.since(mark)
		}
	}
	return a.lo, a.hi
}

// Cancel takes pending event k back.
func (r *Reduced) Cancel(k int32) {
	if r.dpor != nil {
		r.dpor.cancelled = append(r.dpor.cancelled, r.nodes[k].id)
	}
	r.tracking.Cancel(k)
}

// Looked says that a property was asked that may look at anything.
func (r *Reduced) Looked() {
	if r.dpor != nil {
		r.Everything()
	}
}

// Calm is where the run ends.
func (r *Reduced) Calm() { r.ending = InCalm }

// MayFire reports whether an event may be the first of all that are pending. Along
// the path it is known which one is next.
func (r *Reduced) MayFire(event int32) bool {
	return r.depth+1 < len(r.levels) || r.zone.MayFire(timed.Var(event))
}

// Ending is what became of the latest run; err is how it ended, if it ended by a mistake
// of the scenario.
func (r *Reduced) Ending(err error) Ending {
	if err != nil && !r.real() {
		r.Everything()
		r.levels[r.depth].event.everything = true
	}
	if r.ending != Lost && r.zone.Empty() {
		return Empty
	}
	return r.ending
}
