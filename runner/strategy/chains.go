package strategy

import "github.com/seed-3519b94c/simrun/sim"

// Chains is PCT for worlds of messages and callbacks, where each message is its own
// short process: PCTCP (Ozkan, Majumdar, Niksic, Tabaei Befrouei and Weissenbacher,
// "Randomized testing of distributed systems with probabilistic guarantees",
// OOPSLA'18). Events are put into chains as they become pending, each behind an event
// that causes it if that is the last of its chain, and the enabled event of the chain
// with the highest priority runs. At d-1 random events the chain drops below all others.
// A bug of depth d among N events whose causal order has the width w is hit with a
// probability of at least 1/(w^2 N^(d-1)).
//
// With Racing, N counts only the events that can race, as in taPCT (Ozkan, Majumdar and
// Oraee, "Trace aware random testing for distributed systems", OOPSLA'19): those that
// touch something that two processes touch and one writes, as far as the Model knows.
//
// The depth is drawn per run, uniformly from 1 to 3, as PCT does. Only causes count for
// chains (who posted, armed or woke an event, and the order of its process), not
// conflicts.
type Chains struct {
	racing  bool
	depth   int // 0: drawn per run
	rand    *sim.Rand
	model   *Model
	view    view
	change  []int // the numbers of the events at which a chain drops, by rank
	chains  []chain
	at      []int32 // the chain of an event of the log
	before  []int32 // the event before it in its process, plus 1
	latest  []int32 // by process: its latest event, plus 1
	pending []arrival
	stack   []int32
	count   int // events that have become pending, of those that count
	seen    int // events of the log that have been looked at
}

// chain is a sequence of events, each of which caused the next.
type chain struct {
	rank int64 // priority; negative when it has dropped
	last int32 // its last event, in the log; -1 while that is still pending
}

// arrival is an event that has become pending.
type arrival struct {
	id    sim.EventID
	chain int32
	drop  int32 // the rank to which its chain drops when it comes up; 0: none
}

// NewChains makes a PCTCP that draws its depth per run.
func NewChains() *Chains { return &Chains{rand: sim.NewRand(0)} }

// NewRacingChains makes a taPCT that draws its depth per run.
func NewRacingChains() *Chains { return &Chains{rand: sim.NewRand(0), racing: true} }

// NewChainsOfDepth makes a PCTCP of a fixed depth, at least 1.
func NewChainsOfDepth(d int) *Chains { return &Chains{rand: sim.NewRand(0), depth: d} }

// Name is "pctcp" or "tapct".
func (s *Chains) Name() string {
	if s.racing {
		return "tapct"
	}
	return "pctcp"
}

// NeedsLog says that it must know who caused what.
func (*Chains) NeedsLog() bool { return true }

// Begin draws the change points.
func (s *Chains) Begin(i Info) {
	s.rand.Seed(i.Seed)
	s.model = i.Learned.Model
	depth := s.depth
	if depth == 0 {
		depth = 1 + s.rand.IntN(maxDepth)
	}
	s.change = s.change[:0]
	for range depth - 1 {
		s.change = append(s.change, 1+s.rand.IntN(max(s.model.Events(s.racing), 1)))
	}
	s.chains, s.at, s.pending = s.chains[:0], s.at[:0], s.pending[:0]
	s.before = s.before[:0]
	clear(s.latest)
	s.count, s.seen = 0, 0
}

// Pick returns the enabled event of the chain with the highest priority.
func (s *Chains) Pick(p *sim.Point) int {
	l := p.Log()
	if l == nil {
		return 0
	}
	if s.racing && s.seen == 0 && s.model != nil {
		s.view.begin(s.model, l)
	}
	s.look(l)
	for i := range p.Enabled {
		a := &p.Enabled[i]
		if s.arrived(a.ID) == nil {
			s.arrive(l, a.ID, a.Process, a.Label, a.Armed-1)
		}
	}
	for {
		best, high := 0, int64(-1<<62)
		var top *arrival
		for i := range p.Enabled {
			a := s.arrived(p.Enabled[i].ID)
			if r := s.chains[a.chain].rank; r > high {
				best, high, top = i, r, a
			}
		}
		if top.drop == 0 {
			return best
		}
		s.chains[top.chain].rank = -int64(top.drop)
		top.drop = 0
	}
}

// look takes in the events that have fired since.
func (s *Chains) look(l *sim.Log) {
	for ; s.seen < len(l.Events); s.seen++ {
		e := &l.Events[s.seen]
		a := s.arrived(e.ID)
		if a == nil { // it never stood at a contested point
			s.arrive(l, e.ID, e.Process, e.Label, e.Cause)
			a = &s.pending[len(s.pending)-1]
		}
		s.at = append(s.at, a.chain)
		s.before = append(s.before, s.latest[e.Process])
		s.latest[e.Process] = int32(s.seen) + 1
		if c := &s.chains[a.chain]; c.last < 0 {
			c.last = int32(s.seen)
		}
		*a = s.pending[len(s.pending)-1]
		s.pending = s.pending[:len(s.pending)-1]
	}
}

func (s *Chains) arrived(id sim.EventID) *arrival {
	for i := range s.pending {
		if s.pending[i].id == id {
			return &s.pending[i]
		}
	}
	return nil
}

// arrive puts an event that has become pending into a chain.
func (s *Chains) arrive(l *sim.Log, id sim.EventID, process int32, label sim.Label, cause int32) {
	a := arrival{id: id, chain: s.behind(l, process, cause)}
	if a.chain < 0 {
		a.chain = int32(len(s.chains))
		s.chains = append(s.chains, chain{rank: int64(s.rand.Uint64() >> 2)})
	}
	s.chains[a.chain].last = -1
	if !s.racing || s.races(process, label) {
		s.count++
		for i, n := range s.change {
			if n == s.count {
				a.drop = int32(len(s.change) - i) // the first falls lowest
			}
		}
	}
	s.pending = append(s.pending, a)
}

// races reports whether an event is expected to touch what others touch.
func (s *Chains) races(process int32, label sim.Label) bool {
	if s.model == nil || s.view.model == nil {
		return true
	}
	for _, t := range s.view.expected(process, label) {
		if r := s.model.touched[s.view.log.ResourceHash(t.Resource)]; r != nil && r.contended() {
			return true
		}
	}
	return false
}

// maxAncestors bounds how far back causes are looked for.
const maxAncestors = 256

// behind is a chain whose last event is a cause of one of this process: the one that
// armed it, the one before it in its process, or a cause of those. -1 if there is none.
func (s *Chains) behind(l *sim.Log, process, cause int32) int32 {
	for len(s.latest) <= int(process) {
		s.latest = append(s.latest, 0)
	}
	s.stack = append(s.stack[:0], s.latest[process]-1, cause)
	for looked := 0; len(s.stack) > 0 && looked < maxAncestors; looked++ {
		e := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		if e < 0 || int(e) >= len(s.at) {
			continue
		}
		if c := s.at[e]; s.chains[c].last == e {
			return c
		}
		s.stack = append(s.stack, s.before[e]-1, l.Events[e].Cause)
	}
	return -1
}
