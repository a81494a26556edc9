package timed

import (
	"cmp"
	"fmt"
	"slices"
)

// kind tells which parameter gives a bound its value.
type kind uint8

const (
	firm  kind = iota // none
	upper             // lateness: not after min(nominal+late, latest)
	lower             // earliness: not before max(nominal-early, earliest)
)

// bound says t(to) >= t(from) + by. Nodes are event+1; 0 is the origin.
type bound struct {
	from, to int32
	event    int32 // whose window it is, for upper and lower
	kind     kind
	by       int64
}

// solver finds the least timing that satisfies all bounds, by Bellman and Ford's
// method. Bounds are kept in two lists, those that lead to later events in the
// order of the run and those that lead back. Relaxing one list forwards and then
// the other backwards settles a chain of any length without a turn in one round,
// so the number of rounds is that of turns, not of events.
type solver struct {
	events      []Event
	ahead, back []bound
	time        []int64
	parent      []*bound // the bound that gave a node its time; nil: it is at 0
	seen        []int32
	late, early int64
	only        int // the only event that may be late; anyone if allMayBeLate
	// Who may be late, and who early, by event; nil: anyone. See local.
	mayLate, mayEarly []bool
}

const allMayBeLate = -1

// cycle is a chain of bounds that returns to its start and asks for more than 0.
type cycle struct {
	events  []int // -1 is the origin
	elastic []int // events whose bound depends on the parameter, and can give way
	bounds  []*bound
	excess  int64
}

// need is by how much the parameter must at least grow to break the cycle.
func (c *cycle) need() int64 {
	m := int64(len(c.elastic))
	return (c.excess + m - 1) / m
}

func newSolver(r *Run) (*solver, error) {
	position, err := r.check()
	if err != nil {
		return nil, err
	}
	n := len(r.Events) + 1
	s := &solver{
		events: r.Events, only: allMayBeLate,
		time: make([]int64, n), parent: make([]*bound, n), seen: make([]int32, n),
	}
	add := func(from, to int, by int64, k kind, event int) {
		b := bound{int32(from + 1), int32(to + 1), int32(event), k, by}
		if position[b.from] <= position[b.to] {
			s.ahead = append(s.ahead, b)
		} else {
			s.back = append(s.back, b)
		}
	}
	for i := range r.Events {
		e := &r.Events[i]
		add(e.Arm, i, 0, lower, i)
		add(i, e.Arm, 0, upper, i)
		if r.Edges == nil && !e.Fired {
			add(e.Until, i, 0, firm, -1)
		}
	}
	if r.Edges == nil {
		for i := 1; i < len(r.Order); i++ {
			add(r.Order[i-1], r.Order[i], 0, firm, -1)
		}
	}
	for _, e := range r.Edges {
		add(e[0], e[1], 0, firm, -1)
	}
	for _, f := range r.Facts {
		add(f.Ref, f.Event, f.Lo, firm, -1)
		if f.Hi < Unbounded {
			add(f.Event, f.Ref, -f.Hi, firm, -1)
		}
	}
	slices.SortStableFunc(s.ahead, func(a, b bound) int { return cmp.Compare(position[a.to], position[b.to]) })
	slices.SortStableFunc(s.back, func(a, b bound) int { return cmp.Compare(position[b.from], position[a.from]) })
	return s, nil
}

// check validates a run and gives each node its place: the origin, the fired
// events in order, the others.
func (r *Run) check() (position []int32, err error) {
	position = make([]int32, len(r.Events)+1)
	for i, e := range r.Order {
		if e < 0 || e >= len(r.Events) || !r.Events[e].Fired || position[e+1] != 0 {
			return nil, fmt.Errorf("order: place %d: event %d does not exist, did not fire, or fired before", i, e)
		}
		position[e+1] = int32(i + 1)
	}
	fired := func(i int) bool {
		return i == -1 || i >= 0 && i < len(r.Events) && position[i+1] != 0 && r.Events[i].Fired
	}
	for i := range r.Events {
		e := &r.Events[i]
		switch {
		case e.Earliest < 0 || e.Nominal < e.Earliest || e.Latest < e.Nominal || e.Nominal >= Unbounded:
			return nil, fmt.Errorf("event %d: window %d, %d, %d: want 0 <= earliest <= nominal <= latest", i, e.Earliest, e.Nominal, e.Latest)
		case e.Fired && position[i+1] == 0:
			return nil, fmt.Errorf("event %d: fired, but is not in the order", i)
		case !fired(e.Arm):
			return nil, fmt.Errorf("event %d: armed by event %d, which does not exist or did not fire", i, e.Arm)
		case e.Fired && e.Arm >= 0 && position[e.Arm+1] >= position[i+1]:
			return nil, fmt.Errorf("event %d: armed by event %d, which fired later", i, e.Arm)
		case !e.Fired && r.Edges == nil && !fired(e.Until):
			return nil, fmt.Errorf("event %d: until event %d, which does not exist or did not fire", i, e.Until)
		}
	}
	for i, e := range r.Edges {
		if min(e[0], e[1]) < 0 || max(e[0], e[1]) >= len(r.Events) {
			return nil, fmt.Errorf("edge %d: from event %d to %d: one does not exist", i, e[0], e[1])
		}
	}
	for i, f := range r.Facts {
		if !fired(f.Event) || !fired(f.Ref) {
			return nil, fmt.Errorf("fact %d: about events %d and %d: one does not exist or did not fire", i, f.Event, f.Ref)
		}
	}
	next := int32(len(r.Order) + 1)
	for i := range r.Events {
		if !r.Events[i].Fired {
			position[i+1] = next
			next++
		}
	}
	return position, nil
}

