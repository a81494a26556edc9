package store

import (
	"fmt"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// eventColumns are the columns of the table events.
const eventColumns = `
	trace INTEGER, -- traces.id
	step INTEGER, -- index of the event in its trace
	name TEXT, -- process:label#occurrence
	process TEXT,
	label TEXT,
	occurrence INTEGER,
	time_ns INTEGER, -- virtual, in the timing that is shown
	nominal_ns INTEGER, -- on a good day
	late_ns INTEGER, -- beyond nominal, from its origin
	earliest_ns INTEGER, -- of its window
	latest_ns INTEGER, -- NULL if unbounded
	cause INTEGER, -- step at which it was armed; NULL for the set-up
	held_after INTEGER, -- step of the last event that overtook it; NULL if none did
	calm INTEGER, -- 1 if after the storm
	reads TEXT, -- resources, separated by spaces
	writes TEXT,
	choices TEXT, -- such as fault M:crash#1 = 1, separated by commas
	notes TEXT, -- one per line
	source TEXT -- file:line`

func eventCell(t *sim.Trace, i, column int) any {
	e := &t.Events[i]
	switch column {
	case stepColumn:
		return int64(i)
	case 2:
		return t.EventName(i)
	case 3:
		return t.Processes[e.Process]
	case 4:
		return t.Labels[e.Label]
	case 5:
		return int64(e.Occurrence)
	case 6:
		return int64(e.Time)
	case 7:
		return int64(e.Nominal)
	case 8:
		return int64(t.Late(i))
	case 9:
		return int64(e.Window.Earliest)
	case 10:
		if e.Window.Latest >= sim.Unbounded {
			return nil
		}
		return int64(e.Window.Latest)
	case 11:
		return stepOrNull(e.Cause)
	case 12:
		return stepOrNull(e.HeldAfter)
	case 13:
		if i >= t.Calm {
			return int64(1)
		}
		return int64(0)
	case 14:
		return resourceNames(t, e.Reads)
	case 15:
		return resourceNames(t, e.Writes)
	case 16:
		choices := make([]string, len(e.Outcomes))
		for j, o := range e.Outcomes {
			choices[j] = fmt.Sprintf("%s %s = %d", o.Kind, o.Name, o.Value)
		}
		return strings.Join(choices, ", ")
	case 17:
		return strings.Join(e.Notes, "\n")
	}
	return e.Source
}

func stepOrNull(i int32) any {
	if i < 0 {
		return nil
	}
	return int64(i)
}

func resourceNames(t *sim.Trace, list []int32) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return t.Resources[list[0]]
	}
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = t.Resources[r]
	}
	return strings.Join(names, " ")
}

// choiceColumns are the columns of the table choices: the deviations of each trace.
const choiceColumns = `
	trace INTEGER, -- traces.id
	number INTEGER, -- in the schedule, from 0
	kind TEXT, -- hold, draw, fault, clock, elapsed, option
	name TEXT, -- process:label#occurrence
	after TEXT, -- of a hold: the event it waited for
	value INTEGER -- of the others`

func choiceCell(t *sim.Trace, i, column int) any {
	d := &t.Schedule[i]
	hold := d.Kind == sim.KindSchedule
	switch column {
	case 1:
		return int64(i)
	case 2:
		return d.Kind.String()
	case 3:
		return d.Name
	case 4:
		if hold {
			return d.AfterName
		}
		return nil
	}
	if hold {
		return nil
	}
	return d.Value
}

// footprintColumns are the columns of the table footprints.
const footprintColumns = `
	trace INTEGER, -- traces.id
	step INTEGER,
	resource TEXT,
	access TEXT -- read or write`

func footprintCount(t *sim.Trace) int {
	n := 0
	for i := range t.Events {
		n += len(t.Events[i].Reads) + len(t.Events[i].Writes)
	}
	return n
}

func footprintCell(t *sim.Trace, row, column int) any {
	for i := range t.Events {
		e := &t.Events[i]
		reads, all := len(e.Reads), len(e.Reads)+len(e.Writes)
		if row >= all {
			row -= all
			continue
		}
		switch {
		case column == stepColumn:
			return int64(i)
		case column == 3 && row < reads:
			return "read"
		case column == 3:
			return "write"
		case row < reads:
			return t.Resources[e.Reads[row]]
		}
		return t.Resources[e.Writes[row-reads]]
	}
	return nil
}
