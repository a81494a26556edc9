package strategy

import "github.com/seed-3519b94c/simrun/sim"

// Exhaustive walks through every order and every outcome of the other choices,
// depth first and without reduction: each run is one path through the tree of
// choices, and the next one differs from it in the last choice that has an
// alternative left.
type Exhaustive struct {
	path   []branch
	prefix int // the first choices, that are fixed
	at     int
}

type branch struct{ taken, of int32 }

// NewExhaustive walks through the paths that begin with prefix.
func NewExhaustive(prefix []int32) *Exhaustive {
	e := &Exhaustive{prefix: len(prefix)}
	for _, alt := range prefix {
		e.path = append(e.path, branch{alt, 0})
	}
	return e
}

// Choose follows the path, and beyond its end takes the first alternative.
func (e *Exhaustive) Choose(p *sim.Point) int {
	if p.Kind == sim.KindOption {
		return 0
	}
	if e.at == len(e.path) {
		e.path = append(e.path, branch{0, int32(p.N)})
	}
	b := &e.path[e.at]
	b.of = int32(p.N)
	e.at++
	return int(b.taken)
}

// Next moves on to the next path and reports whether there is one.
func (e *Exhaustive) Next() bool {
	e.path = e.path[:e.at]
	e.at = 0
	for n := len(e.path); n > e.prefix; n-- {
		if b := &e.path[n-1]; b.taken+1 < b.of {
			b.taken++
			e.path = e.path[:n]
			return true
		}
	}
	return false
}

// Prefixes splits the tree: it returns the beginnings of a depth at which there
// are at least want of them (or all complete paths, if the tree is smaller), in
// order. run runs one path. The runs that it takes are not counted as explored.
func Prefixes(want int, run func(sim.Chooser) error) ([][]int32, error) {
	level := [][]int32{nil}
	for len(level) < want {
		var next [][]int32
		for _, prefix := range level {
			e := NewExhaustive(prefix)
			if err := run(e); err != nil {
				return nil, err
			}
			if e.at <= len(prefix) {
				next = append(next, prefix)
				continue
			}
			for alt := range e.path[len(prefix)].of {
				next = append(next, append(append([]int32(nil), prefix...), alt))
			}
		}
		if len(next) == len(level) {
			return next, nil
		}
		level = next
	}
	return level, nil
}
