package reports

import (
	"strconv"
	"strings"
	"time"
)

// layout is where things stand in the lines of a timeline.
type layout struct {
	step    int   // width of the step number
	time    int   // width of the instant
	left    int   // where the first column begins
	columns []int // width of each column; one for all if list
	names   []string
	column  map[int32]int // of a process
	list    bool          // too many processes for a column each
	stacked bool          // no room for columns: what a process does stands below its name
	unit    time.Duration
	digits  int
	suffix  string
}

const (
	between    = 2  // columns
	narrowPage = 60 // a page that is narrower has no columns
	narrowest  = 24 // a column that can still be read
	minName    = 4  // of a process: room for what tells two shortened names apart
	maxName    = 24 // of a process, in a list
	maxLines   = 3  // of a cell
	beforeMark = "   "
	maxSetup   = 6  // notes of the set-up
	longest    = 48 // what a column asks for at most
)

// timeline writes the steps that matter, one column per process.
func (s *story) timeline() {
	kept := s.choose()
	s.layOut(kept)
	l := &s.lay
	header := []span{{padLeft("step", l.step+1) + "  " + padLeft("virtual", l.time) + "   ", bold}}
	for i, name := range l.names {
		header = append(header, span{pad(name, l.columns[i]+between), bold})
	}
	s.p.line(header...)
	s.setup()
	for i := 0; i < len(kept); i++ {
		if i == s.t.Calm && i > 0 {
			s.aside("--- calm: from here on nothing is late and no fault strikes ---")
		}
		if kept[i] {
			s.row(i)
		} else {
			end := i
			for end < len(kept) && !kept[end] && (end == i || end != s.t.Calm) {
				end++
			}
			s.aside(s.folded(i, end))
			i = end - 1
		}
	}
	if s.t.Verdict.Failed() {
		end := ""
		if n := s.t.Failure.Step; n > 0 && n < len(s.t.Events) {
			end = ", noticed after step " + strconv.Itoa(n)
		}
		s.p.line(span{padLeft("X", l.step+1), red}, span{strings.Repeat(" ", l.left-l.step-1), plain}, span{cut(s.verdict()+end, s.o.Width-l.left), red})
	}
}

// aside writes what belongs to no step.
func (s *story) aside(text string) {
	room := s.o.Width - s.lay.left
	lines := []string{cut(text, room)}
	if s.lay.stacked {
		lines = wrap(text, room)
	}
	for _, l := range lines {
		s.p.line(span{strings.Repeat(" ", s.lay.left), plain}, span{l, dim})
	}
}

func (s *story) setup() {
	notes := s.t.Setup
	if len(notes) > maxSetup && !s.o.Full {
		notes = notes[:maxSetup]
	}
	for _, n := range notes {
		s.aside("set-up: " + clean(n))
	}
	if more := len(s.t.Setup) - len(notes); more > 0 {
		s.aside("... " + plural(more, "more note") + " of the set-up ...")
	}
}

// row writes one event.
func (s *story) row(i int) {
	l, e := &s.lay, &s.t.Events[i]
	star, look, leadLook := " ", plain, dim
	if s.racing[i] {
		star, look, leadLook = "*", bold, bold
	}
	at := padLeft(decimal(e.Time, l.unit, l.digits)+l.suffix, l.time)
	lead := star + padLeft(strconv.Itoa(i+1), l.step) + "  " + at + "   "
	start, room := s.cell(e.Process)
	if l.list {
		lead += pad(squeeze(s.process(e.Process), l.columns[0]), l.columns[0]+between)
	}
	if l.stacked {
		s.p.line(span{lead + squeeze(s.process(e.Process), s.o.Width-width(lead)), leadLook})
		lead = ""
	}
	lead = pad(lead, start)
	indent := strings.Repeat(" ", start)
	most := maxLines
	if s.o.Full {
		most = 0
	}
	lines, marks := wrapAtMost(s.eventText(i), room, most), s.marks(i)
	for j, text := range lines {
		spans := []span{{lead, leadLook}, {text, look}}
		if j == len(lines)-1 && len(marks) > 0 {
			if gap, fits := s.gap(start, room, text, marks[0]); fits {
				spans = append(spans, span{gap, plain}, span{marks[0], cyan})
				marks = marks[1:]
			}
		}
		s.p.line(spans...)
		lead, leadLook = indent, plain
	}
	for _, m := range marks { // the rest of the line is free: no other process has a step here
		for _, text := range wrap(m, s.o.Width-start) {
			s.p.line(span{indent, plain}, span{text, cyan})
		}
	}
}

