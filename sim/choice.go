package sim

// Kind says what a choice point decides.
type Kind uint8

// The kinds of choice points.
const (
	KindSchedule Kind = iota + 1 // which of the enabled events is next
	KindDraw                     // a parameter of the scenario
	KindFault                    // whether a fault strikes
	KindClock                    // what the clock reads
	KindElapsed                  // whether a duration has passed
	KindOption                   // a parameter that is not explored: 0 unless it is pinned
)

var kindNames = [...]string{KindSchedule: "hold", KindDraw: "draw", KindFault: "fault", KindClock: "clock", KindElapsed: "elapsed", KindOption: "option"}

func (k Kind) String() string { return kindNames[k] }

// Alternative is an enabled event at a schedule point.
type Alternative struct {
	ID      EventID
	Process int32 // index of its process, in the order of creation
	Label   Label
	Nominal int64 // nominal instant in nanoseconds
	// Armed is the number of events that had fired when it was armed: in the Log,
	// its cause is event Armed-1. 0 is the set-up.
	Armed int32
	// position is that in the order of pending events.
	position int32
}

// Point is a place where more than one thing can happen. Alternative 0 is
// always the boring one: the event with the smallest nominal instant, the
// smallest value, no fault, the nominal clock reading.
type Point struct {
	Kind Kind
	// ID names a choice that is not KindSchedule.
	ID EventID
	// N is the number of alternatives, at least 2.
	N int
	// Enabled lists the alternatives of KindSchedule, in nominal order. It is
	// valid until Choose returns.
	Enabled []Alternative
	// Lo and Nominal give the alternatives of the other kinds their meaning: they
	// stand for the whole numbers from Lo to Lo+N-1, Nominal first, then the rest
	// in rising order. See Value and Alternative.
	Lo, Nominal int64
	// Steps is the number of events fired so far.
	Steps int
	world *World
	proc  int32
	label Label
	occ   uint32
}

// Name is the readable identity of a choice that is not KindSchedule.
func (p *Point) Name() string {
	return eventName(p.world.procs[p.proc].name, p.world.dataLabel(p.label), p.occ)
}

// FaultRate is the chance that the profile gives to the fault that p is about: see
// Profile.Faults.
func (p *Point) FaultRate() float64 {
	w := p.world
	if len(w.profile.Faults) == 0 {
		return 0
	}
	return row(w.profile.Faults, w.procs[p.proc].name, w.dataLabel(p.label), 0)
}

// Chooser is the only source of nondeterminism of a World. Choose returns an
// alternative in [0, p.N); anything else is a mistake of the chooser, reported
// as an error of the run.
//
// A chooser that also implements Observer learns of every event, contested or not.
type Chooser interface {
	Choose(p *Point) int
}

// EventPicker is a Chooser that at schedule points wants to know no more than whose
// events are enabled. There it is asked by PickEvent, which costs a fraction; the result
// means what that of Choose means.
type EventPicker interface {
	Chooser
	PickEvent(e *Enabled) int
}

// Enabled are the alternatives of a schedule point, at least 2, in nominal order. It is
// valid until PickEvent returns.
type Enabled struct {
	keys []key   // of all pending events, the next one last
	some []int32 // positions of those that are enabled, if not all are
	n    int
}

// Events is the alternatives of a schedule point as an EventPicker sees them.
func (p *Point) Events() *Enabled {
	if p.world != nil {
		return &p.world.enabled
	}
	e := &Enabled{n: len(p.Enabled)} // of a point that was made by hand
	for i := range p.Enabled {
		e.keys = append(e.keys, key{process: p.Enabled[len(p.Enabled)-1-i].Process})
	}
	return e
}

// Len is the number of alternatives.
func (e *Enabled) Len() int { return e.n }

// Process is the index of the process of alternative i, in the order of creation.
func (e *Enabled) Process(i int) int32 { return e.keys[e.position(i)].process }

func (e *Enabled) position(i int) int {
	if e.some == nil {
		return len(e.keys) - 1 - i
	}
	return int(e.some[i])
}

// Observer is told what happens in a run, by the ID of the event.
type Observer interface {
	// Began is called before the first event of a run.
	Began(w *World)
	// Fired is called for every event, before it has its effect.
	Fired(id EventID)
}

// Default always takes the boring alternative: it makes the nominal run.
type Default struct{}

// Choose returns 0.
func (Default) Choose(*Point) int { return 0 }

// PickEvent returns 0.
func (Default) PickEvent(*Enabled) int { return 0 }

// Value is what an alternative of a choice other than KindSchedule stands for.
func (p *Point) Value(alternative int) int64 {
	v := p.Lo + int64(alternative)
	switch {
	case alternative == 0:
		return p.Nominal
	case v <= p.Nominal:
		return v - 1
	}
	return v
}

// Alternative is the inverse of Value: which alternative stands for v, and
// whether one does.
func (p *Point) Alternative(v int64) (int, bool) {
	switch {
	case v < p.Lo || v >= p.Lo+int64(p.N):
		return 0, false
	case v == p.Nominal:
		return 0, true
	case v < p.Nominal:
		return int(v-p.Lo) + 1, true
	}
	return int(v - p.Lo), true
}

// choose decides a choice of process p among the n values from lo, and records
// the outcome.
func (w *World) choose(kind Kind, p *Proc, label Label, lo int64, n int, nominal int64) int64 {
	id, occ := p.at(label).next() // also if nothing is to be chosen: IDs do not depend on what is possible
	if n == 1 {
		return lo
	}
	w.point = Point{
		Kind: kind, ID: id,
		N: n, Lo: lo, Nominal: nominal, Steps: w.steps,
		world: w, proc: p.index, label: label, occ: occ,
	}
	pt, alt := &w.point, 0
	if !w.calm || kind == KindDraw || kind == KindOption {
		alt = w.cfg.Chooser.Choose(pt)
		if alt < 0 || alt >= n {
			w.misuse("choose %s %q: the chooser returned alternative %d of %d", kind, pt.Name(), alt, n)
		}
	}
	v := pt.Value(alt)
	if alt != 0 {
		w.deviate(Deviation{Kind: kind, Event: pt.ID, Value: v})
	}
	if kind != KindClock { // a raw reading would make equivalent runs look different
		w.cur.print = mix(w.cur.print, uint64(pt.ID)^uint64(v))
	}
	w.rolling = mix(w.rolling, uint64(pt.ID)^uint64(v))
	if w.rec != nil {
		w.rec.outcome(pt, v)
	}
	return v
}

// LabelHash is the same for all occurrences of a choice, in every process.
func (p *Point) LabelHash() uint64 { return p.world.labels.hash[p.label] }

// EventName is the readable identity of alternative i of KindSchedule.
func (p *Point) EventName(i int) string {
	w := p.world
	e := &w.pending.slab[w.pending.keys[p.Enabled[i].position].slot]
	return eventName(e.proc.name, w.labels.list[e.label], e.occ)
}
