package runner

import "github.com/seed-3519b94c/simrun/sim"

// maxDownstream is how many events after a pair are looked at: for each, all before it.
const maxDownstream = 1000

// flipped names the resource at which a pair of events decides when they touch nothing in
// common themselves, nor what their processes do next, as where each sends a message: the
// first one that something which follows from the first event reaches before something that
// follows from the second, where in the run with the other order it is the other way round.
// "" if there is none.
func flipped(t, other *sim.Trace, first, second int) string {
	at := positions(other)
	a, b := follows(t, first), follows(t, second)
	for j := second; j < min(len(t.Events), second+maxDownstream); j++ {
		if !b[j] {
			continue
		}
		later, ok := at[t.EventName(j)]
		if !ok {
			continue
		}
		for i := j - 1; i >= first; i-- {
			if !a[i] || b[i] {
				continue
			}
			r := shared(&t.Events[i], &t.Events[j])
			if r < 0 {
				continue
			}
			if earlier, ok := at[t.EventName(i)]; ok && later < earlier {
				return t.Resources[r]
			}
		}
	}
	return ""
}

// positions are those of the events of t, by name.
func positions(t *sim.Trace) map[string]int32 {
	at := make(map[string]int32, len(t.Events))
	for i := range t.Events {
		at[t.EventName(i)] = int32(i)
	}
	return at
}

// follows tells the events that come of event from: what it armed, what that did, and so on,
// and what came after one of them in its process.
func follows(t *sim.Trace, from int) []bool {
	in := make([]bool, len(t.Events))
	process := make(map[int32]bool)
	for i := from; i < len(t.Events); i++ {
		e := &t.Events[i]
		in[i] = i == from || process[e.Process] || e.Cause >= int32(from) && in[e.Cause]
		if in[i] {
			process[e.Process] = true
		}
	}
	return in
}
