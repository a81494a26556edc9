package sim

import (
	"errors"
	"fmt"
	"time"
)

// Stall is how late something had to be for what a run showed to be possible. Only the
// order of events that depend on each other counts: of the same process, one armed by
// the other, or both touching a resource that one of them writes. Of what had not
// happened when the run ended only what the schedule holds counts, so the answer is
// best for a schedule that was minimised.
type Stall struct {
	// Lateness is the smallest L such that the run is possible with nothing more than L
	// later than nominal. 0: it is possible on a good day.
	Lateness time.Duration
	// Cycle names the events of a circle of bounds that forces Lateness: each cannot be
	// earlier, or later, than so much after the one before it. "" is the start of the
	// world.
	Cycle []string
	// Late are those of Cycle that must be late.
	Late []string
	// Culprit is the event that, late alone, makes the run possible, and CulpritLateness
	// how late it must then be; "" if there is none.
	Culprit         string
	CulpritLateness time.Duration
}

// ErrNotRecorded is what Stall returns after a run that was not recorded, or that
// was sampled.
var ErrNotRecorded = errors.New("the last run was not recorded in timed mode")

// Stall computes the smallest stall of the last run, which must have been recorded.
func (w *World) Stall() (*Stall, error) {
	r := w.rec
	if r == nil || w.cfg.Mode != Timed {
		return nil, ErrNotRecorded
	}
	run := r.run()
	run.Edges = r.dependences(w.devs)
	found, err := run.SmallestStall()
	if err != nil {
		return nil, fmt.Errorf("stall of scenario %q: %w", w.scenario.Name, err)
	}
	name := func(armed int) string {
		if armed < 0 {
			return ""
		}
		return r.nameOf(r.armedEvents[armed].id)
	}
	s := &Stall{Lateness: time.Duration(found.Lateness), Culprit: name(found.Culprit), CulpritLateness: time.Duration(found.CulpritLateness)}
	for _, armed := range found.Cycle {
		s.Cycle = append(s.Cycle, name(armed))
	}
	for _, armed := range found.Late {
		s.Late = append(s.Late, name(armed))
	}
	return s, nil
}

// dependences lists the pairs of armed events whose order matters.
func (r *recorder) dependences(schedule Schedule) [][2]int {
	var out [][2]int
	type access struct {
		writer  int
		readers []int
	}
	last := make(map[int32]int)       // event of a process
	touched := make(map[int32]access) // of a resource
	before := func(a, b int) {
		if a != b {
			out = append(out, [2]int{a, b})
		}
	}
	for i, a := range r.order {
		e := &r.events[i]
		if p, ok := last[e.Process]; ok {
			before(p, a)
		}
		last[e.Process] = a
		for _, res := range e.Reads {
			t, ok := touched[res]
			if ok && t.writer >= 0 {
				before(t.writer, a)
			}
			if !ok {
				t.writer = -1
			}
			t.readers = append(t.readers, a)
			touched[res] = t
		}
		for _, res := range e.Writes {
			t, ok := touched[res]
			if ok && t.writer >= 0 {
				before(t.writer, a)
			}
			for _, reader := range t.readers {
				before(reader, a)
			}
			touched[res] = access{writer: a}
		}
	}
	named := make(map[EventID]int)
	for i := range r.armedEvents {
		a := &r.armedEvents[i]
		named[a.id] = i
		switch {
		case a.Fired && a.cause >= 0:
			before(int(a.cause), i)
		case !a.Fired && a.Until >= 0: // it was taken back: until then it had not happened
			before(a.Until, i)
		}
	}
	// What was still pending at the end may have come before the end all the same, unless
	// the schedule holds it.
	for _, d := range schedule {
		held, ok := named[d.Event]
		after, known := named[d.After]
		if d.Kind == KindSchedule && ok && known && !r.armedEvents[held].Fired {
			before(after, held)
		}
	}
	return out
}