// least raises *parameter, which bounds of kind k depend on, to the least value
// at which a timing exists, and leaves the least such timing in s.time. A cycle
// that asks for g too much over m elastic bounds needs at least g/m, rounded up,
// because more of the parameter never makes more bounds elastic: so the value is
// never raised too far. It returns the cycle that forced the last step; on
// ErrNoTiming, the cycle that no value breaks.
func (s *solver) least(k kind, parameter *int64) (cycle, error) {
	var last cycle
	for {
		c := s.worst(k)
		if c.excess == 0 {
			return last, nil
		}
		if len(c.elastic) == 0 {
			return c, fmt.Errorf("%w: events %v (-1 is the origin) bound each other in a circle that cannot be closed", ErrNoTiming, c.events)
		}
		*parameter += c.need()
		last = c
	}
}

// worst settles the timing for the present parameters. If that is impossible, it
// returns a cycle that says so: of those met first the one that needs most, or
// one that nothing can break.
func (s *solver) worst(k kind) cycle {
	s.weigh(s.ahead)
	s.weigh(s.back)
	clear(s.time)
	clear(s.parent)
	for s.relax(s.ahead) || s.relax(s.back) {
		s.relax(s.back)
		if c := s.findCycle(k); c.excess > 0 {
			return c
		}
	}
	return cycle{}
}

func (s *solver) weigh(list []bound) {
	for i := range list {
		b := &list[i]
		if b.kind == firm {
			continue
		}
		e := &s.events[b.event]
		if b.kind == upper {
			b.by = -min(e.Nominal+s.lateness(int(b.event)), e.Latest)
		} else {
			b.by = max(e.Nominal-s.earliness(int(b.event)), e.Earliest)
		}
	}
}

// lateness is how late event e may be at the present parameter.
func (s *solver) lateness(e int) int64 {
	if (s.only == allMayBeLate || s.only == e) && (s.mayLate == nil || s.mayLate[e]) {
		return s.late
	}
	return 0
}

// earliness is how early event e may be at the present parameter.
func (s *solver) earliness(e int) int64 {
	if s.mayEarly == nil || s.mayEarly[e] {
		return s.early
	}
	return 0
}

// localRounds bounds the work of local; in a run that needs more rounds, anyone
// may be as late and as early as the worst.
const localRounds = 512

// local settles the timing in which as few as possible are off their nominal
// instants: it starts with nobody, and whoever stands on a cycle that cannot be
// closed is let go, to be late if that helps, else early. late and early must
// suffice if everybody is.
func (s *solver) local() {
	s.mayLate, s.mayEarly = make([]bool, len(s.events)), make([]bool, len(s.events))
	for range localRounds {
		c := s.worst(upper)
		if c.excess == 0 {
			return
		}
		if !s.let(c, upper, s.mayLate) && !s.let(c, lower, s.mayEarly) {
			break
		}
	}
	s.mayLate, s.mayEarly = nil, nil
	s.worst(upper)
}

// let lets go those on a cycle whose bound of kind k could give way, and reports
// whether there was one.
func (s *solver) let(c cycle, k kind, may []bool) bool {
	some := false
	for _, b := range c.bounds {
		if b.kind != k || may[b.event] {
			continue
		}
		e := &s.events[b.event]
		if k == upper && s.late > 0 && e.Nominal < e.Latest || k == lower && s.early > 0 && e.Nominal > e.Earliest {
			may[b.event], some = true, true
		}
	}
	return some
}

func (s *solver) relax(list []bound) (changed bool) {
	for i := range list {
		b := &list[i]
		if t := s.time[b.from] + b.by; t > s.time[b.to] {
			s.time[b.to], s.parent[b.to] = t, b
			changed = true
		}
	}
	return changed
}

// findCycle looks for cycles among the parents. One is there, sooner or later,
// exactly if no timing exists.
func (s *solver) findCycle(k kind) cycle {
	var worst cycle
	clear(s.seen)
	for start := range s.parent {
		walk := int32(start + 1)
		x := int32(start)
		for s.seen[x] == 0 {
			s.seen[x] = walk
			b := s.parent[x]
			if b == nil {
				break
			}
			x = b.from
		}
		if s.seen[x] != walk || s.parent[x] == nil {
			continue
		}
		c := s.cycleAt(x, k)
		if len(c.elastic) == 0 {
			return c
		}
		if worst.excess == 0 || c.need() > worst.need() {
			worst = c
		}
	}
	return worst
}

// cycleAt reads the cycle of parents through node x.
func (s *solver) cycleAt(x int32, k kind) cycle {
	var c cycle
	for at := x; ; {
		b := s.parent[at]
		c.events = append(c.events, int(at)-1)
		c.excess += b.by
		c.bounds = append(c.bounds, b)
		if s.elastic(b, k) {
			c.elastic = append(c.elastic, int(b.event))
		}
		if at = b.from; at == x {
			break
		}
	}
	// The walk went against the bounds.
	slices.Reverse(c.events)
	slices.Reverse(c.elastic)
	return c
}

// elastic reports whether more of the parameter loosens b.
func (s *solver) elastic(b *bound, k kind) bool {
	if b.kind != k {
		return false
	}
	e := &s.events[b.event]
	if k == lower {
		return e.Nominal-s.early > e.Earliest
	}
	may := (s.only == allMayBeLate || s.only == int(b.event)) && (s.mayLate == nil || s.mayLate[b.event])
	return may && e.Nominal+s.late < e.Latest
}
