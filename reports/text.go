package reports

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// Text tells the story of t for people: what is wrong, who did what and when,
// which pair of events decides, how late something had to be, what to do next.
func Text(w io.Writer, t *sim.Trace, o Options) error {
	o = o.withDefaults(t)
	s := &story{t: t, o: o, p: page{color: o.Color, width: o.Width}}
	s.index()
	s.tell()
	if _, err := w.Write(s.p.Bytes()); err != nil {
		return fmt.Errorf("write story of trace %q: %w", o.Hash, err)
	}
	return nil
}

// story is one telling of a trace.
type story struct {
	t      *sim.Trace
	o      Options
	p      page
	lay    layout
	steps  map[string]int // events by name
	racing map[int]bool   // events whose order decides
}

func (s *story) index() {
	s.steps, s.racing = make(map[string]int), make(map[int]bool)
	for _, d := range s.t.Schedule {
		s.steps[clean(d.Name)], s.steps[clean(d.AfterName)] = -1, -1
	}
	for i := range s.t.Events {
		if _, asked := s.steps[s.name(i)]; asked {
			s.steps[s.name(i)] = i
		}
	}
	for _, r := range s.t.Races {
		s.racing[int(r.First)], s.racing[int(r.Second)] = true, true
	}
}

func (s *story) tell() {
	s.top()
	if len(s.t.Events) > 0 || len(s.t.Setup) > 0 {
		s.timeline()
		s.p.line()
	}
	s.p.block("Waits", s.waits()...)
	s.p.block("Stack", s.stack()...)
	s.p.block("Choices", s.choices()...)
	switch {
	case s.t.Verdict == sim.Nondeterminism: // then nothing else can be said about orders
		s.p.block("Look for", "map iteration, the wall clock, goroutines, and state that one run leaves to the next.")
	case s.t.Verdict.Failed():
		s.p.block("Decides", s.decides()...)
		s.p.block("Lateness", s.lateness())
		s.p.block("Needs", s.needs()...)
	}
	s.p.block("Parameters", s.parameters()...)
	s.p.block("Found", s.found()...)
	s.commands()
}

// top writes the headline and what is wrong.
func (s *story) top() {
	look := red
	if !s.t.Verdict.Failed() {
		look = bold
	}
	trace := "trace " + clean(s.o.Hash)
	lines := wrap(s.headline(), s.o.Width)
	for i, l := range lines {
		if i == len(lines)-1 && width(l)+2+width(trace) <= s.o.Width {
			s.p.line(span{pad(l, s.o.Width-width(trace)), look}, span{trace, dim})
			trace = ""
			continue
		}
		s.p.line(span{l, look})
	}
	if trace != "" {
		s.p.line(span{padLeft(trace, s.o.Width), dim})
	}
	s.p.line()
	if m := s.message(); m != "" {
		for _, l := range wrap(m, s.o.Width) {
			s.p.line(span{l, plain})
		}
		s.p.line()
	}
}

// choices lists what came out otherwise than on a good day, the order apart: that
// is in the timeline.
func (s *story) choices() []string {
	drawn := make(map[string]bool)
	for _, p := range s.t.Params {
		drawn["world:"+p.Label+"#1"] = true
	}
	const most = 12
	var out []string
	for _, d := range s.t.Schedule {
		switch {
		case d.Kind == sim.KindDraw && drawn[d.Name]: // listed as a parameter
		case d.Kind != sim.KindSchedule:
			text := choice(d.Kind, d.Name, d.Value)
			if i := s.stepOf(d); i >= 0 {
				text += " (step " + strconv.Itoa(i+1) + ")"
			}
			out = append(out, text)
		case len(s.t.Events) == 0:
			out = append(out, "held: "+clean(d.Name)+" until after "+clean(d.AfterName))
		case s.step(clean(d.Name)) < 0:
			out = append(out, "held: "+clean(d.Name)+" until after "+clean(d.AfterName)+", and it did not happen any more")
		}
	}
	if len(out) > most && !s.o.Full {
		more := len(out) - most
		out = append(out[:most], fmt.Sprintf("... and %d more", more))
	}
	return out
}

