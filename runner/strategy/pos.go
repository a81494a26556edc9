package strategy

import "github.com/seed-3519b94c/simrun/sim"

// POS is partial order sampling (Yuan, Yang and Gu, CAV'18): every event has a random
// priority from when it becomes pending, the enabled one with the highest runs, and
// whoever races with it draws a new one. Every order of racing events has a positive
// probability, in the worst case exponentially more than under a random walk, and
// neither a depth nor a length must be known: of two racing events, the one that
// comes after j private events of its process wins with 1/(j+2), where a random walk
// gives it 1/2^(j+1).
//
// It finds violations of atomicity among many processes, and hardly ever starves an
// event by others that race with it: each of them is another throw of the coin.
//
// A priority is a hash of the seed, the event, and the last event that has raced with
// it: the same as drawing anew, without anything to remember. What a pending event
// will touch is predicted by the Model; without one every event keeps its priority.
type POS struct {
	seed     uint64
	view     view
	model    *Model
	seen     int     // events of the log that have been looked at
	writes   []int32 // by resource: the number of the last event that wrote it, plus 1
	accesses []int32 // the same for reads and writes
	dirty    []sim.Resource
}

// NewPOS makes a POS.
func NewPOS() *POS { return new(POS) }

// Name is "pos".
func (*POS) Name() string { return "pos" }

// NeedsLog says that it must know what events touch.
func (*POS) NeedsLog() bool { return true }

// Begin forgets the run before.
func (s *POS) Begin(i Info) {
	s.seed, s.model, s.seen = i.Seed, i.Learned.Model, 0
	for _, r := range s.dirty {
		s.writes[r], s.accesses[r] = 0, 0
	}
	s.dirty = s.dirty[:0]
}

// Pick returns the enabled event with the highest priority.
func (s *POS) Pick(p *sim.Point) int {
	l := p.Log()
	known := s.model != nil && l != nil
	if known {
		if s.seen == 0 {
			s.view.begin(s.model, l)
		}
		s.look(l)
	}
	best, highest := 0, uint64(0)
	for i := range p.Enabled {
		a := &p.Enabled[i]
		raced := int32(0)
		if known {
			raced = s.raced(a)
		}
		if pr := hash3(s.seed, uint64(a.ID), uint64(raced)); pr >= highest {
			best, highest = i, pr
		}
	}
	return best
}

// raced is the number of the last event that has raced with a since it was armed, plus
// 1; 0 if none has.
func (s *POS) raced(a *sim.Alternative) (last int32) {
	for _, t := range s.view.expected(a.Process, a.Label) {
		if int(t.Resource) >= len(s.writes) {
			continue
		}
		n := s.writes[t.Resource]
		if t.Write {
			n = s.accesses[t.Resource]
		}
		if n > a.Armed {
			last = max(last, n)
		}
	}
	return last
}

// look notes what was touched since it looked last.
func (s *POS) look(l *sim.Log) {
	for ; s.seen < len(l.Events); s.seen++ {
		for _, t := range l.Touches(s.seen) {
			for len(s.writes) <= int(t.Resource) {
				s.writes, s.accesses = append(s.writes, 0), append(s.accesses, 0)
			}
			if s.accesses[t.Resource] == 0 {
				s.dirty = append(s.dirty, t.Resource)
			}
			s.accesses[t.Resource] = int32(s.seen + 1)
			if t.Write {
				s.writes[t.Resource] = int32(s.seen + 1)
			}
		}
	}
}
