package strategy

import "github.com/seed-3519b94c/simrun/sim"

// RandomWalk picks uniformly among the enabled events. A schedule with contested
// points of sizes n1, n2, ... has the probability 1/(n1 n2 ...): it finds shallow
// bugs among symmetric processes fast, and starving one event over k steps costs
// it 2^-k.
type RandomWalk struct{ rand *sim.Rand }

// NewRandomWalk makes a RandomWalk.
func NewRandomWalk() *RandomWalk { return &RandomWalk{sim.NewRand(0)} }

// Name is "random".
func (*RandomWalk) Name() string { return "random" }

// Begin seeds the walk.
func (s *RandomWalk) Begin(i Info) { s.rand.Seed(i.Seed) }

// Pick picks one at random.
func (s *RandomWalk) Pick(p *sim.Point) int { return s.rand.IntN(p.N) }

// PickEvent is Pick.
func (s *RandomWalk) PickEvent(e *sim.Enabled) int { return s.rand.IntN(e.Len()) }
