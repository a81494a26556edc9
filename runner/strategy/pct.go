package strategy

import (
	"math"

	"github.com/seed-3519b94c/simrun/sim"
)

// PCT is the probabilistic concurrency testing of Burckhardt et al. (ASPLOS'10):
// every process has a random priority, the enabled one with the highest runs,
// and at d-1 random change points the one that runs falls below all others. A
// bug of depth d among n processes and k contested points is hit with a
// probability of at least 1/(n k^(d-1)).
//
// The depth is drawn per run, uniformly from 1 to 3: a fixed depth misses bugs
// of a smaller one whenever its change points disturb them. k is Learned.Contested:
// in a campaign, the most contested points that a run has had, at first those of the
// nominal one.
//
// It is fair in the end: after more contested points than any run should have it goes on
// as a random walk, so that who waits for somebody by asking again and again is not
// alone for ever.
type PCT struct {
	rand     *sim.Rand
	depth    int // 0: drawn per run
	priority []int64
	change   []int
	contest  int
	fairFrom int // the contested point from which on it is a random walk
}

// maxDepth bounds the depth that is drawn.
const maxDepth = 3

// NewPCT makes a PCT that draws its depth per run.
func NewPCT() *PCT { return &PCT{rand: sim.NewRand(0)} }

// NewPCTOfDepth makes a PCT of a fixed depth, at least 1.
func NewPCTOfDepth(d int) *PCT { return &PCT{rand: sim.NewRand(0), depth: d} }

// Name is "pct".
func (*PCT) Name() string { return "pct" }

// Begin draws the change points.
func (s *PCT) Begin(i Info) {
	s.rand.Seed(i.Seed)
	depth := s.depth
	if depth == 0 {
		depth = 1 + s.rand.IntN(maxDepth)
	}
	s.priority = s.priority[:0]
	s.change = s.change[:0]
	for range depth - 1 {
		s.change = append(s.change, s.rand.IntN(max(i.Learned.Contested, 1)))
	}
	s.contest = 0
	s.fairFrom = unfair + 8*i.Learned.Contested
}

// unfair is for how many contested points priorities hold at least.
const unfair = 1000

// Pick returns the enabled event of the process with the highest priority.
func (s *PCT) Pick(p *sim.Point) int {
	return s.PickEvent(p.Events())
}

// PickEvent is Pick.
func (s *PCT) PickEvent(e *sim.Enabled) int {
	if s.contest >= s.fairFrom {
		return s.rand.IntN(e.Len())
	}
	best, process := s.highest(e)
	for i, at := range s.change {
		if at == s.contest {
			// The lower the index the lower the priority, all below the base ones.
			s.priority[process] = int64(i - len(s.change))
			best, _ = s.highest(e)
			break
		}
	}
	s.contest++
	return best
}

// highest is the alternative of the process with the highest priority, and the process.
func (s *PCT) highest(e *sim.Enabled) (best int, process int32) {
	top, priority := int64(math.MinInt64), s.priority
	for i := range e.Len() {
		other := e.Process(i)
		if int(other) >= len(priority) {
			priority = s.meet(other)
		}
		if p := priority[other]; p > top {
			best, process, top = i, other, p
		}
	}
	return best, process
}

// meet gives a process that is met for the first time its priority.
func (s *PCT) meet(process int32) []int64 {
	for len(s.priority) <= int(process) {
		s.priority = append(s.priority, int64(s.rand.Uint64()>>1))
	}
	return s.priority
}
