package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// Explanation is what is known about a failure beyond its story.
type Explanation struct {
	// Failing is the smallest story of the failure.
	Failing *sim.Trace
	// Passing is the nearest schedule that does not fail; nil if none was found.
	Passing *sim.Trace
	// Neighbours is the number of orders one step away from Failing that were run,
	// NeighboursFailing how many of them fail in the same way, and ThroughPair how many of
	// these have the deciding pair in the order of Failing.
	Neighbours, NeighboursFailing, ThroughPair int
	// Again is how often Failing was replayed, and Reproduced how often it came out the
	// same.
	Again, Reproduced int
	// Stall is how late something had to be; nil if that is not known.
	Stall *sim.Stall
	// Any are the parameters that do not matter: the failure is there for each value that
	// was tried.
	Any []string
	// Elsewhere says what the same schedule comes to under other profiles.
	Elsewhere []string
	// Runs is the number of runs that finding all this out took.
	Runs int
}

// Explain tells a failure: its story, the nearest order that passes and the pair that
// makes the difference, how late something had to be, and what does not matter.
func Explain(w io.Writer, e *Explanation, o Options) error {
	commands := o.Commands
	o.Commands = nil
	if err := Text(w, e.Failing, o); err != nil {
		return err
	}
	o = o.withDefaults(e.Failing)
	x := explainer{e: e, s: &story{t: e.Failing, o: o, p: page{color: o.Color, width: o.Width}}}
	x.s.index()
	x.tell()
	x.s.o.Commands = commands
	x.s.commands()
	if _, err := w.Write(x.s.p.Bytes()); err != nil {
		return fmt.Errorf("write explanation of trace %q: %w", o.Hash, err)
	}
	return nil
}

type explainer struct {
	e *Explanation
	s *story
}

func (x *explainer) tell() {
	p := &x.s.p
	p.line()
	x.passes()
	p.block("Around", x.around())
	p.block("Stall", x.stall()...)
	if len(x.e.Any) > 0 {
		p.block("Any", strings.Join(cleanAll(x.e.Any), ", ")+": the failure does not depend on it.")
	}
	p.block("Elsewhere", cleanAll(x.e.Elsewhere)...)
	if x.e.Again > 0 {
		p.block("Again", fmt.Sprintf("reproduced %d of %d.", x.e.Reproduced, x.e.Again))
	}
}

// passes shows the order that is fine, next to the one that is not.
func (x *explainer) passes() {
	p, pass := &x.s.p, x.e.Passing
	if pass == nil {
		p.block("Passes", "no order near this one: every one that was tried fails.")
		return
	}
	al := align(x.e.Failing, pass)
	p.block("Passes", "the nearest order that is fine "+x.difference(al)+":")
	const before, most = 1, 7
	other := &story{t: pass, o: x.s.o}
	room := (x.s.o.Width - keyWidth - 6 - between) / 2
	row := func(step, left, right string, look paint) {
		p.line(span{pad("", keyWidth) + padLeft(step, 4) + "  ", dim}, span{pad(cut(left, room), room+between), look}, span{cut(right, room), look})
	}
	row("step", "this order fails", "this one passes", bold)
	from := max(0, al.common-before)
	for i := from; i < al.common+most; i++ {
		left, right := x.step(x.s, i), x.step(other, i)
		if left == "" && right == "" {
			break
		}
		row(fmt.Sprint(i+1), left, right, plain)
	}
	rest := func(t *sim.Trace) string {
		if n := len(t.Events) - al.common - most; n > 0 {
			return "... " + plural(n, "more step")
		}
		return ""
	}
	row("", rest(x.e.Failing), rest(pass), dim)
}

// step is event i in a few words; "" after the end.
func (x *explainer) step(s *story, i int) string {
	if i >= len(s.t.Events) {
		return ""
	}
	return s.name(i) + x.first(s, i)
}

// first is the first thing that is noted of an event.
func (x *explainer) first(s *story, i int) string {
	if notes := s.t.Events[i].Notes; len(notes) > 0 {
		return ": " + clean(notes[0])
	}
	return ""
}

// difference says in what the passing run differs from the failing one.
func (x *explainer) difference(al *alignment) string {
	if r := al.reversals(); len(r) > 0 {
		return "has " + x.s.name(r[0].second) + " before " + x.s.name(r[0].first) + " (on " + clean(r[0].resource) + ")"
	}
	var gone []string
	for _, d := range x.e.Failing.Schedule {
		kept := false
		for _, other := range x.e.Passing.Schedule {
			kept = kept || d == other
		}
		if !kept {
			gone = append(gone, "without "+clean(d.String()))
		}
	}
	if len(gone) == 0 {
		return "parts at step " + fmt.Sprint(al.common+1)
	}
	return "is the one " + strings.Join(gone, ", ")
}

func (x *explainer) around() string {
	e := x.e
	if e.Neighbours == 0 {
		return "no neighbouring order was tried."
	}
	text := fmt.Sprintf("%s tried: %s in the same way", plural(e.Neighbours, "neighbouring order"), fails(e.NeighboursFailing))
	if e.ThroughPair > 0 && e.NeighboursFailing > 0 {
		if e.ThroughPair == e.NeighboursFailing {
			text += ", all through what decides"
		} else {
			text += fmt.Sprintf(", %s of them through what decides", comma(e.ThroughPair))
		}
	}
	return text + "."
}

func fails(n int) string {
	if n == 1 {
		return "1 fails"
	}
	return comma(n) + " fail"
}

// mostAgainst is how many events are named against which lateness is measured.
const mostAgainst = 5

// stall says how late something had to be, and against what.
func (x *explainer) stall() []string {
	s := x.e.Stall
	switch {
	case s == nil:
		return nil
	case x.e.Failing.Mode == sim.Sampled:
		return nil // drawn times are no least ones
	case s.Lateness == 0 && len(x.s.unhappened()) > 0:
		return []string{clean(x.s.unhappened()[0].Name) + " is late: it had not happened yet when the run failed."}
	case s.Lateness == 0:
		return []string{"none: this can happen on a good day."}
	}
	var against []string
	for _, name := range s.Cycle {
		late := false
		for _, l := range s.Late {
			late = late || l == name
		}
		if !late && name != "" {
			against = append(against, clean(name))
		}
	}
	measured := ""
	if len(against) > mostAgainst {
		against = append(against[:mostAgainst-1:mostAgainst-1], "and "+plural(len(against)-mostAgainst+1, "other event"))
	}
	if len(against) > 0 {
		measured = ", measured against " + strings.Join(against, ", ")
	}
	each := strings.Join(cleanAll(s.Late), " and ")
	if s.Culprit == "" {
		return []string{each + ": " + Instant(s.Lateness) + " late at least" + eachOf(s.Late) + measured + ". No single event suffices."}
	}
	out := []string{clean(s.Culprit) + " suffices alone, if it is " + Instant(s.CulpritLateness) + " late" + measured + "."}
	if len(s.Late) > 1 {
		out = append(out, "Shared: "+each+", "+Instant(s.Lateness)+" each.")
	}
	return out
}

func eachOf(names []string) string {
	if len(names) > 1 {
		return " each"
	}
	return ""
}
