package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// Trace is a recorded run: all that is needed to replay it, and all that is
// needed to tell what happened.
type Trace struct {
	Scenario string
	Variant  string
	Profile  string
	Judge    []string // the properties that counted; nil: all
	Mode     Mode
	Seed     uint64 // of the durations, in Sampled mode
	// Strategy, Module and Revision say where the trace comes from: they are
	// for people, and no replay depends on them.
	Strategy string
	Module   string
	Revision string

	Verdict     Verdict
	Failure     Failure
	Signature   string
	Fingerprint uint64
	Rolling     uint64
	Params      []Param
	Schedule    Schedule

	// Minimised is the number of runs that making the trace small took; 0 if
	// nobody tried. Races are what decides, found on the way.
	Minimised int
	Races     []Race

	Processes []string
	Labels    []string
	Resources []string
	// Setup are the notes made before the first event.
	Setup  []string
	Events []Event
	// Calm is the index of the first event in calm; len(Events) if none is.
	Calm int
}

// Event is an event that was fired.
type Event struct {
	Process    int32 // index into Trace.Processes
	Label      int32 // index into Trace.Labels
	Occurrence uint32
	Cause      int32 // the event at whose instant it was armed; -1 for the set-up
	Origin     int32 // the event whose instant its window counts from: Cause, or an earlier mark
	Window     Window
	Nominal    time.Duration // its instant on a good day
	Time       time.Duration // its instant in the timing that is shown: see timed.Run.Times
	HeldAfter  int32         // the last event that overtook it; -1 if none did
	Reads      []int32       // indices into Trace.Resources
	Writes     []int32
	Outcomes   []Outcome
	Notes      []string // what happened, in terms of the logic
	Details    []string // what happened underneath, in terms of the models: system calls and their results
	Source     string   // file:line of the logic that waited for it
	Rules      []Rule   // of the models, that took effect: on which systems this can happen
}

// Rule is something that a model says real systems do, and that not all of them do.
type Rule struct {
	ID   string // such as inotify.merge
	Text string // in words, with the systems and how it is known
}

// Race is a pair of events whose order decides: First happened before Second,
// and with the two the other way round the same run comes to another end.
type Race struct {
	First, Second int32  // indices into Trace.Events
	Resource      string // what both touch; "" if it is not known
	Otherwise     string // signature of the run with the other order; "" if it passes
}

// Outcome is a choice that was made during an event.
type Outcome struct {
	Kind  Kind
	Name  string
	Value int64
}

// EventName is the identity of event i, `process:label#occurrence`.
func (t *Trace) EventName(i int) string {
	e := &t.Events[i]
	return eventName(t.Processes[e.Process], t.Labels[e.Label], e.Occurrence)
}

// Late is how much later than nominal event i happened, counted from the
// instant its window counts from.
func (t *Trace) Late(i int) time.Duration {
	e := &t.Events[i]
	origin := time.Duration(0)
	if e.Origin >= 0 {
		origin = t.Events[e.Origin].Time
	}
	return max(0, e.Time-origin-e.Window.Nominal)
}

// Hash identifies the story: what was run, by which choices, and what it came
// to. It is made of names, so it is the same on every machine and in every store.
func (t *Trace) Hash() string {
	var room [1 << 10]byte
	sum := sha256.Sum256(t.appendStory(room[:0]))
	return hex.EncodeToString(sum[:hashDigits/2])
}

// appendStory appends the text that Hash is over. It is built without fmt, which took most
// of the time: every trace that is kept is hashed.
func (t *Trace) appendStory(b []byte) []byte {
	for _, s := range []string{t.Scenario, t.Variant, t.Profile} {
		b = append(append(b, s...), '\n')
	}
	b = append(append(b, t.Mode.String()...), ' ')
	b = append(strconv.AppendUint(b, t.Seed, 10), '\n')
	b = append(append(b, t.Signature...), '\n')
	if t.Judge != nil {
		b = fmt.Appendf(b, "judge %q\n", t.Judge)
	}
	for i := range t.Schedule {
		b = append(t.Schedule[i].appendTo(b), '\n')
	}
	return b
}

// hashDigits of a SHA-256 are enough to tell any number of failures apart.
const hashDigits = 16