// stepOf is the step at which a choice was made.
func (s *story) stepOf(d sim.Deviation) int {
	for i := range s.t.Events {
		for _, o := range s.t.Events[i].Outcomes {
			if o.Kind == d.Kind && o.Name == d.Name {
				return i
			}
		}
	}
	return -1
}

// maxRaces is how many lines say what decides.
const maxRaces = 16

// decides says which orders the failure hangs on.
func (s *story) decides() []string {
	var out []string
	for _, r := range s.t.Races {
		a, b := int(r.First), int(r.Second)
		if a < 0 || b < 0 || a >= len(s.t.Events) || b >= len(s.t.Events) {
			continue
		}
		if len(out) >= maxRaces && !s.o.Full {
			return append(out, "... and more pairs")
		}
		out = append(out, "* "+s.ref(a)+" before "+s.ref(b)+s.over(r)+".", "  "+s.otherwise(r))
	}
	if len(out) > 0 {
		return out
	}
	n := s.deviations()
	switch {
	case s.t.Mode == sim.Sampled:
		return []string{"not known: the times of this run were drawn, and its order with them."}
	case n.holds > 0:
		return s.decidesByHolds(n.holds)
	}
	return []string{s.decidesWithoutHolds(n)}
}

// deviations are the deviations of a schedule by what they are about: the order of events,
// what a clock said, and all else, such as parameters and faults.
type deviations struct{ holds, clocks, others int }

func (s *story) deviations() (n deviations) {
	for _, d := range s.t.Schedule {
		switch d.Kind {
		case sim.KindSchedule:
			n.holds++
		case sim.KindElapsed, sim.KindClock:
			n.clocks++
		default:
			n.others++
		}
	}
	return n
}

// decidesWithoutHolds says what a failure of the nominal order hangs on. It is one of timing
// if a clock had to say something, or if an event is late although none is held.
func (s *story) decidesWithoutHolds(n deviations) string {
	const fails = "the nominal order fails"
	_, _, late := s.latest()
	with := "these choices and parameters"
	if n.clocks > 0 && n.others == 0 {
		with = "these answers of clocks"
	}
	switch {
	case n.clocks > 0:
		return "what clocks say, and no order of events: with " + with + " " + fails + "."
	case n.others > 0 && late > 0:
		return "no order of events: with " + with + " " + fails + ", at times that are later than nominal."
	case n.others > 0:
		return "no order of events: with " + with + " " + fails + ". No race of timing is needed."
	case late > 0:
		return "no order of events: " + fails + ", at times that are later than nominal."
	}
	return "nothing: " + fails + ". No race of timing is needed."
}

// decidesByHolds says what the holds of a schedule decide if no pair of events is known to.
func (s *story) decidesByHolds(holds int) (out []string) {
	small := s.t.Minimised > 0
	mark := "* "
	if !small {
		mark = "perhaps "
	}
	for _, d := range s.unhappened() {
		out = append(out, mark+s.refOf(d.AfterName)+" before "+clean(d.Name)+", which had not happened yet when the run failed.")
	}
	switch {
	case len(out) > 0 && small:
		return append(out, "  Without the hold the run does not fail so.")
	case len(out) > 0:
		return append(out, "  Only minimising tells.")
	case small:
		return []string{"not known: no pair of events alone."}
	}
	return []string{"not known yet: " + plural(holds, "event") + " held, and only minimising tells which order matters."}
}

// unhappened are the holds whose event had not happened when the run ended.
func (s *story) unhappened() []sim.Deviation {
	var out []sim.Deviation
	for _, d := range s.t.Schedule {
		if d.Kind == sim.KindSchedule && len(s.t.Events) > 0 && s.step(clean(d.Name)) < 0 {
			out = append(out, d)
		}
	}
	return out
}

