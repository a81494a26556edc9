package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/sim/coro"
)

// Verdict is what a run came to.
type Verdict uint8

// The verdicts.
const (
	Pass           Verdict = iota
	Violation              // a property does not hold
	Deadlock               // at rest with something owed and a process blocked, or a circle of locks: see LockOrder
	Budget                 // a limit was reached
	Panic                  // the logic under test panicked
	Nondeterminism         // the same choices gave another run
)

var verdictNames = [...]string{"pass", "violation", "deadlock", "budget", "panic", "nondeterminism"}

func (v Verdict) String() string { return verdictNames[v] }

// ParseVerdict is the inverse of String.
func ParseVerdict(s string) (Verdict, error) {
	for i, n := range verdictNames {
		if n == s {
			return Verdict(i), nil
		}
	}
	return 0, fmt.Errorf("verdict %q: want one of %s", s, strings.Join(verdictNames[:], ", "))
}

// Failed reports whether v is anything but Pass.
func (v Verdict) Failed() bool { return v != Pass }

// Failure says what is wrong in a run that did not pass.
type Failure struct {
	// Property that does not hold; for Budget the limit, for Panic the process.
	Property string
	// Facts tell two bugs under one property apart: what was lost, where. They
	// hold nothing that changes from run to run of the same bug.
	Facts string
	// Message says it in full.
	Message string
	// WaitFor lists who waits for whom, for Deadlock.
	WaitFor string
	// Stack is where it panicked.
	Stack string
	// Step is the number of events fired when it was noticed.
	Step int
}

// Fail says that a property does not hold: the run ends here. Facts are part of
// the signature; the message is for people. Only the first failure of a run counts.
func (w *World) Fail(property, facts, format string, args ...any) {
	if w.stopped || !w.judged(property) {
		return
	}
	w.violated(property, facts, format, args...)
}

// judged reports whether a property counts in this run.
func (w *World) judged(property string) bool {
	return w.cfg.Judge == nil || slices.Contains(w.cfg.Judge, property)
}

func (w *World) violated(property, facts, format string, args ...any) {
	w.stopped = true
	if w.track != nil {
		w.track.Failed()
	}
	w.verdict = Violation
	w.failure = Failure{Property: property, Facts: facts, Message: fmt.Sprintf(format, args...), Step: w.steps}
	if w.rec != nil {
		w.rec.note(property + ": " + w.failure.Message)
	}
}

// exceed ends the run at a limit.
func (w *World) exceed(limit, format string, args ...any) bool {
	if !w.stopped {
		w.violated(limit, "", "limit on "+limit+" reached: "+format, args...)
		w.verdict = Budget
	}
	return false
}

// panics ends the run with the panic of a process.
func (w *World) panics(p *Proc, c *coro.Panic) {
	for inner, ok := c.Value.(*coro.Panic); ok; inner, ok = c.Value.(*coro.Panic) {
		c = inner // of a coroutine that p runs inside its own
	}
	if m, ok := c.Value.(misuse); ok {
		w.mistake, w.stopped = m.err, true
		return
	}
	if w.stopped {
		return
	}
	w.violated(p.name, fmt.Sprint(c.Value), "process %s panicked: %v", p.name, c.Value)
	w.verdict = Panic
	w.failure.Stack = string(c.Stack)
}

// Signature is what makes two failures the same bug: verdict, property, facts.
// It is "" for Pass.
func (r *Result) Signature() string {
	if r.Verdict == Pass {
		return ""
	}
	s := r.Verdict.String() + " " + r.Failure.Property
	if r.Failure.Facts != "" {
		s += ": " + r.Failure.Facts
	}
	return s
}

// Param is a drawn parameter.
type Param struct {
	Label string
	Value int64
	Text  string // what the value stands for, if it is not a number
	Lo    int64  // the smallest it could have been
	Hi    int64  // the largest
}

// Result is what a run showed. Its slices belong to the World and hold until
// the next run.
type Result struct {
	Verdict Verdict
	Failure Failure
	// Fingerprint is equal for runs that differ only in the order of events
	// that do not conflict.
	Fingerprint uint64
	// Rolling is a hash over everything in the order in which it happened.
	Rolling uint64
	// Steps is the number of events, Contested the number of times that more
	// than one was enabled.
	Steps, Contested int
	// Deviations is the schedule. Names are filled in only in a Trace.
	Deviations Schedule
	Params     []Param
	Goals      []string
	Reached    []bool
	// Stated is the number of properties and goals that the scenario stated.
	Stated int
	// Levels are the numbers of events after which each level was reached, in order:
	// see World.Level.
	Levels []int
	Trace  *Trace // if Config.Record
}

// tell says what the run has shown.
func (w *World) tell(r *Result) {
	*r = Result{
		Verdict: w.verdict, Failure: w.failure, Fingerprint: w.print, Rolling: w.rolling,
		Steps: w.steps, Contested: w.contested, Deviations: w.devs, Params: w.params,
		Goals: w.props.goals, Reached: w.props.reached, Stated: w.props.stated(),
	}
	if len(w.levels) > 0 {
		r.Levels = w.levels
	}
	if w.rec != nil {
		r.Trace = w.rec.trace(w, r)
	}
}

// settle closes the books: what is still late at the end was late all the same.
func (w *World) settle() {
	w.endEvent()
	for i := len(w.pending.keys) - 1; i >= 0; i-- {
		slot := w.pending.keys[i].slot
		if late := w.pending.late[slot]; late != 0 {
			w.deviate(Deviation{Kind: KindSchedule, Event: w.pending.slab[slot].id, After: late})
		}
	}
	if w.pending.out == 0 {
		return
	}
	for i := range w.pending.slab {
		late := w.pending.late[i]
		if e := &w.pending.slab[i]; e.gen&1 == 1 && e.disabled && late != 0 {
			w.deviate(Deviation{Kind: KindSchedule, Event: e.id, After: late})
		}
	}
}
