package store

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// siteColumns are the columns of the table sites: what the events of one process and label
// have in common, per trace. To ask it of events would have SQLite sort them all.
const siteColumns = `
	trace INTEGER, -- traces.id
	number INTEGER, -- in the order of first events, from 0
	process TEXT,
	label TEXT,
	events INTEGER,
	first_step INTEGER, -- of the first of them
	late_ns INTEGER, -- of the latest of them, beyond nominal
	held INTEGER -- how many of them were overtaken`

// siteSum is a row of sites.
type siteSum struct {
	process, label          int32
	events, firstStep, held int64
	late                    time.Duration
}

func sitesOf(t *sim.Trace) []siteSum {
	var list []siteSum
	at := make(map[[2]int32]int, len(t.Labels))
	for i := range t.Events {
		e := &t.Events[i]
		key := [2]int32{e.Process, e.Label}
		k, ok := at[key]
		if !ok {
			k = len(list)
			at[key] = k
			list = append(list, siteSum{process: e.Process, label: e.Label, firstStep: int64(i)})
		}
		s := &list[k]
		s.events++
		s.late = max(s.late, t.Late(i))
		if e.HeldAfter >= 0 {
			s.held++
		}
	}
	return list
}

// sitesTable is the table sites. It remembers the sums of the trace that it was asked for
// last.
func sitesTable() unpacked {
	sums := remember(sitesOf)
	return unpacked{"sites", siteColumns, func(t *sim.Trace) int { return len(sums(t)) }, func(t *sim.Trace, row, column int) any {
		s := &sums(t)[row]
		switch column {
		case 1:
			return int64(row)
		case 2:
			return t.Processes[s.process]
		case 3:
			return t.Labels[s.label]
		case 4:
			return s.events
		case 5:
			return s.firstStep
		case 6:
			return int64(s.late)
		}
		return s.held
	}}
}
