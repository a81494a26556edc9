package runner

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// corpus keeps schedules that showed something new, to try what is near them, in the
// manner of coverage-guided fuzzing (P's feedback and Fest, NSDI'26; Fray, OOPSLA'25): a
// few holds are dropped, added or moved. It has no bound. It gains where a protocol goes
// through stages, and nothing where everything is new.
type corpus struct {
	entries []corpusEntry
}

// corpusEntry is a run that showed something new.
type corpusEntry struct {
	schedule sim.Schedule
	order    []sim.EventID // its first events
	energy   int           // mutants that it may still have
	rare     bool          // it showed more than a new class
}

// Limits of a corpus.
const (
	maxCorpus      = 128
	maxCorpusOrder = 512 // events of a run
	maxCorpusHolds = 128 // a schedule that holds more is noise
	corpusEnergy   = 16  // mutants, as in Fray
	rareEnergy     = 512 // of a run that is rare
	maxMutations   = 3
)

// add keeps a run, if its first events were noted. One that is rare, for it was the first to reach a goal or to reverse a
// pair, is worth more mutants.
func (c *corpus) add(s sim.Schedule, order []sim.EventID, rare bool) {
	if len(s) > maxCorpusHolds || len(order) < 2 {
		return
	}
	e := corpusEntry{s, order, corpusEnergy, rare}
	if rare {
		e.energy = rareEnergy
	}
	if len(c.entries) < maxCorpus {
		c.entries = append(c.entries, e)
		return
	}
	least := 0 // the entry that goes: the first of those that have the least energy left
	for i := range c.entries {
		if c.entries[i].energy < c.entries[least].energy {
			least = i
		}
	}
	if c.entries[least].energy <= e.energy {
		c.entries[least] = e
	}
}

// idle reports whether there is nothing to mutate.
func (c *corpus) idle() bool {
	return !slices.ContainsFunc(c.entries, func(e corpusEntry) bool { return e.energy > 0 })
}

// mutant is a schedule near one of those that are kept, drawn by what energy they have
// left; false if there is none.
func (c *corpus) mutant(r *sim.Rand) (sim.Schedule, bool) {
	var sum [2]int // of those that are not rare, and of those that are
	for i := range c.entries {
		e := &c.entries[i]
		sum[rarity(e.rare)] += e.energy
	}
	if sum[0]+sum[1] == 0 {
		return nil, false
	}
	rare := sum[0] == 0 || sum[1] > 0 && r.Chance(2) // else the many would drown the few
	x := r.IntN(sum[rarity(rare)])
	for i := range c.entries {
		e := &c.entries[i]
		if e.rare != rare {
			continue
		}
		if x < e.energy {
			e.energy--
			return e.mutate(r), true
		}
		x -= e.energy
	}
	return nil, false
}

func rarity(rare bool) int {
	if rare {
		return 1
	}
	return 0
}

func (e *corpusEntry) mutate(r *sim.Rand) sim.Schedule {
	s := slices.Clone(e.schedule)
	for range 1 + r.IntN(maxMutations) {
		switch i := r.IntN(max(len(s), 1)); {
		case len(s) > 0 && r.Chance(3):
			s = slices.Delete(s, i, i+1)
		case len(s) > 0 && s[i].Kind == sim.KindSchedule && r.Chance(2):
			if at := slices.Index(e.order, s[i].After); at >= 0 {
				to := at - 4 + r.IntN(9)
				s[i].After = e.order[min(max(to, 0), len(e.order)-1)]
			}
		default:
			x := r.IntN(len(e.order) - 1)
			y := min(x+1+r.IntN(8), len(e.order)-1)
			s = append(s, sim.Deviation{Kind: sim.KindSchedule, Event: e.order[x], After: e.order[y]})
		}
	}
	return slices.DeleteFunc(s, func(d sim.Deviation) bool { return d.Event == d.After })
}
