package runner

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// The pass of the minimiser that makes one story of many: what was found by another run
// often comes to a schedule of the same size that says the same with other events.

// The most tries of another hold in the place of one, of equal ones in the place of those of
// equal processes, and of all.
const (
	maxPlaces    = 120
	maxAlike     = 40
	maxCanonical = 160
)

// fewHolds is how many holds are a race to people, and not a crowd that is late.
const fewHolds = 3

// canonical puts in the place of each hold the first one that will do, in an order that
// depends only on the run without it; and in the place of the holds of equal processes, if it
// can be, equal ones. It never makes a schedule larger, but for the number of its events.
func (s *shrinker) canonical() {
	const rounds = 3
	now, ok := s.recorded(s.best)
	if !ok {
		return
	}
	left, unmet := maxCanonical, s.size.holds
	if unmet <= fewHolds { // of which one pair at least is to be shown; of many, their pattern
		unmet = max(now.unmet(s.best), unmet-1)
	}
	alike := s.alike(now, &left)
	for range rounds {
		before := key(s.best)
		for _, id := range s.events(sim.KindSchedule) {
			if !slices.Contains(alike, id) {
				s.place(id, unmet, &left)
			}
		}
		if key(s.best) == before {
			return
		}
	}
}

// alike looks, class by class of the processes that have holds, for one hold that will do for
// all processes of the class, each with its own event. It returns the events of those found.
func (s *shrinker) alike(named *recorded, left *int) (done []sim.EventID) {
	classes := make(map[string][]string) // of processes
	var order []string
	for _, d := range named.Schedule {
		if d.Kind != sim.KindSchedule {
			continue
		}
		process, _, _ := strings.Cut(d.Name, ":")
		class := processClass(process)
		if classes[class] == nil {
			order = append(order, class)
		}
		classes[class] = append(classes[class], process)
	}
	slices.Sort(order)
	for _, class := range order {
		if slices.Sort(classes[class]); len(classes[class]) > 1 {
			done = append(done, s.oneForAll(named, class, classes[class], left)...)
		}
	}
	return done
}

// oneForAll looks for one hold that will do for all processes of a class.
func (s *shrinker) oneForAll(named *recorded, class string, processes []string, left *int) []sim.EventID {
	var rest sim.Schedule
	for _, d := range named.Schedule {
		if process, _, _ := strings.Cut(d.Name, ":"); d.Kind != sim.KindSchedule || processClass(process) != class {
			rest = append(rest, d)
		}
	}
	t, ok := s.recorded(rest)
	if !ok {
		return nil
	}
	tries := min(maxAlike, *left)
	for _, h := range t.reversals(slices.Index(t.Processes, processes[0]), class) {
		if tries == 0 || s.spent() {
			return nil
		}
		c, held := t.forAll(h, processes)
		if c == nil {
			continue
		}
		tries--
		*left--
		if s.instead(append(slices.Clone(rest), c...), len(c)) {
			return held
		}
	}
	return nil
}

// forAll is a hold of the first of some processes, for each of them; nil if one of them has
// no such event.
func (r *recorded) forAll(h sim.Deviation, processes []string) (c sim.Schedule, held []sim.EventID) {
	_, event, _ := strings.Cut(r.EventName(r.at(h.Event)), ":")
	for _, process := range processes {
		id, err := sim.ParseEventID(process + ":" + event)
		if err != nil || r.at(id) < 0 {
			return nil, nil
		}
		h.Event = id
		c, held = append(c, h), append(held, id)
	}
	return c, held
}

// processClass is equal for processes whose names differ in a number at their end.
func processClass(process string) string { return strings.TrimRight(process, "0123456789") }

// place looks for the least hold in the place of that of an event. So many holds may be of
// events that do not happen.
func (s *shrinker) place(id sim.EventID, unmet int, left *int) {
	i := s.hold(id)
	if i < 0 || *left <= 0 {
		return
	}
	rest := slices.Delete(slices.Clone(s.best), i, i+1)
	t, ok := s.recorded(rest)
	if !ok {
		return
	}
	at := t.at(id)
	if at < 0 {
		return
	}
	for _, h := range t.reversals(int(t.Events[at].Process), "") {
		if *left <= 0 || s.spent() {
			return
		}
		if h.Event == s.best[i].Event && h.After == s.best[i].After {
			return
		}
		*left--
		if s.instead(append(slices.Clone(rest), h), unmet) {
			return
		}
	}
}

// instead takes a schedule in the place of the best one if it fails in the same way, is no
// larger, apart from the number of its events, and each of its holds decides. No more of them
// than allowed may be of events that do not happen before the run ends.
func (s *shrinker) instead(c sim.Schedule, unmet int) bool {
	best, rolling, size := s.best, s.rolling, s.size
	s.size.steps = math.MaxInt
	if s.attempt("instead "+key(c), strategy.NewReplay(c, false)) && s.decides(unmet) {
		return true
	}
	s.best, s.rolling, s.size = best, rolling, size
	return false
}

// decides reports whether no hold of the best schedule could end one event earlier: a story
// in which the other order fails too would blame the wrong pair.
func (s *shrinker) decides(unmet int) bool {
	t, ok := s.recorded(s.best)
	if !ok || t.unmet(s.best) > unmet {
		return false
	}
	for _, i := range s.holds() {
		if s.spent() {
			return false
		}
		r, err := s.w.run(s.w.o.config(strategy.NewReplay(shorter(s.best, i, t.Trace), false)))
		if err != nil {
			s.err = err
			return false
		}
		if r.Signature() == s.signature {
			return false
		}
	}
	return true
}

// unmet is how many holds are of events that did not happen: there is no pair to show then.
func (r *recorded) unmet(c sim.Schedule) (n int) {
	for _, d := range c {
		if d.Kind == sim.KindSchedule && r.at(d.Event) < 0 {
			n++
		}
	}
	return n
}

// reversals are the holds that each reverse two events that conflict, the first one of a
// process: those that overtake the fewest events first. None waits for a process of the class.
func (r *recorded) reversals(process int, class string) (out sim.Schedule) {
	type pair struct{ x, y int }
	var pairs []pair
	for x := range r.Events {
		if int(r.Events[x].Process) != process {
			continue
		}
		for y, n := x+1, 0; y < len(r.Events) && n < maxPlaces; y++ {
			other := r.Events[y].Process
			if int(other) != process && processClass(r.Processes[other]) != class && shared(&r.Events[x], &r.Events[y]) >= 0 {
				pairs = append(pairs, pair{x, y})
				n++
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Or(cmp.Compare(a.y-a.x, b.y-b.x), cmp.Compare(a.x, b.x)) })
	for _, p := range pairs[:min(len(pairs), maxPlaces)] {
		out = append(out, sim.Deviation{Kind: sim.KindSchedule, Event: r.ids[p.x], After: r.ids[p.y]})
	}
	return out
}
