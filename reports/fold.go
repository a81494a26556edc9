package reports

import (
	"slices"
	"strconv"

	"github.com/seed-3519b94c/simrun/sim"
)

const (
	short     = 24 // a run of so few steps is told whole
	lastSteps = 6  // before the end that are told in any case
	leadUp    = 12 // before the first step that decides: there details matter
	minFold   = 3  // steps that are worth a line saying that they are left out
)

// How much an event matters to the story.
const (
	idle   = iota
	detail // something happened underneath, not long before what decides
	noted  // it has something to say
	nearby // next to what decides, or shortly before the end
	vital  // it decides, deviates from the nominal run, or is the last
	ranks
)

// choose says which events the timeline shows. If there are more that matter
// than fit, the ones nearer to the end are kept.
func (s *story) choose() []bool {
	n := len(s.t.Events)
	kept := make([]bool, n)
	if s.o.Full || n <= short {
		for i := range kept {
			kept[i] = true
		}
		return kept
	}
	rank := s.rank()
	left := s.o.Rows
	for r := vital; r > idle; r-- {
		for i := n - 1; i >= 0 && left > 0; i-- {
			if rank[i] == r {
				kept[i] = true
				left--
			}
		}
	}
	// A gap that is no longer than the line that would stand for it is told.
	for i := 0; i < n; i++ {
		if kept[i] {
			continue
		}
		end := i
		for end < n && !kept[end] {
			end++
		}
		if end-i < minFold {
			for ; i < end; i++ {
				kept[i] = true
			}
		}
		i = end
	}
	return kept
}

func (s *story) rank() []int {
	n := len(s.t.Events)
	rank := make([]int, n)
	raise := func(i, to int) {
		if i >= 0 && i < n {
			rank[i] = max(rank[i], to)
		}
	}
	around := func(i int) {
		raise(i-1, nearby)
		raise(i, vital)
		raise(i+1, nearby)
	}
	for i := range s.t.Events {
		e := &s.t.Events[i]
		if len(e.Notes) > 0 {
			raise(i, noted)
		}
		if e.HeldAfter >= 0 {
			raise(i, vital)
			raise(int(e.HeldAfter), vital)
		}
		for _, o := range e.Outcomes {
			if s.deviates(o) {
				raise(i, vital)
			}
		}
	}
	for _, r := range s.t.Races {
		around(int(r.First))
		around(int(r.Second))
	}
	for i := n - lastSteps; i < n; i++ {
		raise(i, nearby)
	}
	raise(n-1, vital)
	first := slices.IndexFunc(rank, func(r int) bool { return r > noted })
	for i := max(first-leadUp, 0); i < n; i++ {
		if len(s.t.Events[i].Details) > 0 {
			raise(i, detail)
		}
	}
	return rank
}

// deviates reports whether a choice is one of the schedule, and not the boring one.
func (s *story) deviates(o sim.Outcome) bool {
	return slices.ContainsFunc(s.t.Schedule, func(d sim.Deviation) bool {
		return d.Kind == o.Kind && d.Kind != sim.KindSchedule && d.Name == o.Name
	})
}

// folded says what is left out: the events from lo up to but not including hi.
func (s *story) folded(lo, hi int) string {
	var order []string
	count := make(map[string]int)
	for i := lo; i < hi; i++ {
		p := s.process(s.t.Events[i].Process)
		if count[p] == 0 {
			order = append(order, p)
		}
		count[p]++
	}
	if len(order) == 1 {
		return "... " + plural(hi-lo, "step") + " of " + squeeze(order[0], 40) + " ..."
	}
	slices.SortStableFunc(order, func(a, b string) int { return count[b] - count[a] })
	var parts []string
	for _, p := range order {
		parts = append(parts, strconv.Itoa(count[p])+" of "+squeeze(p, 24))
	}
	return "... " + plural(hi-lo, "step") + ": " + enumerate(parts, 3) + " ..."
}
