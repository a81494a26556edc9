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
		trace, err := s.w.record(s.best)
		if err != nil {
			s.err = err
			return
		}
		overtakers := overtakersOf(trace, s.best[i])
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
	if s.size.holds < 2 || s.size.holds > maxAbsorb || s.spent() {
		return
	}
	trace, err := s.w.record(s.best)
	if err != nil {
		s.err = err
		return
	}
	at := make(map[sim.EventID]int, len(trace.Events))
	ids := make([]sim.EventID, len(trace.Events))
	for i := range trace.Events {
		ids[i], _ = sim.ParseEventID(trace.EventName(i))
		at[ids[i]] = i
	}
	for i, d := range s.best {
		end, happened := at[d.Event]
		if !happened {
			end = len(ids) // it is held to the end
		}
		if d.Kind != sim.KindSchedule || end == 0 || happened == pending {
			continue
		}
		for j, other := range s.best {
			if j == i || other.Kind != sim.KindSchedule {
				continue
			}
			last := end - 1
			if k, ok := at[other.After]; ok {
				for last > 0 && trace.Events[last].Process != trace.Events[k].Process {
					last--
				}
			}
			for _, after := range []sim.EventID{ids[last], ids[end-1]} {
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

// overtakersOf lists the events that happened while the event of a hold was
// held, in order: its anchor is the last one.
func overtakersOf(t *sim.Trace, d sim.Deviation) []sim.EventID {
	armed, anchor := -1, -1
	for i := range t.Events {
		switch id, _ := sim.ParseEventID(t.EventName(i)); id {
		case d.Event:
			armed = int(t.Events[i].Cause)
		case d.After:
			anchor = i
		}
	}
	var out []sim.EventID
	for i := armed + 1; i <= anchor; i++ {
		id, _ := sim.ParseEventID(t.EventName(i))
		out = append(out, id)
	}
	return out
}
