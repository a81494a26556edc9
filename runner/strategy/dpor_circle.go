package strategy

import "github.com/seed-3519b94c/simrun/sim/timed"

type timedFact = timed.Fact

// relaxer finds circles of bounds that ask for too much, by Bellman and Ford's method.
type relaxer struct {
	bounds []lowerBound
	time   []int64
	by     []int32 // the bound that gave an event its time; -1: none did
}

// lowerBound says t(to) >= t(from) + least.
type lowerBound struct {
	from, to int32
	least    int64
	order    bool // it is there because of the order of the two
}

// circle returns the pairs whose order is on a circle of bounds that no timing fits. If
// wait and first are given, it is one that keeps event wait from happening before event
// first. None: there is no such circle.
func (x *relaxer) circle(nodes []node, edges [][2]int32, facts []timed.Fact, wait, first int32) (pairs [][2]int32) {
	x.bounds = x.bounds[:0]
	for k := 1; k < len(nodes); k++ {
		n := &nodes[k]
		x.bounds = append(x.bounds, lowerBound{n.from, int32(k), n.earliest, false})
		if n.latest < timed.Unbounded {
			x.bounds = append(x.bounds, lowerBound{int32(k), n.from, -n.latest, false})
		}
	}
	for _, e := range edges {
		x.bounds = append(x.bounds, lowerBound{e[0], e[1], 0, true})
	}
	for _, f := range facts {
		event, ref := int32(f.Event)+1, int32(f.Ref)+1
		x.bounds = append(x.bounds, lowerBound{ref, event, f.Lo, false})
		if f.Hi < timed.Unbounded {
			x.bounds = append(x.bounds, lowerBound{event, ref, -f.Hi, false})
		}
	}
	if wait >= 0 {
		x.bounds = append(x.bounds, lowerBound{wait, first, 0, false})
	}
	x.time, x.by = x.time[:0], x.by[:0]
	for range nodes {
		x.time, x.by = append(x.time, 0), append(x.by, -1)
	}
	for round := 0; ; round++ {
		moved := int32(-1)
		for i := range x.bounds {
			b := &x.bounds[i]
			if t := x.time[b.from] + b.least; t > x.time[b.to] {
				x.time[b.to], x.by[b.to] = t, int32(i)
				moved = b.to
			}
		}
		if moved < 0 {
			return nil
		}
		if round < len(nodes) {
			continue
		}
		for range nodes { // to be on the circle, and not on the way from it
			moved = x.bounds[x.by[moved]].from
		}
		for k := moved; ; {
			b := &x.bounds[x.by[k]]
			if b.order {
				pairs = append(pairs, [2]int32{b.from, b.to})
			}
			if k = b.from; k == moved {
				return pairs
			}
		}
	}
}