// refOf refers to an event by name.
func (s *story) refOf(name string) string {
	if i := s.step(clean(name)); i >= 0 {
		return s.ref(i)
	}
	return clean(name)
}

func (s *story) over(r sim.Race) string {
	res := clean(r.Resource)
	switch {
	case res == "":
		return ""
	case s.touches(int(r.First), r.Resource) && s.touches(int(r.Second), r.Resource):
		return ", both on " + res
	}
	return ", and so who is first at " + res
}

func (s *story) otherwise(r sim.Race) string {
	switch r.Otherwise {
	case "":
		return "The other order passes."
	case s.t.Signature:
		return "The other order fails in the same way."
	}
	return "The other order fails differently: " + clean(r.Otherwise) + "."
}

// lateness says how late something had to be.
func (s *story) lateness() string {
	profile := "profile " + clean(s.t.Profile)
	if len(s.t.Events) == 0 {
		return "not known: the trace holds no events (" + profile + ")."
	}
	latest, by, late := s.latest()
	if waiting := s.unhappened(); latest < 0 && len(waiting) > 0 {
		return clean(waiting[0].Name) + " is later than nominal: it had not happened yet when the run failed (" + profile + ")."
	}
	if latest < 0 {
		return "none needed: no event is later than nominal (" + profile + ")."
	}
	verb, least := " comes ", ", the least that this whole order takes"
	if s.t.Mode == sim.Sampled {
		verb, least = " was drawn ", ""
	}
	text := s.ref(latest) + verb + Instant(by) + " later than nominal" + least + "; " + profile
	if win := s.t.Events[latest].Window; win.Latest >= sim.Unbounded {
		text += " sets no limit"
	} else {
		text += " allows " + Instant(win.Latest-win.Nominal)
	}
	if late > 1 {
		text += fmt.Sprintf(". %s late too, by no more", isAre(late-1, "other event"))
	}
	return text + "."
}

// latest is the event that is the latest against its nominal time, -1 if none is late; by how
// much; and how many are late.
func (s *story) latest() (event int, by time.Duration, late int) {
	event = -1
	for i := range s.t.Events {
		if o := s.t.Events[i].Origin; o >= int32(len(s.t.Events)) {
			continue
		}
		d := s.t.Late(i)
		if d > 0 {
			late++
		}
		if d > by {
			event, by = i, d
		}
	}
	return event, by, late
}

func isAre(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return plural(n, what) + " are"
}

func (s *story) parameters() []string {
	var out []string
	for _, p := range s.t.Params {
		value := strconv.FormatInt(p.Value, 10)
		if p.Text != "" {
			value = clean(p.Text)
		} else if p.Lo != p.Hi {
			value += fmt.Sprintf(" (of %d to %d)", p.Lo, p.Hi)
		}
		out = append(out, clean(p.Label)+" = "+value)
	}
	if len(out) == 0 {
		return nil
	}
	return []string{strings.Join(out, ", ")}
}

// found says where the trace comes from.
func (s *story) found() []string {
	var out []string
	if s.t.Strategy != "" {
		out = append(out, "by "+clean(s.t.Strategy))
	}
	if s.t.Mode == sim.Sampled {
		out = append(out, "sampled durations, seed "+strconv.FormatUint(s.t.Seed, 10))
	}
	if s.t.Mode == sim.Bubbled {
		out = append(out, "with goroutines in a bubble, so that it is replayed by go test")
	}
	if s.t.Minimised > 0 {
		out = append(out, "minimised in "+plural(s.t.Minimised, "run"))
	}
	if len(out) == 0 {
		return nil
	}
	return []string{strings.Join(out, "; ")}
}

func (s *story) commands() {
	if len(s.o.Commands) == 0 {
		return
	}
	s.p.line()
	for _, c := range s.o.Commands {
		s.p.line(span{pad(c.Name, keyWidth), bold}, span{c.Line, plain}) // never broken: it is there to be copied
	}
}
