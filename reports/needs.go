package reports

import "slices"

// maxNeeds is how many rules are listed.
const maxNeeds = 8

// needs lists the rules of the models that took effect from the first deviation on:
// what a system must do for this story to be possible on it. A story without a
// deviation is told from its start.
func (s *story) needs() []string {
	var ids, out []string
	for i := s.firstDeviation(); i < len(s.t.Events); i++ {
		for _, r := range s.t.Events[i].Rules {
			if slices.Contains(ids, r.ID) {
				continue
			}
			ids = append(ids, r.ID)
			out = append(out, clean(r.Text))
		}
	}
	if len(out) > maxNeeds && !s.o.Full {
		out = append(out[:maxNeeds], "... and "+plural(len(out)-maxNeeds, "more rule"))
	}
	return out
}

// firstDeviation is the first event that would not have been next on a good day, or
// at which something came out otherwise; 0 if there is none.
func (s *story) firstDeviation() int {
	first := len(s.t.Events)
	for i := range s.t.Events {
		e := &s.t.Events[i]
		if e.HeldAfter >= 0 {
			first = min(first, s.overtaken(i))
		}
		if slices.ContainsFunc(e.Outcomes, s.deviates) {
			first = min(first, i)
		}
	}
	if first == len(s.t.Events) {
		return 0
	}
	return first
}

// overtaken is the first event that came before i and would not have on a good day.
func (s *story) overtaken(i int) int {
	e := &s.t.Events[i]
	last := min(int(e.HeldAfter), i)
	for j := max(int(e.Cause)+1, 0); j < last; j++ {
		if s.t.Events[j].Nominal > e.Nominal {
			return j
		}
	}
	return last
}
