package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim/timed"
)

// recorder keeps everything about one run. It is used for the few runs that
// people look at; the many others keep only hashes and deviations.
type recorder struct {
	armedEvents []armedEvent
	facts       []timed.Fact
	order       []int        // armed events in the order in which they fired
	events      []Event      // the same, told
	position    []int32      // of an armed event in events; -1 if it did not fire
	current     int32        // the armed event that is having its effect; -1 in the set-up
	names       []nameOf     // of everything that a deviation may speak of
	sources     []procSource // where each process is blocked
	setupNotes  []string
	calmAt      int
}

type armedEvent struct {
	timed.Event
	proc, label int32
	occ         uint32
	cause       int32
	id          EventID
	nominal     int64
	window      Window
	source      string
}

type nameOf struct {
	id   EventID
	name string
}

type procSource struct {
	proc   *Proc
	source string
}

func newRecorder() *recorder { return &recorder{current: -1, calmAt: -1} }

// present is the recorded event that is having its effect; -1 in the set-up.
func (r *recorder) present() int32 { return r.current }

func (r *recorder) armed(w *World, e *event, win Window, m int) {
	origin := r.current
	if m != 0 {
		origin = w.marks[m-1].rec
	}
	source := callerOutside()
	if e.proc != w.cur.proc {
		for _, s := range r.sources {
			if s.proc == e.proc {
				source = s.source
			}
		}
	}
	e.rec = int32(len(r.armedEvents))
	name := eventName(e.proc.name, w.labels.list[e.label], e.occ)
	r.names = append(r.names, nameOf{e.id, name})
	r.position = append(r.position, -1)
	r.armedEvents = append(r.armedEvents, armedEvent{
		Event: timed.Event{
			Arm: int(origin), Earliest: int64(win.Earliest), Latest: int64(win.Latest), Nominal: int64(win.Nominal), Until: -1,
		},
		proc: e.proc.index, label: int32(e.label), occ: e.occ, cause: r.current, id: e.id,
		nominal: e.nominal, window: win, source: source,
	})
}

func (r *recorder) fired(w *World, e *event, late EventID) {
	a := &r.armedEvents[e.rec]
	a.Fired = true
	r.position[e.rec] = int32(len(r.events))
	r.current = e.rec
	r.order = append(r.order, int(e.rec))
	ev := Event{
		Process: a.proc, Label: a.label, Occurrence: a.occ, Cause: r.at(a.cause), Origin: r.at(int32(a.Arm)),
		Window: a.window, Nominal: time.Duration(a.nominal), Time: time.Duration(w.now), HeldAfter: -1, Source: a.source,
	}
	if late != 0 {
		for i := range r.events {
			if r.armedEvents[r.order[i]].id == late {
				ev.HeldAfter = int32(i)
			}
		}
	}
	r.events = append(r.events, ev)
}

// at is the position of a recorded event among the fired ones.
func (r *recorder) at(rec int32) int32 {
	if rec < 0 {
		return -1
	}
	return r.position[rec]
}

func (r *recorder) cancelled(e *event) {
	a := &r.armedEvents[e.rec]
	if a.Until = int(r.current); r.current < 0 { // in the set-up: it bounds nothing
		a.Earliest, a.Latest = 0, int64(Unbounded)
	}
}

func (r *recorder) fact(event, ref int32, lo, hi int64) {
	r.facts = append(r.facts, timed.Fact{Event: int(event), Ref: int(ref), Lo: lo, Hi: hi})
}

func (r *recorder) access(res Resource, write bool) {
	if len(r.events) == 0 {
		return
	}
	e := &r.events[len(r.events)-1]
	list := &e.Reads
	if write {
		list = &e.Writes
	}
	if !slices.Contains(*list, int32(res)) {
		*list = append(*list, int32(res))
	}
}

func (r *recorder) outcome(p *Point, v int64) {
	r.names = append(r.names, nameOf{p.ID, p.Name()})
	if len(r.events) == 0 {
		return
	}
	e := &r.events[len(r.events)-1]
	e.Outcomes = append(e.Outcomes, Outcome{p.Kind, p.Name(), v})
}

func (r *recorder) blocked(p *Proc) {
	r.sources = append(r.sources, procSource{p, callerOutside()})
}

func (r *recorder) note(s string) {
	if len(r.events) == 0 {
		r.setupNotes = append(r.setupNotes, s)
		return
	}
	e := &r.events[len(r.events)-1]
	e.Notes = append(e.Notes, s)
}

func (r *recorder) calm() { r.calmAt = len(r.events) }

// Recording reports whether notes are kept: ask before computing what only a
// note needs.
func (w *World) Recording() bool { return w.rec != nil }

// Note says what the current event did, in a few words for people. It costs
// nothing in runs that are not recorded.
func (w *World) Note(format string, args ...any) {
	if w.rec != nil {
		w.rec.note(fmt.Sprintf(format, args...))
	}
}

