package matrix

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
)

// Cell is a variant of a scenario, under a profile.
type Cell struct {
	Scenario *sim.Scenario
	Variant  string
	Profile  string
	Expect   sim.Expectation
}

// Cells are those of the scenarios: each variant under the first profile, and under
// those of which something is expected apart.
func Cells(scenarios []*sim.Scenario) []Cell {
	var out []Cell
	for _, s := range scenarios {
		variants := s.Variants
		if len(variants) == 0 {
			variants = []string{""}
		}
		for i, p := range s.AllProfiles() {
			for _, v := range variants {
				apart := slices.ContainsFunc(s.Expect, func(e sim.Expectation) bool { return e.Variant == v && e.Profile == p.Name })
				if i == 0 || apart {
					out = append(out, Cell{s, v, p.Name, s.Expected(v, p.Name)})
				}
			}
		}
	}
	return out
}

// Row is what the cells of one line of the matrix have in common: the scenario, and
// the profile if it is not the scenario's first.
func (c *Cell) Row() string {
	if c.Profile == c.Scenario.AllProfiles()[0].Name {
		return c.Scenario.Name
	}
	return c.Scenario.Name + " [" + c.Profile + "]"
}

// Verdict is how a measured cell compares with what was expected.
type Verdict uint8

// The verdicts on a cell.
const (
	Agrees  Verdict = iota // as expected
	Differs                // something else was found, or something was not
	Open                   // nobody had said what to expect
)

func (v Verdict) String() string { return [...]string{"agrees", "differs", "open"}[v] }

// Options says how hard to look. The zero Options are right for a first look.
type Options struct {
	Runs int    // schedules for each question; 0: DefaultRuns
	Seed uint64 // every seed is legal
	// Seeds is with how many seeds, from Seed on, a property is looked for that should
	// be found violated, or was; 0: one. What nothing violates is asked with the first
	// seed alone: more schedules show more there than more seeds.
	Seeds    int
	Strategy string   // "": the default one
	Judge    []string // properties to ask about; nil: all
	Workers  int      // 0: one per core
	// Progress, if not nil, is called between batches.
	Progress func(q Question, p runner.Progress)
}

// DefaultRuns is how many schedules a question gets.
const DefaultRuns = 5_000

// Answer is what the exploration of a question showed.
type Answer struct {
	Question
	// Found are the failures, each of another signature; their traces are as found,
	// not minimised.
	Found   []*runner.Failure
	Runs    int
	Steps   int64
	Classes int // distinct happens-before classes
	// Exhausted: there is nothing left to try. Claim says in words what was shown.
	Exhausted bool
	Claim     string
	// Vacuous lists goals that no run reached, of a question about every property.
	Vacuous []string
	// Curve is how many classes had been seen after so many runs, at points that are
	// further and further apart.
	Curve []Point
}

// Point is a point of a curve.
type Point struct{ Runs, Classes int }

// Measured is a cell that was explored.
type Measured struct {
	Cell
	Verdict Verdict
	// Differences say in words what is not as expected.
	Differences []string
	Answers     []Answer
	// Trials are the properties that were looked for with several seeds.
	Trials []Trial
}

// Runs is the number of schedules spent on the cell.
func (m *Measured) Runs() int {
	n := 0
	for i := range m.Answers {
		n += m.Answers[i].Runs
	}
	for i := range m.Trials {
		for j := range m.Trials[i].Again {
			n += m.Trials[i].Again[j].Runs
		}
	}
	return n
}

// Steps is the number of events in them.
func (m *Measured) Steps() int64 {
	n := int64(0)
	for i := range m.Answers {
		n += m.Answers[i].Steps
	}
	for i := range m.Trials {
		for j := range m.Trials[i].Again {
			n += m.Trials[i].Again[j].Steps
		}
	}
	return n
}

