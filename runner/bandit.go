package runner

import (
	"math"

	"github.com/seed-3519b94c/simrun/sim"
)

// bandit shares runs between the arms of a portfolio: a discounted Thompson bandit.
// Each arm has a Beta distribution of how often it shows something new, in which older
// runs count less; of the runs of a batch each arm has a floor, and of the others each
// goes to the arm whose draw from its Beta is the highest.
//
// What is new says little about bugs where everything is new, and the best finder may
// show the least of it: hence the floors.
type bandit struct {
	arms []banditArm
	rand *sim.Rand
}

// banditArm is an arm and its Beta(won+1, lost+1).
type banditArm struct {
	name      string
	floor     int // in percent of a batch
	won, lost float64
}

// discount is what a batch leaves of what earlier ones have shown.
const discount = 0.98

// share names the arm of each of n runs, in random order. Arms that have nothing to try
// are left out.
func (b *bandit) share(n int, idle func(arm string) bool) []string {
	var busy []int
	var names []string
	for i := range b.arms {
		a := &b.arms[i]
		a.won, a.lost = float64(a.won*discount), float64(a.lost*discount)
		if idle(a.name) {
			continue
		}
		busy = append(busy, i)
		for range (n*a.floor + 50) / 100 {
			names = append(names, a.name)
		}
	}
	for len(names) < n {
		names = append(names, b.draw(busy))
	}
	for i := len(names) - 1; i > 0; i-- {
		j := b.rand.IntN(i + 1)
		names[i], names[j] = names[j], names[i]
	}
	return names[:n]
}

// draw is the arm with the highest draw.
func (b *bandit) draw(busy []int) string {
	best, highest := 0, math.Inf(-1)
	for _, i := range busy {
		if x := b.arms[i].sample(b.rand); x > highest {
			best, highest = i, x
		}
	}
	return b.arms[best].name
}

// sample draws from the arm's Beta, or rather from the normal distribution of the same
// mean and variance, by operations that every machine rounds alike.
func (a *banditArm) sample(r *sim.Rand) float64 {
	won, lost := a.won+1, a.lost+1
	n := won + lost
	mean := won / n
	z := -6.0
	for range 12 {
		z += float64(r.Uint64()>>11) / (1 << 53)
	}
	return mean + float64(z*math.Sqrt(float64(mean*float64(1-mean))/(n+1)))
}

// reward tells what a run of an arm came to.
func (b *bandit) reward(arm string, won bool) {
	for i := range b.arms {
		if a := &b.arms[i]; a.name == arm {
			if won {
				a.won++
			} else {
				a.lost++
			}
			return
		}
	}
}
