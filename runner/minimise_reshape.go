package runner

import (
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// The passes of the minimiser that leave the schedule at hand for a smaller one of another
// shape, where none of its holds can go and none can do the work of two.

// recorded is the run of a schedule with the IDs of its events.
type recorded struct {
	*sim.Trace
	ids []sim.EventID
}

func (s *shrinker) recorded(c sim.Schedule) (*recorded, bool) {
	if s.spent() {
		return nil, false
	}
	t, err := s.w.record(c)
	if err != nil {
		s.err = err
		return nil, false
	}
	return numbered(t), len(t.Events) > 0
}

// numbered is t with the IDs of its events.
func numbered(t *sim.Trace) *recorded {
	r := &recorded{Trace: t, ids: make([]sim.EventID, len(t.Events))}
	for i := range t.Events {
		r.ids[i], _ = sim.ParseEventID(t.EventName(i)) // it was made from one
	}
	return r
}

// at is the position of an event; -1 if it did not happen.
func (r *recorded) at(id sim.EventID) int { return slices.Index(r.ids, id) }

// same reports whether two events happened, in one process.
func (r *recorded) same(x, y sim.EventID) bool {
	i, j := r.at(x), r.at(y)
	return i >= 0 && j >= 0 && r.Events[i].Process == r.Events[j].Process
}

// wall lets every hold last until the run fails, and does without one of them: where many
// processes must be late, one that was late for a while only made others be late too. If it
// cannot go just so it is turned around: not X waits for Y but Y for X, in the place of the
// hold that Y's process has anyway.
func (s *shrinker) wall() {
	if s.size.holds < 2 {
		return
	}
	t, ok := s.recorded(s.best)
	if !ok {
		return
	}
	holds := s.holds()
	without := func(gone int) sim.Schedule {
		c := slices.Clone(s.best)
		for _, i := range holds {
			c[i].After = t.ids[len(t.ids)-1]
		}
		c[gone].Kind = 0
		return c
	}
	for _, gone := range holds {
		if s.try(cleared(without(gone))) {
			return
		}
	}
	for _, gone := range holds {
		for _, later := range holds {
			event := s.best[gone].After
			if later == gone || !t.same(event, s.best[later].Event) {
				continue
			}
			c := without(gone)
			c[later].Event = event
			if s.try(cleared(c)) {
				return
			}
		}
	}
}

// holds are the positions of the holds in the best schedule.
func (s *shrinker) holds() (at []int) {
	for i, d := range s.best {
		if d.Kind == sim.KindSchedule {
			at = append(at, i)
		}
	}
	return at
}

// cleared is a schedule without the entries that were given up.
func cleared(c sim.Schedule) sim.Schedule {
	return slices.DeleteFunc(c, func(d sim.Deviation) bool { return d.Kind == 0 })
}

// The most holds of a schedule of which two are replaced by one, and the most tries of
// that in all.
const (
	maxReplaced     = 3
	maxReplaceTries = 80
)

// replace puts one hold in the place of two, in the run without the two. A bug that strikes
// in several rounds of a protocol may need two holds in one round and one in another.
func (s *shrinker) replace() {
	if n := s.size.holds; n < 2 || n > maxReplaced {
		return
	}
	named, ok := s.recorded(s.best)
	if !ok {
		return
	}
	holds := s.holds()
	for a, i := range holds {
		for _, j := range holds[:a] {
			c := slices.Clone(s.best)
			c[i].Kind, c[j].Kind = 0, 0
			c = cleared(c)
			t, ok := s.recorded(c)
			if !ok {
				return
			}
			for _, h := range t.holds(named.Schedule) {
				if s.replaced >= maxReplaceTries {
					return
				}
				runs := s.w.runs.Load()
				smaller := s.try(append(slices.Clone(c), h))
				if s.replaced += int(s.w.runs.Load() - runs); smaller {
					return
				}
			}
		}
	}
}

// holds are holds that are worth a try in this run, of events of the processes that have
// one in schedule old: those that last to the end, and then those that reverse an event and
// the first one of another process that conflicts with it.
func (r *recorded) holds(old sim.Schedule) (out sim.Schedule) {
	var late []string
	for _, d := range old {
		if d.Kind == sim.KindSchedule {
			process, _, _ := strings.Cut(d.Name, ":")
			late = append(late, process)
		}
	}
	hold := func(i, j int) {
		out = append(out, sim.Deviation{Kind: sim.KindSchedule, Event: r.ids[i], After: r.ids[j]})
	}
	mayWait := func(i int) bool {
		process, _, _ := strings.Cut(r.EventName(i), ":")
		return slices.Contains(late, process)
	}
	for i := range r.Events {
		for j := len(r.Events) - 1; mayWait(i) && j > i; j-- {
			if r.Events[j].Process != r.Events[i].Process {
				hold(i, j)
				break
			}
		}
	}
	for i := range r.Events {
		var met []int32
		for j := i + 1; mayWait(i) && j < len(r.Events); j++ {
			p := r.Events[j].Process
			if p != r.Events[i].Process && !slices.Contains(met, p) && shared(&r.Events[i], &r.Events[j]) >= 0 {
				met = append(met, p)
				hold(i, j)
			}
		}
	}
	return out
}
