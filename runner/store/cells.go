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
	access TEXT, -- read or write
	process TEXT -- of the event`

// access is a row of footprints.
type access struct {
	step, resource int32
	write          bool
}

func accessesOf(t *sim.Trace) []access {
	var list []access
	for i := range t.Events {
		for _, r := range t.Events[i].Reads {
			list = append(list, access{int32(i), r, false})
		}
		for _, r := range t.Events[i].Writes {
			list = append(list, access{int32(i), r, true})
		}
	}
	return list
}

// footprintsTable is the table footprints. It remembers the accesses of the trace that it
// was asked for last.
func footprintsTable() unpacked {
	accesses := remember(accessesOf)
	return unpacked{"footprints", footprintColumns, func(t *sim.Trace) int { return len(accesses(t)) }, func(t *sim.Trace, row, column int) any {
		a := accesses(t)[row]
		switch {
		case column == stepColumn:
			return int64(a.step)
		case column == 2:
			return t.Resources[a.resource]
		case column == 4:
			return t.Processes[t.Events[a.step].Process]
		case a.write:
			return "write"
		}
		return "read"
	}}
}

// remember keeps what f made of the last trace: SQLite asks for one cell after the other.
func remember[T any](f func(t *sim.Trace) T) func(t *sim.Trace) T {
	var of *sim.Trace
	var last T
	return func(t *sim.Trace) T {
		if t != of {
			of, last = t, f(t)
		}
		return last
	}
}