// Detail is Note for what happens underneath the story: a system call and its
// result. It is told where space allows.
func (w *World) Detail(format string, args ...any) {
	if w.rec == nil || len(w.rec.events) == 0 {
		return
	}
	e := &w.rec.events[len(w.rec.events)-1]
	e.Details = append(e.Details, fmt.Sprintf(format, args...))
}

// Rule notes that the current event is as it is because of a rule of a model: that
// systems which have the rule can show this story. It costs nothing in runs that are
// not recorded; one that is noted again counts once per event.
func (w *World) Rule(id, text string) {
	if w.rec == nil || len(w.rec.events) == 0 {
		return
	}
	e := &w.rec.events[len(w.rec.events)-1]
	if r := (Rule{id, text}); !slices.Contains(e.Rules, r) {
		e.Rules = append(e.Rules, r)
	}
}

// trace makes a Trace of the recording.
func (r *recorder) trace(w *World, res *Result) *Trace {
	t := &Trace{
		Scenario: w.scenario.Name, Variant: w.variant, Profile: w.profile.Name, Judge: slices.Clone(w.cfg.Judge), Mode: w.cfg.Mode, Seed: w.cfg.Seed,
		Verdict: res.Verdict, Failure: res.Failure, Signature: res.Signature(),
		Fingerprint: res.Fingerprint, Rolling: res.Rolling,
		Params: slices.Clone(res.Params), Schedule: slices.Clone(res.Deviations),
		Labels: slices.Clone(w.labels.list), Resources: slices.Clone(w.resources.names.list),
		Setup: r.setupNotes, Events: r.events, Calm: r.calmAt,
	}
	if t.Calm < 0 {
		t.Calm = len(t.Events)
	}
	for _, p := range w.procs {
		t.Processes = append(t.Processes, p.name)
	}
	for i := range t.Schedule {
		d := &t.Schedule[i]
		d.Name, d.AfterName = r.nameOf(d.Event), r.nameOf(d.After)
	}
	if w.bubbled {
		t.Mode = Bubbled
	}
	t.compact()
	if w.cfg.Mode == Timed {
		r.solve(w, t)
	}
	return t
}

// solve puts concrete instants into the trace.
func (r *recorder) solve(w *World, t *Trace) {
	times, err := r.run().Times()
	if err != nil {
		w.misuse("no timing fits the run: %v (this is a bug of the engine)", err)
	}
	for i, a := range r.order {
		t.Events[i].Time = time.Duration(times[a])
	}
}

// run is the recording as constraints on instants.
func (r *recorder) run() *timed.Run {
	run := &timed.Run{Order: r.order, Facts: r.facts, Events: make([]timed.Event, len(r.armedEvents))}
	for i := range r.armedEvents {
		run.Events[i] = r.armedEvents[i].Event
		if e := &run.Events[i]; !e.Fired && e.Until < 0 && len(r.order) > 0 {
			e.Until = r.order[len(r.order)-1]
		}
	}
	return run
}

func (r *recorder) nameOf(id EventID) string {
	for i := range r.names {
		if r.names[i].id == id {
			return r.names[i].name
		}
	}
	return ""
}

// eventNameOf is the name of an event of this run, recorded or not.
func (w *World) eventNameOf(id EventID) string {
	if w.rec != nil {
		return w.rec.nameOf(id)
	}
	p := w.cur.proc
	for _, s := range p.labels { // most likely it is the latest of its label
		if s.occ > 0 && EventID(mix(s.base, uint64(s.occ))) == id {
			return eventName(p.name, w.labels.list[s.label], s.occ)
		}
	}
	for _, s := range p.labels {
		for occ := uint32(1); occ < s.occ; occ++ {
			if EventID(mix(s.base, uint64(occ))) == id {
				return eventName(p.name, w.labels.list[s.label], occ)
			}
		}
	}
	return p.name + ":setup#1"
}

// compact renumbers labels and resources in the order of first use, and drops
// those of other runs, so that equal runs make equal traces in any World.
func (t *Trace) compact() {
	labels, resources := newRenumbering(t.Labels), newRenumbering(t.Resources)
	for i := range t.Events {
		e := &t.Events[i]
		e.Label = labels.number(e.Label)
		for j, r := range e.Reads {
			e.Reads[j] = resources.number(r)
		}
		for j, r := range e.Writes {
			e.Writes[j] = resources.number(r)
		}
	}
	t.Labels, t.Resources = labels.used, resources.used
}

type renumbering struct {
	old  []string
	to   []int32
	used []string
}

func newRenumbering(old []string) *renumbering {
	return &renumbering{old: old, to: make([]int32, len(old))}
}

func (n *renumbering) number(i int32) int32 {
	if n.to[i] == 0 {
		n.used = append(n.used, n.old[i])
		n.to[i] = int32(len(n.used))
	}
	return n.to[i] - 1
}