// Failing lists the properties that were found violated, in the order of the
// scenario's documentation, then others (a panic, a limit) as they were met.
func (m *Measured) Failing() []string {
	var met, out []string
	for i := range m.Answers {
		for _, f := range m.Answers[i].Found {
			met = append(met, f.Found.Failure.Property)
		}
	}
	for i := range m.Trials {
		if m.Trials[i].Found() > 0 {
			met = append(met, m.Trials[i].Property)
		}
	}
	for _, p := range m.Scenario.Properties {
		if slices.Contains(met, p.Name) {
			out = append(out, p.Name)
		}
	}
	for _, p := range met {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// Measure explores a cell. What comes out depends on the options and not on the
// number of workers. The error is a mistake in the scenario, or that ctx is done.
func Measure(ctx context.Context, c Cell, o Options) (*Measured, error) {
	if o.Runs == 0 {
		o.Runs = DefaultRuns
	}
	asked := Questions(c.Expect, o.Judge)
	if c.Expect.Open && o.Judge == nil {
		asked = openQuestions(c.Scenario)
	}
	m := &Measured{Cell: c, Verdict: Agrees}
	if c.Expect.Open {
		m.Verdict = Open
	}
	if err := m.explore(ctx, asked, o); err != nil {
		return nil, fmt.Errorf("measure %s, variant %q: %w", c.Scenario.Name, c.Variant, err)
	}
	m.compare()
	if len(m.Differences) > 0 {
		m.Verdict = Differs
	}
	return m, nil
}

// explore asks the questions with the first seed, and then with the others what of them
// is worth it.
func (m *Measured) explore(ctx context.Context, asked []Question, o Options) error {
	for _, q := range asked {
		if q.Open && q.Name != "" && slices.Contains(m.Failing(), q.Name) {
			continue // known already
		}
		q.Seed = o.Seed
		a, err := ask(ctx, m.Cell, q, o)
		if err != nil {
			return err
		}
		m.Answers = append(m.Answers, *a)
	}
	if o.Seeds < 2 {
		return nil
	}
	for _, p := range m.sought() {
		t, err := m.try(ctx, p, o)
		if err != nil {
			return err
		}
		m.Trials = append(m.Trials, *t)
	}
	return nil
}

func ask(ctx context.Context, c Cell, q Question, o Options) (*Answer, error) {
	ro := runner.Options{
		Scenario: c.Scenario, Variant: c.Variant, Profile: c.Profile, Judge: q.Judge, Strategy: o.Strategy, Seed: q.Seed,
		Runs: o.Runs, Workers: o.Workers, Minimise: -1, StopAtFirst: q.Finds != "",
	}
	var curve []Point
	ro.Progress = func(p runner.Progress) {
		if n := len(curve); n == 0 || p.Runs >= curve[n-1].Runs+curve[n-1].Runs/4 {
			curve = append(curve, Point{p.Runs, p.Classes})
		}
		if o.Progress != nil {
			o.Progress(q, p)
		}
	}
	r, err := runner.Explore(ctx, ro)
	if err != nil {
		return nil, err
	}
	if r.Interrupted {
		return nil, context.Cause(ctx)
	}
	a := &Answer{
		Question: q, Found: r.Failures, Runs: r.Runs, Steps: r.Steps, Classes: r.Classes, Exhausted: r.Exhausted, Claim: r.Claim,
		Curve: append(curve, Point{r.Runs, r.Classes}),
	}
	if q.Judge == nil && !q.Open {
		a.Vacuous = r.Vacuous()
	}
	return a, nil
}

// compare notes what is not as expected.
func (m *Measured) compare() {
	for i := range m.Answers {
		a := &m.Answers[i]
		m.unexpected(a)
		if a.Finds != "" && !slices.Contains(m.Failing(), a.Finds) {
			m.differs("%s was expected to be violated, and %s did not show it", a.Finds, m.spent(a))
		}
		for _, g := range a.Vacuous {
			m.differs("vacuous: no run reached %q", g)
		}
	}
	for i := range m.Trials {
		for j := range m.Trials[i].Again {
			m.unexpected(&m.Trials[i].Again[j])
		}
	}
}

func (m *Measured) differs(format string, args ...any) {
	m.Differences = append(m.Differences, fmt.Sprintf(format, args...))
}

// unexpected notes the failures that an answer should not have shown.
func (m *Measured) unexpected(a *Answer) {
	for _, f := range a.Found {
		t := f.Found
		property := t.Failure.Property
		if property == a.Finds || a.Open && m.Expect.Allows(t.Verdict, property) {
			continue
		}
		at := fmt.Sprintf("schedule %d", f.Run)
		if a.Seed != m.Answers[0].Seed {
			at += fmt.Sprintf(" of seed %d", a.Seed)
		}
		m.differs("%s of %s, which was not expected: %s (%s)", t.Verdict, property, t.Failure.Message, at)
	}
}

// spent says what it took not to find the property that a looks for.
func (m *Measured) spent(a *Answer) string {
	if t := m.Trial(a.Finds); t != nil {
		return fmt.Sprintf("%d runs with each of %d seeds", a.Runs, len(t.At))
	}
	return fmt.Sprintf("%d runs", a.Runs)
}
