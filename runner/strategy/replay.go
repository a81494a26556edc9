package strategy

import (
	"fmt"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// Replay follows a recorded schedule: the nominal order, with every event that
// has a hold waiting for its anchor, and every other choice as recorded or
// boring. IDs decide, not positions, so what was added to a scenario in the
// meantime does not matter.
//
// Strict stops following at the first thing that cannot be followed and says so
// in Divergence. Otherwise what no longer exists is skipped.
type Replay struct {
	strict   bool
	holds    []replayHold
	data     []replayValue
	step     int
	diverged *Divergence
	world    *sim.World
}

type replayHold struct {
	event, after sim.EventID
	name, anchor string
	released     bool // the anchor has happened
	met          bool
}

type replayValue struct {
	id    sim.EventID
	kind  sim.Kind
	name  string
	value int64
	met   bool
}

// Divergence is where a strict replay left its schedule.
type Divergence struct {
	Step     int
	Expected string
	Enabled  []string
}

func (d *Divergence) String() string {
	s := fmt.Sprintf("diverged at step %d: expected %s", d.Step, d.Expected)
	if len(d.Enabled) > 0 {
		s += "; enabled were " + strings.Join(d.Enabled, ", ")
	}
	return s
}

// NewReplay makes a chooser that follows s.
func NewReplay(s sim.Schedule, strict bool) *Replay {
	r := &Replay{strict: strict}
	for _, d := range s {
		if d.Kind == sim.KindSchedule {
			r.holds = append(r.holds, replayHold{event: d.Event, after: d.After, name: d.Name, anchor: d.AfterName})
		} else {
			r.data = append(r.data, replayValue{id: d.Event, kind: d.Kind, name: d.Name, value: d.Value})
		}
	}
	return r
}

// Began starts from the beginning.
func (r *Replay) Began(w *sim.World) {
	r.world, r.step, r.diverged = w, 0, nil
	for i := range r.holds {
		r.holds[i].released, r.holds[i].met = false, false
	}
	for i := range r.data {
		r.data[i].met = false
	}
}

// Fired notes anchors that have happened, and held events that went all the same.
func (r *Replay) Fired(id sim.EventID) {
	r.step++
	for i := range r.holds {
		h := &r.holds[i]
		if h.event == id {
			if !h.released && !r.world.InCalm() {
				r.diverge(h.anchor+" before "+h.name, nil)
			}
			h.met, h.released = true, true
		}
		if h.after == id {
			h.released = true
		}
	}
}

// Choose takes the first alternative that is not held, or the recorded value.
func (r *Replay) Choose(p *sim.Point) int {
	if p.Kind == sim.KindSchedule {
		return r.pick(p)
	}
	for i := range r.data {
		d := &r.data[i]
		if d.id != p.ID || d.kind != p.Kind {
			continue
		}
		d.met = true
		if alt, ok := p.Alternative(d.value); ok {
			return alt
		}
		r.diverge(fmt.Sprintf("%s %s = %d, which is not possible there", d.kind, d.name, d.value), nil)
	}
	return 0
}

func (r *Replay) pick(p *sim.Point) int {
next:
	for i := range p.Enabled {
		for j := range r.holds {
			if h := &r.holds[j]; h.event == p.Enabled[i].ID {
				h.met = true
				if !h.released {
					continue next
				}
			}
		}
		return i
	}
	var enabled []string
	expected := ""
	for i := range p.Enabled {
		enabled = append(enabled, p.EventName(i))
	}
	for i := range r.holds {
		if h := &r.holds[i]; h.event == p.Enabled[0].ID {
			expected = h.anchor
		}
	}
	r.diverge(expected, enabled)
	return 0
}

func (r *Replay) diverge(expected string, enabled []string) {
	if r.strict && r.diverged == nil {
		r.diverged = &Divergence{Step: r.step, Expected: expected, Enabled: enabled}
	}
}

// Divergence says where the replay left the schedule, nil if it did not. At the
// end of a run it also knows of deviations that never came up.
func (r *Replay) Divergence() *Divergence {
	if r.diverged != nil || !r.strict {
		return r.diverged
	}
	for i := range r.holds {
		if h := &r.holds[i]; !h.met {
			return &Divergence{Step: r.step, Expected: h.name + " held until after " + h.anchor + ", but one of them never came up"}
		}
	}
	for i := range r.data {
		if d := &r.data[i]; !d.met {
			return &Divergence{Step: r.step, Expected: fmt.Sprintf("%s %s, which never came up", d.kind, d.name)}
		}
	}
	return nil
}
