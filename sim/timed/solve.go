package timed

import (
	"errors"
	"fmt"
	"slices"
)

// Event is an event of a recorded run. Durations are in nanoseconds.
type Event struct {
	// Arm is the index of the event to whose instant the window is relative: the
	// one that armed this event, or that made the mark. -1 is the origin.
	Arm int
	// Earliest, Latest and Nominal bound and tell how long after Arm the event
	// happens: 0 <= Earliest <= Nominal <= Latest. Latest may be Unbounded.
	Earliest, Latest, Nominal int64
	// Fired: it happened, and is in the Order of the run.
	Fired bool
	// Until is, for an event that never fired, the index of the last fired event
	// at whose instant it was still pending: the one that cancelled it, or the last
	// of the run. -1 is the origin. Not used if the run has Edges.
	Until int
}

// Fact is what the run learned about time: Lo <= t(Event)-t(Ref) <= Hi. Both are
// indices of fired events, or -1 for the origin. Hi may be Unbounded.
type Fact struct {
	Event, Ref int
	Lo, Hi     int64
}

// Run is the record of a run: what was armed, what fired in which order, and
// what clocks and timeouts told.
type Run struct {
	Events []Event
	// Order holds the indices of the fired events in the order of firing.
	Order []int
	// Edges says which order matters: t(a) <= t(b) for every pair {a, b}. If it is
	// nil, all of it does: the instants of Order do not fall, and no pending event
	// is due before an event that fired while it was pending. If it is given, only
	// its pairs hold, also for events that never fired: "was still pending when a
	// fired" is then the pair {a, b}. An event that was armed relative to a mark
	// needs a pair with the event that armed it.
	Edges [][2]int
	Facts []Fact
}

// ErrNoTiming is returned, wrapped, for a run that no timing fits.
var ErrNoTiming = errors.New("no timing fits the run")

// Times is a timing that fits the run: the instant of each event, in nanoseconds
// since the origin. Of all that fit it is one with the smallest lateness (how
// long after its nominal instant the latest event happens), of these one with the
// smallest earliness (how long before), and of these one in which only those are
// off their nominal instants who stand in the way of others. For an event that never fired it is the earliest
// instant at which it could have happened; being overdue counts as lateness too.
func (r *Run) Times() ([]int64, error) {
	s, err := newSolver(r)
	if err != nil {
		return nil, fmt.Errorf("times of run: %w", err)
	}
	s.early = Unbounded
	if _, err := s.least(upper, &s.late); err != nil {
		return nil, fmt.Errorf("times of run: %w", err)
	}
	s.early = 0
	if _, err := s.least(lower, &s.early); err != nil {
		return nil, fmt.Errorf("times of run: %w", err)
	}
	if s.late > 0 || s.early > 0 {
		s.local()
	}
	return s.time[1:], nil
}

// Stall is how late something had to be for a run to be possible.
type Stall struct {
	// Lateness is the smallest L, in nanoseconds, such that the run fits a timing
	// in which nothing happens more than L after its nominal instant. With 0 the
	// run is possible on a good day, and nothing below is set but Culprit, to -1.
	Lateness int64
	// Cycle holds the events of one circle of bounds that forces Lateness; -1 is
	// the origin. Each cannot be earlier than so much after, or so much before, the
	// one in front of it, and the first not than the last. It begins with the
	// smallest index.
	Cycle []int
	// Late holds the events of Cycle that must be late. The other bounds of the
	// circle cannot give way.
	Late []int
	// Culprit is the event that, late alone, makes the run possible, and
	// CulpritLateness how late it must then be. If several do, all need the same,
	// and it is the one with the smallest index. -1 if none does; in a run of more
	// than a thousand events, also if none was found in reasonable time.
	Culprit         int
	CulpritLateness int64
}

// SmallestStall is the least lateness with which the run is possible.
func (r *Run) SmallestStall() (Stall, error) {
	stall := Stall{Culprit: -1}
	s, err := newSolver(r)
	if err != nil {
		return stall, fmt.Errorf("smallest stall of run: %w", err)
	}
	s.early = Unbounded
	critical, err := s.least(upper, &s.late)
	if err != nil {
		return stall, fmt.Errorf("smallest stall of run: %w", err)
	}
	if stall.Lateness = s.late; s.late == 0 {
		return stall, nil
	}
	stall.Cycle, stall.Late = fromLeast(critical.events), critical.elastic
	slices.Sort(stall.Late)
	stall.Culprit, stall.CulpritLateness = s.culprit()
	return stall, nil
}

// fromLeast turns a circle so that it begins with the smallest index.
func fromLeast(circle []int) []int {
	i := slices.Index(circle, slices.Min(circle))
	return slices.Concat(circle[i:], circle[:i])
}

// culpritWork bounds the search for a culprit, in bounds looked at: a run of a
// thousand events is searched whole.
const culpritWork = 1 << 22

// culprit tries each event as the only late one. Only an event on all cycles
// that make the run impossible without lateness can be it, and a cycle that asks
// for g too much asks it of whoever it is. So every cycle that is met narrows the
// candidates and raises the floor, and all who suffice need the same.
func (s *solver) culprit() (event int, lateness int64) {
	s.late = 0
	met := s.worst(upper)
	candidates, floor := met.elastic, met.excess
	slices.Sort(candidates)
	tries := max(16, culpritWork/(len(s.ahead)+len(s.back)))
	for len(candidates) > 0 && tries > 0 {
		x := candidates[0]
		candidates = candidates[1:]
		if e := &s.events[x]; e.Nominal+floor > e.Latest {
			continue
		}
		tries--
		s.only, s.late = x, floor
		met, err := s.least(upper, &s.late)
		if err == nil {
			return x, s.late
		}
		floor = max(floor, met.excess)
		slices.Sort(met.events)
		candidates = slices.DeleteFunc(candidates, func(e int) bool {
			_, on := slices.BinarySearch(met.events, e)
			return !on
		})
	}
	return -1, 0
}
