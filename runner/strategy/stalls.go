package strategy

import (
	"math/bits"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// Stalls is the nominal order in which processes stall now and then, for anything from
// a millisecond to two seconds, every order of magnitude equally likely: the lesson of
// the chaos mode of rr (O'Callahan, 2016), that rare failures come from long pauses at
// few places. All stalls of a run together take a fifth of its virtual time at most, of
// what the longest run so far took: longer ones are timeouts that nobody believes. In a
// world without time, or one that is over within milliseconds, a stall lasts a fifth of
// that. It has no bound.
type Stalls struct {
	rand    *sim.Rand
	budget  int64 // nanoseconds of stalls that are left
	starts  []int // contested points at which one begins
	contest int
	process int32 // that stalls; -1: none
	until   int64 // nominal instant
}

// maxStalls is the most stalls of a run. Their number is drawn.
const maxStalls = 3

// NewStalls makes a Stalls.
func NewStalls() *Stalls { return &Stalls{rand: sim.NewRand(0)} }

// Name is "stalls".
func (*Stalls) Name() string { return "stalls" }

// Begin draws when stalls begin.
func (s *Stalls) Begin(i Info) {
	s.rand.Seed(i.Seed)
	s.budget = int64(i.Learned.Virtual) / 5
	s.starts = s.starts[:0]
	for range 1 + s.rand.IntN(maxStalls) {
		s.starts = append(s.starts, s.rand.IntN(max(i.Learned.Contested, 1)))
	}
	s.contest, s.process = 0, -1
}

// Pick takes the first event of a process that does not stall.
func (s *Stalls) Pick(p *sim.Point) int {
	for _, at := range s.starts {
		if at == s.contest {
			s.begin(p)
		}
	}
	s.contest++
	if s.process < 0 {
		return 0
	}
	for i := range p.Enabled {
		if a := &p.Enabled[i]; a.Process != s.process {
			if a.Nominal >= s.until {
				break
			}
			return i
		}
	}
	s.process = -1 // its time is up, or nobody else has anything to do
	return 0
}

// begin lets a process stall from now on.
func (s *Stalls) begin(p *sim.Point) {
	a := &p.Enabled[s.rand.IntN(p.N)]
	d := min(logUniform(s.rand, int64(time.Millisecond), int64(2*time.Second)), s.budget)
	s.budget -= d
	s.process, s.until = a.Process, p.Enabled[0].Nominal+d
}

// logUniform draws a number from lo to hi, each doubling equally likely.
func logUniform(r *sim.Rand, lo, hi int64) int64 {
	low := lo << r.IntN(bits.Len64(uint64(hi/lo)))
	return min(low+int64(r.Uint64()%uint64(low)), hi)
}
