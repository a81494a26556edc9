package reports

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// alignment matches the events of two traces by their names.
type alignment struct {
	a, b   *sim.Trace
	inB    []int // where event i of a is in b; -1 if it is not
	inA    []int
	common int // events that both have from the start, in the same order
}

func align(a, b *sim.Trace) *alignment {
	al := &alignment{a: a, b: b, inA: make([]int, len(b.Events)), inB: make([]int, len(a.Events))}
	at := make(map[string]int, len(b.Events))
	for j := range b.Events {
		at[b.EventName(j)] = j
		al.inA[j] = -1
	}
	for i := range a.Events {
		al.inB[i] = -1
		if j, ok := at[a.EventName(i)]; ok {
			al.inB[i], al.inA[j] = j, i
		}
	}
	for al.common < min(len(a.Events), len(b.Events)) && al.inB[al.common] == al.common {
		al.common++
	}
	return al
}

// reversal is a pair of events of a, the first before the second, that b has the other
// way round although their order matters.
type reversal struct {
	first, second int // in a
	resource      string
}

// reversals lists the pairs that conflict and stand the other way round in b, in the order
// of a; of those that begin with one event only the first on each resource.
func (al *alignment) reversals() []reversal {
	var out []reversal
	for i := range al.a.Events {
		if al.inB[i] < 0 {
			continue
		}
		var seen []string
		for j := i + 1; j < len(al.a.Events); j++ {
			if al.inB[j] < 0 || al.inB[j] > al.inB[i] || al.a.Events[i].Process == al.a.Events[j].Process {
				continue
			}
			res := conflicting(al.a, i, j)
			if res == "" || slices.Contains(seen, res) {
				continue
			}
			seen = append(seen, res)
			out = append(out, reversal{i, j, res})
		}
	}
	return out
}

// conflicting names a resource that two events touch, one of them writing; "" if there
// is none.
func conflicting(t *sim.Trace, i, j int) string {
	a, b := &t.Events[i], &t.Events[j]
	for _, w := range a.Writes {
		if slices.Contains(b.Writes, w) || slices.Contains(b.Reads, w) {
			return t.Resources[w]
		}
	}
	for _, w := range b.Writes {
		if slices.Contains(a.Reads, w) {
			return t.Resources[w]
		}
	}
	return ""
}

// missing lists the events of a that b does not have.
func missing(where []int) []int {
	var out []int
	for i, at := range where {
		if at < 0 {
			out = append(out, i)
		}
	}
	return out
}
