package strategy

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// Delays walks through the schedules that are near the nominal one: all those in
// which one event is held, then all with two, and so on (delay bounding, Emmi et
// al., POPL'11, taken level by level as in iterative context bounding, Musuvathi
// and Qadeer, PLDI'07). So the first counterexample it finds needs as few
// deviations as any, and a level that was finished is a statement: no violation
// with at most that many deviations.
//
// A plan is a list of holds in the order in which they begin. The points at
// which one can begin are numbered within a run: wherever an event that is not
// held is first in nominal order and another could go before it. A hold ends
// when its event has been overtaken a given number of times, or when nothing
// else is left.
type Delays struct {
	level   []plan // of the present level, in order
	next    []plan // of the level after it
	from    int    // the next plan in level
	depth   int
	maxNext int
	dropped bool
}

// Hold is one entry of a plan.
type Hold struct {
	At    int32 // the point at which it begins
	Times int32 // how often its event is overtaken
}

type plan struct {
	holds []Hold
	// points is, for a plan that stands for all its extensions, how many points
	// a run of it had; the extension at point `at` comes next.
	points, at int32
}

// NewDelays makes the walk, at level 0: the nominal schedule.
func NewDelays() *Delays {
	return &Delays{level: []plan{{}}, maxNext: 1 << 20}
}

// Next returns the next plan, or false if there is none: every schedule was
// walked through. What Next returns depends on what Done was told of before, so
// plans are handed out in batches.
func (d *Delays) Next() ([]Hold, bool) {
	for {
		if d.from < len(d.level) {
			p := &d.level[d.from]
			if p.points == 0 {
				d.from++
				return p.holds, true
			}
			if p.at < p.points {
				h := append(append([]Hold(nil), p.holds...), Hold{p.at, 1})
				p.at++
				return h, true
			}
			d.from++
			continue
		}
		if len(d.next) == 0 {
			return nil, false
		}
		d.level, d.next, d.from = d.next, d.level[:0], 0
		d.depth++
	}
}

// Ready reports whether Next can be called before the plans that are out are
// done: not at the end of a level.
func (d *Delays) Ready() bool {
	return d.from < len(d.level)-1 || d.from < len(d.level) && d.level[d.from].points > d.level[d.from].at+1
}

// Done tells what the run of a plan showed: how many points it had, and whether
// its last hold ended by its count with its event still pending.
func (d *Delays) Done(holds []Hold, points int, more bool) {
	after := int32(0)
	if n := len(holds); n > 0 {
		last := holds[n-1]
		after = last.At + 1
		if more {
			longer := append([]Hold(nil), holds...)
			longer[n-1].Times++
			d.level = append(d.level, plan{holds: longer})
		}
	}
	if int32(points) > after {
		if len(d.next) >= d.maxNext {
			d.dropped = true
			return
		}
		d.next = append(d.next, plan{holds: holds, at: after, points: int32(points)})
	}
}

// Level is the number of holds in the plans that are being handed out; every
// plan with fewer was, unless Incomplete says otherwise.
func (d *Delays) Level() int { return d.depth }

// Incomplete reports whether plans were dropped for lack of room: then a level
// after the present one will not be complete.
func (d *Delays) Incomplete() bool { return d.dropped }

// DelayRun runs one plan.
type DelayRun struct {
	plan   []Hold
	i      int
	points int
	held   []heldEvent
	ended  []sim.EventID // held events whose count is full
	last   sim.EventID   // the one among them that the last hold was about
	more   bool          // when that one went something else could have gone before
}

type heldEvent struct {
	id   sim.EventID
	left int32
	last bool
}

// Name is "delays".
func (*DelayRun) Name() string { return "delays" }

// Begin does nothing: see Start.
func (*DelayRun) Begin(Info) {}

// Start prepares for a plan.
func (s *DelayRun) Start(plan []Hold) {
	s.plan, s.i, s.points, s.held, s.ended, s.more = plan, 0, 0, s.held[:0], s.ended[:0], false
	s.last = 0
}

// Ended tells Done what it wants to know.
func (s *DelayRun) Ended() (points int, more bool) { return s.points, s.more }

// Pick takes the first event that is not held.
func (s *DelayRun) Pick(p *sim.Point) int {
	c := s.free(p, 0)
	for c >= 0 {
		n := s.free(p, c+1)
		if n < 0 {
			break // nothing could go before it
		}
		if id := p.Enabled[c].ID; slices.Contains(s.ended, id) {
			s.more = s.more || id == s.last
			break // to hold it again is to hold it for longer, which is another plan
		}
		if s.i == len(s.plan) || int(s.plan[s.i].At) != s.points {
			s.points++
			break
		}
		s.held = append(s.held, heldEvent{p.Enabled[c].ID, s.plan[s.i].Times, s.i == len(s.plan)-1})
		s.i++
		s.points++
		c = n
	}
	if c < 0 {
		c = 0 // only held events are left: the first of them goes
		s.drop(p.Enabled[0].ID)
	}
	for _, a := range p.Enabled[:c] {
		s.overtaken(a.ID)
	}
	return c
}

// free returns the first alternative from i that is not held; -1 if there is none.
func (s *DelayRun) free(p *sim.Point, i int) int {
next:
	for ; i < len(p.Enabled); i++ {
		for j := range s.held {
			if s.held[j].id == p.Enabled[i].ID {
				continue next
			}
		}
		return i
	}
	return -1
}

func (s *DelayRun) overtaken(id sim.EventID) {
	for j := range s.held {
		h := &s.held[j]
		if h.id != id {
			continue
		}
		if h.left--; h.left == 0 {
			s.ended = append(s.ended, h.id)
			if h.last {
				s.last = h.id
			}
			s.held = append(s.held[:j], s.held[j+1:]...)
		}
		return
	}
}

func (s *DelayRun) drop(id sim.EventID) {
	for j := range s.held {
		if s.held[j].id == id {
			s.held = append(s.held[:j], s.held[j+1:]...)
			return
		}
	}
}
