package strategy

import (
	"fmt"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// SURW is the selectively uniform random walk (Zhao et al., ASPLOS'25): for each run
// one resource is drawn, by how often it is touched, and all orders of the events that
// touch it are equally likely, as under URW; everything else runs by random priority.
// With exact numbers and nobody blocked, each order of those events among processes with
// c1, c2, ... of them has the probability c1! c2! .../(c1+c2+...)!, whatever else the
// processes do. It has the best published mean on SCTBench and RaceBench.
//
// The numbers are means over earlier runs, kept in the Model. Without any it is a random
// walk. Time and locks make it approximate: whoever must go goes, blocked or not.
type SURW struct {
	rand     *sim.Rand
	follow   follower
	model    *Model
	drawn    bool
	delta    sim.Resource // what orders are uniform of; -1: nothing
	name     string
	intended int32     // the process whose turn it is to touch it; -1: to be drawn
	procs    []ranked  // by number of process
	totals   []float64 // by process of the model, of the resource of key
	key      surwKey
}

// ranked is what SURW keeps of a process.
type ranked struct {
	priority uint64
	drawn    bool
	blocked  bool
	met      bool
}

// surwKey is what totals depend on.
type surwKey struct {
	resource uint64
	version  int
	model    *Model
}

// NewSURW makes a SURW.
func NewSURW() *SURW { return &SURW{rand: sim.NewRand(0)} }

// Name is "surw".
func (*SURW) Name() string { return "surw" }

// NeedsLog says that it must know of every event.
func (*SURW) NeedsLog() bool { return true }

// Begin seeds the walk.
func (s *SURW) Begin(i Info) {
	s.rand.Seed(i.Seed)
	s.follow.begin(i.Learned.Model)
	s.model, s.drawn, s.name, s.intended = i.Learned.Model, false, "", -1
	clear(s.procs)
}

// Used says what the run was about.
func (s *SURW) Used() string {
	if s.name == "" {
		return "nothing to order"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "orders of %s;", s.name)
	for i, t := range s.totals {
		if i == 12 {
			b.WriteString(" ...")
			break
		}
		fmt.Fprintf(&b, " %.4g", t)
	}
	return b.String()
}

// draw chooses the resource of this run, and how often each process touches it.
func (s *SURW) draw(l *sim.Log) {
	s.drawn, s.delta = true, -1
	sum := 0
	for _, t := range s.model.names {
		if t.contended() {
			sum += t.events
		}
	}
	if sum == 0 {
		return
	}
	x := s.rand.IntN(sum)
	for _, t := range s.model.names {
		if !t.contended() {
			continue
		}
		if x -= t.events; x >= 0 {
			continue
		}
		if r, ok := s.follow.view.resources[t.hash]; ok {
			s.delta, s.name = r, t.name
		}
		if key := (surwKey{t.hash, s.model.version, s.model}); s.key != key {
			s.key = key
			s.totals = s.model.totals(func(p *procModel) int { return p.touches[t.hash] })
		}
		break
	}
	s.follow.totals = s.totals
}

// Pick lets the process go whose turn it is, and before that, in the order of their
// priorities, those whose next event is about something else.
func (s *SURW) Pick(p *sim.Point) int {
	l := p.Log()
	if s.model != nil && l != nil && !s.drawn {
		s.follow.view.begin(s.model, l)
		s.draw(l)
	}
	if !s.follow.catchUp(p, s.fired) {
		return s.rand.IntN(p.N)
	}
	s.children(p)
	for range 8 {
		if s.intended < 0 {
			s.intend(p)
		}
		for {
			c := s.highest(p)
			if c < 0 {
				break
			}
			q := p.Enabled[c].Process
			if !s.touches(&p.Enabled[c]) || q == s.intended || s.intended < 0 {
				return c
			}
			s.procs[q].blocked = true
		}
		s.unblock()
		s.intended = -1
	}
	return max(s.highest(p), 0)
}

// fired takes in an event, and reports whether it is one of those whose order counts.
func (s *SURW) fired(l *sim.Log, i int) bool {
	e := &l.Events[i]
	s.proc(e.Process).drawn = false // the next event of the process has another priority
	for _, t := range l.Touches(i) {
		if t.Resource == s.delta {
			s.unblock()
			s.intended = -1
			return true
		}
	}
	return false
}

func (s *SURW) proc(i int32) *ranked {
	for len(s.procs) <= int(i) {
		s.procs = append(s.procs, ranked{})
	}
	return &s.procs[i]
}

func (s *SURW) unblock() {
	for i := range s.procs {
		s.procs[i].blocked = false
	}
}

// children looks for processes that are new. If it is the turn of the one who started
// them, it may as well be theirs: what they have before them was before it.
func (s *SURW) children(p *sim.Point) {
	l, turn := p.Log(), s.intended
	sum := 0.0
	for i := range p.Enabled {
		a := &p.Enabled[i]
		q := s.proc(a.Process)
		if q.met {
			continue
		}
		q.met = true
		if turn < 0 || a.Armed == 0 || l.Events[a.Armed-1].Process != turn {
			continue
		}
		if sum == 0 {
			sum = max(s.follow.procs[turn].left, 0)
		}
		w := max(s.follow.procs[a.Process].left, 0)
		if sum += w; sum > 0 && unit(s.rand)*sum < w {
			s.intended = a.Process
		}
	}
}

// intend draws whose turn it is, by what everybody has left.
func (s *SURW) intend(p *sim.Point) {
	for i := range p.Enabled {
		a := &p.Enabled[i]
		if f := &s.follow.procs[a.Process]; f.left < 1 && s.touches(a) {
			f.left = 1
		}
	}
	sum := 0.0
	for i := range s.follow.procs {
		sum += max(s.follow.procs[i].left, 0)
	}
	if sum <= 0 {
		return
	}
	x := unit(s.rand) * sum
	for i := range s.follow.procs {
		left := max(s.follow.procs[i].left, 0)
		if left == 0 {
			continue
		}
		s.intended = int32(i)
		if x -= left; x < 0 {
			return
		}
	}
}

// touches reports whether an event is expected to be one of those whose order counts.
func (s *SURW) touches(a *sim.Alternative) bool {
	for _, t := range s.follow.view.expected(a.Process, a.Label) {
		if t.Resource == s.delta {
			return true
		}
	}
	return false
}

// highest is the alternative of the process with the highest priority among those that
// are not blocked; -1 if all are.
func (s *SURW) highest(p *sim.Point) int {
	best, high := -1, uint64(0)
	for i := range p.Enabled {
		q := s.proc(p.Enabled[i].Process)
		if !q.drawn {
			q.drawn, q.priority = true, s.rand.Uint64()
		}
		if !q.blocked && (best < 0 || q.priority > high) {
			best, high = i, q.priority
		}
	}
	return best
}