// cell is where the text about an event of a process begins, and its width.
func (s *story) cell(process int32) (start, room int) {
	l := &s.lay
	if l.stacked {
		return l.left, l.columns[0]
	}
	if l.list {
		return l.left + l.columns[0] + between, l.columns[1]
	}
	c := l.column[process]
	start = l.left
	for _, w := range l.columns[:c] {
		start += w + between
	}
	return start, l.columns[c]
}

// gap is what stands between a text and a mark on the same line, if both fit:
// the mark stands beside the column, or else right after the text.
func (s *story) gap(start, room int, text, mark string) (gap string, fits bool) {
	for _, w := range [...]int{max(room, width(text)), width(text)} {
		if start+w+len(beforeMark)+width(mark) <= s.o.Width {
			return strings.Repeat(" ", w-width(text)) + beforeMark, true
		}
	}
	return "", false
}

// marks say in what event i departs from the nominal run.
func (s *story) marks(i int) []string {
	e := &s.t.Events[i]
	var out []string
	if a := int(e.HeldAfter); a >= 0 && a < len(s.t.Events) {
		earlier := "nominally at the same time"
		if d := s.t.Events[a].Nominal - e.Nominal; d > 0 {
			earlier = "nominally " + Instant(d) + " earlier"
		}
		out = append(out, "<--- held until after "+s.name(a)+" ("+earlier+")")
	}
	for _, o := range e.Outcomes {
		if dev := s.deviates(o); dev || s.o.Full {
			mark := "     "
			if dev {
				mark = "<--- "
			}
			out = append(out, mark+choice(o.Kind, o.Name, o.Value))
		}
	}
	return out
}

// layOut decides on columns and units for the events that are shown.
func (s *story) layOut(kept []bool) {
	l := layout{step: 5, column: make(map[int32]int)}
	s.lay = l
	need := make(map[int32]int) // of a process: the width of its longest text
	var last time.Duration
	var seen []int32
	for i := range kept {
		if !kept[i] {
			continue
		}
		e := &s.t.Events[i]
		p := e.Process
		if _, ok := need[p]; !ok {
			seen = append(seen, p)
			need[p] = min(max(width(s.process(p)), minName), maxName)
		}
		need[p] = max(need[p], min(width(s.eventText(i)), longest))
		last = max(last, e.Time)
		l.step = max(l.step, len(strconv.Itoa(i+1)))
	}
	s.units(&l, kept, last)
	if s.o.Width < narrowPage {
		l.stacked, l.left = true, 1+l.step+2
		l.columns, l.names = []int{s.o.Width - l.left}, []string{head("process", s.o.Width-l.left-l.time-3)}
		s.lay = l
		return
	}
	l.left = 1 + l.step + 2 + l.time + 3
	sortProcesses(seen)
	room := s.o.Width - l.left
	var wants []int
	for i, p := range seen {
		wants = append(wants, need[p])
		l.column[p] = i
	}
	l.columns = share(wants, room-max(0, len(seen)-1)*between)
	for i, c := range l.columns {
		l.list = l.list || len(seen) > 1 && c < min(wants[i], narrowest)
	}
	if l.list {
		s.listColumns(&l, seen, room)
	} else {
		for i, p := range seen {
			l.names = append(l.names, distinct(l.names, squeeze(s.process(p), l.columns[i]), l.columns[i]))
		}
	}
	s.lay = l
}

// listColumns is the layout for many processes: one column says who, one what.
func (s *story) listColumns(l *layout, seen []int32, room int) {
	name := width("process")
	for _, p := range seen {
		name = max(name, min(width(s.process(p)), maxName))
	}

	name = min(name, room/2)
	l.columns = []int{name, room - name - between}
	l.names = []string{"process", "event"}
}

// units picks one unit for all instants, and as many digits as tell them apart.
func (s *story) units(l *layout, kept []bool, last time.Duration) {
	most := 3
	switch {
	case last < time.Millisecond:
		l.unit, l.suffix = time.Microsecond, " µs"
	case last < 10*time.Second:
		l.unit, l.suffix = time.Millisecond, " ms"
	default:
		l.unit, l.suffix, most = time.Second, " s", 6
	}
	for i := range kept {
		for kept[i] && l.digits < most && s.t.Events[i].Time%scale(l.unit, l.digits) != 0 {
			l.digits++
		}
	}
	l.time = len("virtual")
	for i := range kept {
		if kept[i] {
			l.time = max(l.time, width(decimal(s.t.Events[i].Time, l.unit, l.digits)+l.suffix))
		}
	}
}

func scale(unit time.Duration, digits int) time.Duration {
	for range digits {
		unit /= 10
	}
	return max(unit, 1)
}
