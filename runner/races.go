package runner

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// races notes for each hold which pair of events decides: the held event and its
// anchor. The other order is the run in which the hold ends one event earlier.
func (s *shrinker) races(t *sim.Trace) {
	for i, d := range s.best {
		if d.Kind != sim.KindSchedule || s.err != nil {
			continue
		}
		other, err := s.w.record(shorter(s.best, i, t))
		if err != nil {
			s.err = err
			return
		}
		race := sim.Race{First: -1, Second: -1, Otherwise: other.Signature}
		for j := range t.Events {
			switch t.EventName(j) {
			case t.Schedule[i].AfterName:
				race.First = int32(j)
			case t.Schedule[i].Name:
				race.Second = int32(j)
			}
		}
		if race.First >= 0 && race.Second >= 0 {
			if race.Resource = conflict(t, int(race.First), int(race.Second)); race.Resource == "" {
				race.Resource = flipped(t, other, int(race.First), int(race.Second))
			}
			t.Races = append(t.Races, race)
		}
	}
}

// shorter is a schedule, of which t is the run, with one hold ending one event earlier, so
// without it if it is overtaken by one event only.
func shorter(c sim.Schedule, hold int, t *sim.Trace) sim.Schedule {
	overtakers := numbered(t).overtakers(c[hold])
	c = slices.Clone(c)
	if n := len(overtakers); n > 1 {
		c[hold].After = overtakers[n-2]
		return c
	}
	return slices.Delete(c, hold, hold+1)
}

// conflict names what two events of different processes both touch, one of them
// writing. If they touch nothing in common it looks at what their processes do
// next, up to the first such pair.
func conflict(t *sim.Trace, first, second int) string {
	_, _, r := conflictOf(t, first, second)
	if r < 0 {
		return ""
	}
	return t.Resources[r]
}

// conflictOf is conflict with the two events that touch the resource; -1 if there are none.
func conflictOf(t *sim.Trace, first, second int) (i, j int, resource int32) {
	a, b := t.Events[first], t.Events[second]
	for j := second; j < len(t.Events); j++ {
		if t.Events[j].Process != b.Process {
			continue
		}
		for i := first; i < j; i++ {
			if t.Events[i].Process != a.Process {
				continue
			}
			if r := shared(&t.Events[i], &t.Events[j]); r >= 0 {
				return i, j, r
			}
		}
	}
	return -1, -1, -1
}

func shared(a, b *sim.Event) int32 {
	for _, w := range a.Writes {
		if slices.Contains(b.Writes, w) || slices.Contains(b.Reads, w) {
			return w
		}
	}
	for _, w := range b.Writes {
		if slices.Contains(a.Reads, w) {
			return w
		}
	}
	return -1
}
