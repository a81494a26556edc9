package strategy

import "github.com/seed-3519b94c/simrun/sim"

// Knuth estimates how many paths Exhaustive would take, by random descents: the product
// of the numbers of alternatives along a random path is, on average, the number of
// paths (Knuth, "Estimating the efficiency of backtrack programs", Mathematics of
// Computation 29, 1975). The products vary wildly, so the estimate is a rough one.
type Knuth struct {
	rand    *sim.Rand
	product float64
	sum     float64
	paths   int
	// Draws fixes parameters that the scenario draws, by choice.
	Draws map[sim.EventID]int64
}

// NewKnuth makes an estimate from nothing.
func NewKnuth(seed uint64) *Knuth { return &Knuth{rand: sim.NewRand(seed)} }

// Began begins a descent.
func (k *Knuth) Began(*sim.World) { k.product = 1 }

// Fired does nothing.
func (k *Knuth) Fired(sim.EventID) {}

// Choose takes any alternative that Exhaustive would try.
func (k *Knuth) Choose(p *sim.Point) int {
	if p.Kind == sim.KindOption {
		return 0
	}
	if alt, ok := lookUp(k.Draws, p); ok {
		return alt
	}
	if n, few := alternatives(p); few {
		k.product *= float64(n)
		return fewOf(p, k.rand.IntN(n))
	}
	k.product *= float64(p.N)
	return k.rand.IntN(p.N)
}

// Done ends a descent.
func (k *Knuth) Done() {
	k.sum += k.product
	k.paths++
}

// Paths is the estimate.
func (k *Knuth) Paths() float64 { return k.sum / float64(max(k.paths, 1)) }

// Left is the part of the whole tree that is still to be walked through, if all that can
// be gone into at one point is as large as the rest: what has been walked through so far
// divided by 1 - Left is an estimate of the whole (weighted backtracking, Kilby et al.,
// AAAI'06). The parts of walks that were split add up.
func (r *Reduced) Left() float64 {
	left, weight := 0.0, 1.0
	for d := range r.levels {
		lv := &r.levels[d]
		if n := float64(lv.of); n > 0 {
			weight /= n
			if d >= r.base {
				for _, f := range lv.fates {
					if f == wanted {
						left += weight
					}
				}
			}
		}
		for _, b := range lv.data {
			weight /= float64(b.of)
			if d >= r.base {
				left += weight * float64(b.of-b.taken-1)
			}
		}
	}
	if r.unrun {
		left += weight
	}
	return left
}
