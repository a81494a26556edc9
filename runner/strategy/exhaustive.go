package strategy

import "github.com/seed-3519b94c/simrun/sim"

// Exhaustive walks through every order and every outcome of the other choices,
// depth first and without reduction: each run is one path through the tree of
// choices, and the next one differs from it in the last choice that has an
// alternative left.
//
// A clock reading with many possible values is tried at its nominal value and at
// both ends only; Partial tells.
type Exhaustive struct {
	path    []branch
	prefix  int // the first choices, that are fixed
	at      int
	partial bool
}

type branch struct{ taken, of int }

// Partial reports whether some possible clock readings were left out.
func (e *Exhaustive) Partial() bool { return e.partial }

// fewReadings is up to how many possible clock readings are tried one by one.
const fewReadings = 8

// NewExhaustive walks through the paths that begin with prefix.
func NewExhaustive(prefix []int) *Exhaustive {
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
	n, few := alternatives(p)
	e.partial = e.partial || few
	if e.at == len(e.path) {
		e.path = append(e.path, branch{0, n})
	}
	b := &e.path[e.at]
	b.of = n
	e.at++
	if few {
		return fewOf(p, b.taken)
	}
	return b.taken
}

// alternatives is how many alternatives of a choice are tried, and whether those are
// only a few of all.
func alternatives(p *sim.Point) (n int, few bool) {
	if p.Kind == sim.KindClock && p.N > fewReadings {
		return 3, true
	}
	return p.N, false
}

// fewOf is the alternative of p that is tried as number i of a few.
func fewOf(p *sim.Point, i int) int {
	ends := [...]int64{p.Nominal, p.Lo, p.Lo + int64(p.N) - 1}
	alt, _ := p.Alternative(ends[i]) // all three are possible
	return alt
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

// maxPrefixes bounds the parts that Prefixes makes; a choice of more alternatives
// than that is not split.
const maxPrefixes = 1 << 14

// Prefixes splits the tree: it returns the beginnings of a depth at which there
// are at least want of them (or all complete paths, if the tree is smaller), in
// order. run runs one path. The runs that it takes are not counted as explored.
func Prefixes(want int, run func(sim.Chooser) error) ([][]int, error) {
	level := [][]int{nil}
	for len(level) < want {
		var next [][]int
		for _, prefix := range level {
			e := NewExhaustive(prefix)
			if err := run(e); err != nil {
				return nil, err
			}
			if e.at <= len(prefix) {
				next = append(next, prefix)
				continue
			}
			n := e.path[len(prefix)].of
			if len(next)+n > maxPrefixes {
				return level, nil
			}
			for alt := range n {
				next = append(next, append(append([]int(nil), prefix...), alt))
			}
		}
		if len(next) == len(level) {
			return next, nil
		}
		level = next
	}
	return level, nil
}
