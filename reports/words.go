package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// headline says what was run and what it came to.
func (s *story) headline() string {
	where := clean(s.t.Scenario)
	if where == "" {
		where = "a scenario without a name"
	}
	if s.t.Variant != "" {
		where += ", variant " + clean(s.t.Variant)
	}
	where += ": " + s.verdict()
	for _, d := range s.o.Properties {
		if d.Name == s.t.Failure.Property && d.Doc != "" && s.t.Verdict.Failed() {
			where += `, "` + clean(strings.TrimRight(d.Doc, ".")) + `"`
		}
	}
	return where
}

// verdict says in a few words what the run came to.
func (s *story) verdict() string {
	name := clean(s.property())
	switch s.t.Verdict {
	case sim.Pass:
		return "passes"
	case sim.Deadlock:
		return "deadlock, " + name + " violated"
	case sim.Budget:
		return "limit on " + name + " reached"
	case sim.Panic:
		return "process " + name + " panicked"
	case sim.Nondeterminism:
		return "not deterministic"
	}
	return name + " violated"
}

// property is what does not hold. A trace that was read as text says so only in
// its signature.
func (s *story) property() string {
	if s.t.Failure.Property != "" {
		return s.t.Failure.Property
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(s.t.Signature, s.t.Verdict.String()+" "), ": ")
	return name
}

// message says what is wrong in full.
func (s *story) message() string {
	f := &s.t.Failure
	text := clean(f.Message)
	if v := s.t.Verdict; (v == sim.Violation || v == sim.Deadlock) && text != "" {
		text = clean(s.property()) + ": " + text
	}
	return text
}

// ref names event i for a reader who looks for it above.
func (s *story) ref(i int) string {
	at := "step " + strconv.Itoa(i+1)
	if src := s.t.Events[i].Source; src != "" {
		at += ", " + clean(src)
	}
	return s.name(i) + " (" + at + ")"
}

// name is EventName for any trace, also one with indices that lead nowhere.
func (s *story) name(i int) string {
	e := &s.t.Events[i]
	return s.process(e.Process) + ":" + s.label(e.Label) + "#" + strconv.FormatUint(uint64(e.Occurrence), 10)
}

func (s *story) process(i int32) string { return entry(s.t.Processes, i) }
func (s *story) label(i int32) string   { return entry(s.t.Labels, i) }

func entry(list []string, i int32) string {
	if i < 0 || int(i) >= len(list) {
		return "?"
	}
	return clean(list[i])
}

// step is the position of the event called name; -1 if it did not happen.
func (s *story) step(name string) int {
	if i, ok := s.steps[name]; ok {
		return i
	}
	return -1
}

// eventText is what the timeline says of event i.
func (s *story) eventText(i int) string {
	e := &s.t.Events[i]
	text := s.label(e.Label)
	if e.Occurrence > 1 {
		text += "#" + strconv.FormatUint(uint64(e.Occurrence), 10)
	}
	var notes []string
	for _, n := range e.Notes {
		if n != s.t.Failure.Property+": "+s.t.Failure.Message { // the headline says so
			notes = append(notes, clean(n))
		}
	}
	if len(notes) > 0 && !s.o.Full {
		return strings.Join(notes, "; ") // the logic's words say more than the label
	}
	for _, d := range e.Details {
		notes = append(notes, clean(d))
	}
	for i, n := range notes {
		// A note that begins with the label needs no other beginning.
		if rest, ok := strings.CutPrefix(n, s.label(e.Label)+" "); ok {
			notes[i] = text + " " + rest
			return strings.Join(notes, "; ")
		}
	}
	switch {
	case len(notes) > 0:
		return text + ": " + strings.Join(notes, "; ")
	case len(e.Writes) > 0:
		return text + " (writes " + s.resources(e.Writes) + ")"
	case len(e.Reads) > 0:
		return text + " (reads " + s.resources(e.Reads) + ")"
	}
	return text
}

func (s *story) resources(list []int32) string {
	var names []string
	for _, r := range list {
		names = append(names, entry(s.t.Resources, r))
	}
	return enumerate(names, 2)
}

// enumerate joins at most n names, and counts the others.
func enumerate(names []string, n int) string {
	if len(names) <= n {
		return strings.Join(names, ", ")
	}
	others := len(names) - n
	if others == 1 {
		return strings.Join(names[:n], ", ") + " and 1 other"
	}
	return fmt.Sprintf("%s and %d others", strings.Join(names[:n], ", "), others)
}

// choice says how a choice other than the order came out.
func choice(k sim.Kind, name string, v int64) string {
	name = clean(name)
	switch {
	case k == sim.KindFault && v == 1:
		return "fault " + name + " strikes"
	case k == sim.KindFault:
		return "no fault " + name
	case k == sim.KindClock:
		return "clock " + name + " reads " + Instant(time.Duration(v))
	case k == sim.KindElapsed && v == 1:
		return "elapsed " + name + ": the time is up"
	case k == sim.KindElapsed:
		return "elapsed " + name + ": the time is not up yet"
	}
	return fmt.Sprintf("draw %s = %d", name, v)
}

// Instant is an instant or a duration for people, in the largest unit that leaves something
// before the point, with at most three digits after it.
func Instant(d time.Duration) string {
	if d < 0 {
		if d == -1<<63 {
			d++
		}
		return "-" + Instant(-d)
	}
	unit, _ := unitOf(d)
	d = d.Round(max(unit/1000, 1))
	unit, name := unitOf(d) // 999.9996 ms are 1 s
	return trimZeros(decimal(d, unit, 3)) + " " + name
}

func unitOf(d time.Duration) (unit time.Duration, name string) {
	switch {
	case d >= 10*time.Minute:
		return time.Minute, "min"
	case d >= time.Second:
		return time.Second, "s"
	case d >= time.Millisecond:
		return time.Millisecond, "ms"
	case d >= time.Microsecond || d == 0:
		return time.Microsecond, "µs"
	}
	return time.Nanosecond, "ns"
}

// decimal is d in units, with that many digits after the point, rounded as by the page of a
// trace.
func decimal(d, unit time.Duration, digits int) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
		if d < 0 {
			d = 1<<63 - 1
		}
	}
	d = d.Round(scale(unit, digits))
	whole, rest := d/unit, d%unit
	s := sign + strconv.FormatInt(int64(whole), 10)
	if digits == 0 {
		return s
	}
	s += "."
	for range digits {
		unit = max(unit/10, 1)
		s += strconv.FormatInt(int64(rest/unit%10), 10)
		rest %= unit
	}
	return s
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// plural is "1 step" or "2 steps".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return comma(n) + " " + one + "s"
}

// comma is n with its thousands apart.
func comma(n int) string { return Comma(int64(n)) }

// Comma is n with its thousands apart, such as 12,345.
func Comma(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if rest, ok := strings.CutPrefix(digits, "-"); ok {
		sign, digits = "-", rest
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// touches reports whether event i reads or writes the resource called name.
func (s *story) touches(i int, name string) bool {
	e := &s.t.Events[i]
	is := func(r int32) bool { return entry(s.t.Resources, r) == clean(name) }
	return slices.ContainsFunc(e.Reads, is) || slices.ContainsFunc(e.Writes, is)
}
