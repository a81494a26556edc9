package runner

import (
	"math"
	"math/bits"
)

// MaxClasses is where the counting of classes stops, to keep memory flat: some 25 MB.
// What is counted up to there stays as it is.
const MaxClasses = 1 << 20

// maxArms bounds the strategies of one campaign: a class keeps two bits of each.
const maxArms = 16

// classTable counts the runs that each happens-before class has had, by arm, up to
// three. It is an open hash table: a map costs four times as much a run.
type classTable struct {
	slots []classSlot
	n     int
	full  bool // a class was left out
	arms  [maxArms]armCount
}

type classSlot struct {
	print  uint64 // 0: free
	counts uint32 // two bits an arm
}

// armCount is what one arm has seen: runs, classes, and classes by number of runs.
type armCount struct{ runs, classes, once, twice int }

// known reports whether a class has been counted. It may be called by several workers
// at once, as long as nobody adds.
func (t *classTable) known(print uint64) bool {
	if len(t.slots) == 0 {
		return false
	}
	return t.slots[t.find(print)].print != 0
}

func (t *classTable) find(print uint64) int {
	mask := len(t.slots) - 1
	i := int(print>>(64-bits.Len(uint(mask)))) & mask
	for s := &t.slots[i]; s.print != 0 && s.print != print; s = &t.slots[i] {
		i = (i + 1) & mask
	}
	return i
}

// add counts a run of a class by an arm, and reports whether it is the first of all.
func (t *classTable) add(print uint64, arm int) (fresh bool) {
	if t.full {
		return false
	}
	if print == 0 {
		print = 1
	}
	if 2*t.n >= len(t.slots) && t.n < MaxClasses {
		t.grow()
	}
	s := &t.slots[t.find(print)]
	if s.print == 0 {
		if t.n >= MaxClasses {
			t.full = true
			return false
		}
		s.print = print
		t.n++
		fresh = true
	}
	a := &t.arms[arm]
	a.runs++
	switch seen := s.counts >> (2 * arm) & 3; seen {
	case 0:
		a.classes++
		a.once++
	case 1:
		a.once--
		a.twice++
	case 2:
		a.twice--
	case 3:
		return fresh
	}
	s.counts += 1 << (2 * arm)
	return fresh
}

func (t *classTable) grow() {
	old := t.slots
	t.slots = make([]classSlot, max(1024, 2*len(old)))
	for _, s := range old {
		if s.print != 0 {
			t.slots[t.find(s.print)] = s
		}
	}
}

// newClass is the estimate of Good ("The population frequencies of species and the
// estimation of population parameters", Biometrika 1953) of the chance that the next run
// shows a class that no run has shown: the share of the runs whose class was met once.
// low and high are the 95 % interval of Esty ("A normal limit law for a nonparametric
// estimator of the coverage of a random sample", Annals of Statistics 1983). Without any
// such run, high is 3/runs: a class that is more likely would have been seen, in 95 % of
// all cases.
func (a *armCount) newClass() (p, low, high float64) {
	if a.runs == 0 {
		return 1, 0, 1
	}
	n, once, twice := float64(a.runs), float64(a.once), float64(a.twice)
	p = once / n
	if a.once == 0 {
		return 0, 0, min(1, 3/n)
	}
	half := 1.96 * math.Sqrt(float64(once*float64(1-p))+float64(2*twice)) / n
	return p, max(0, p-half), min(1, max(p+half, 3/n))
}
