package runner

import (
	"math"
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// The passes of the minimiser that make two holds one, and let one hold for less long.

// anchors moves the anchor of each hold to the earliest event that will do.
func (s *shrinker) anchors() {
	held := s.events(sim.KindSchedule)
	for _, id := range held {
		i := s.hold(id)
		if i < 0 || s.spent() {
			continue
		}
		t, ok := s.recorded(s.best)
		if !ok {
			return
		}
		overtakers := t.overtakers(s.best[i])
		lo, hi := -1, len(overtakers)-1 // hi does, lo does not (or is no hold at all)
		if len(held) > maxAbsorb && hi > 0 && !s.anchored(id, overtakers[hi-1]) {
			continue // of many holds, most are as short as they can be
		}
		for hi-lo > 1 && !s.spent() {
			mid := lo + (hi-lo)/2
			if s.anchored(id, overtakers[mid]) {
				hi = mid
			} else {
				lo = mid
			}
		}
	}
}

// chains makes "X after Y" and "Y after Z" one hold, "X after Z": neither can be
// dropped alone.
func (s *shrinker) chains() {
	for i := 0; i < len(s.best) && !s.spent(); i++ {
		if s.best[i].Kind != sim.KindSchedule {
			continue
		}
		j := s.hold(s.best[i].After)
		if j < 0 {
			continue
		}
		c := slices.Clone(s.best)
		c[i].After = c[j].After
		if s.try(slices.Delete(c, j, j+1)) {
			i = -1
		}
	}
}

// maxAbsorb is the number of holds up to which each is tried in the place of each other:
// the tries are its square.
const maxAbsorb = 8

// absorb lets one hold do the work of two: its event waits for all that came before it,
// or for all of it that the process did for which the other waited, and the other goes.
// Neither can be dropped alone. How early the anchor may be, anchors finds out. It is about
// events that happened in the end, or about those that were still pending when the run ended.
func (s *shrinker) absorb(pending bool) {
	if s.size.holds < 2 || s.size.holds > maxAbsorb {
		return
	}
	t, ok := s.recorded(s.best)
	if !ok {
		return
	}
	for i, d := range s.best {
		end := t.at(d.Event)
		happened := end >= 0
		if !happened {
			end = len(t.ids) // it is held to the end
		}
		if d.Kind != sim.KindSchedule || end == 0 || happened == pending {
			continue
		}
		for j, other := range s.best {
			if j == i || other.Kind != sim.KindSchedule {
				continue
			}
			last := end - 1
			if k := t.at(other.After); k >= 0 {
				for last > 0 && t.Events[last].Process != t.Events[k].Process {
					last--
				}
			}
			for _, after := range []sim.EventID{t.ids[last], t.ids[end-1]} {
				c := slices.Clone(s.best)
				c[i].After = after
				if s.try(slices.Delete(c, j, j+1)) {
					s.absorb(pending)
					return
				}
			}
		}
	}
}

// hold is the position of the hold of an event; -1 if there is none.
func (s *shrinker) hold(id sim.EventID) int {
	return slices.IndexFunc(s.best, func(d sim.Deviation) bool { return d.Kind == sim.KindSchedule && d.Event == id })
}

// anchored tries another, earlier anchor. That holds for less long, so a run of the same
// length is progress; of a few holds, each of which is to decide, a longer one is too.
func (s *shrinker) anchored(held, after sim.EventID) bool {
	i := s.hold(held)
	if i < 0 {
		return false
	}
	c := slices.Clone(s.best)
	c[i].After = after
	steps := s.size.steps
	if s.size.steps++; s.size.holds <= maxAbsorb {
		s.size.steps = math.MaxInt
	}
	ok := s.try(c)
	if !ok {
		s.size.steps = steps
	}
	return ok
}

// overtakers lists the events that happened while the event of a hold was held, in order:
// its anchor is the last one.
func (r *recorded) overtakers(d sim.Deviation) []sim.EventID {
	armed, anchor := -1, r.at(d.After)
	if held := r.at(d.Event); held >= 0 {
		armed = int(r.Events[held].Cause)
	}
	if anchor <= armed {
		return nil
	}
	return r.ids[armed+1 : anchor+1]
}
