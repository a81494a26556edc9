package matrix

import (
	"context"
	"slices"

	"github.com/seed-3519b94c/simrun/runner"
)

// Trial is how soon a property was found violated when it alone was judged, each time
// with another seed: that of a first exploration may have been a lucky one.
type Trial struct {
	Property string
	// At is by seed the schedule that showed it first, from 1; 0: none did.
	At []int
	// Again are the explorations that were made for this, besides the cell's answers.
	Again []Answer
}

// Found is with how many seeds it was found.
func (t *Trial) Found() int { return len(t.found()) }

// Median is the schedule by which half of the seeds that found it had; 0 if none did.
func (t *Trial) Median() int {
	at := t.found()
	if len(at) == 0 {
		return 0
	}
	return at[(len(at)-1)/2]
}

// Latest is the schedule by which all of the seeds that found it had; 0 if none did.
func (t *Trial) Latest() int {
	at := t.found()
	if len(at) == 0 {
		return 0
	}
	return at[len(at)-1]
}

// found are the schedules that showed it, the earliest first.
func (t *Trial) found() []int {
	at := slices.DeleteFunc(slices.Clone(t.At), func(n int) bool { return n == 0 })
	slices.Sort(at)
	return at
}

// sought are the properties that are worth further seeds: those that should be found
// violated, and others that were.
func (m *Measured) sought() []string {
	failing := m.Failing()
	var out []string
	for _, p := range m.Scenario.Properties {
		asked := slices.ContainsFunc(m.Answers, func(a Answer) bool { return a.Finds == p.Name })
		if asked || slices.Contains(failing, p.Name) {
			out = append(out, p.Name)
		}
	}
	return out
}

// try looks for a property with every seed. What an answer has shown already is not
// asked again.
func (m *Measured) try(ctx context.Context, property string, o Options) (*Trial, error) {
	t := &Trial{Property: property}
	for i := range o.Seeds {
		q := Question{Name: property, Judge: []string{property}, Finds: property, Seed: o.Seed + uint64(i)}
		if a := m.alone(q); a != nil {
			t.At = append(t.At, a.at(property))
			continue
		}
		a, err := ask(ctx, m.Cell, q, o)
		if err != nil {
			return nil, err
		}
		t.At = append(t.At, a.at(property))
		t.Again = append(t.Again, *a)
	}
	return t, nil
}

// alone is the answer to the same question; nil if there is none.
func (m *Measured) alone(q Question) *Answer {
	for i := range m.Answers {
		if a := &m.Answers[i]; a.Seed == q.Seed && slices.Equal(a.Judge, q.Judge) {
			return a
		}
	}
	return nil
}

// at is the schedule that showed a violation of the property first; 0: none did.
func (a *Answer) at(property string) int {
	if f := a.first(property); f != nil {
		return f.Run
	}
	return 0
}

// first is the failure of the property that was found first; nil if none was.
func (a *Answer) first(property string) *runner.Failure {
	var first *runner.Failure
	for _, f := range a.Found {
		if f.Found.Failure.Property == property && (first == nil || f.Run < first.Run) {
			first = f
		}
	}
	return first
}

// First is the failure of the property that was found first, and the seed that it was
// found with: the cell's own, unless only others showed it. The failure is nil if none
// did.
func (m *Measured) First(property string) (*runner.Failure, uint64) {
	var first *runner.Failure
	var seed uint64
	look := func(a *Answer) {
		if f := a.first(property); f != nil && (first == nil || f.Run < first.Run) {
			first, seed = f, a.Seed
		}
	}
	for i := range m.Answers {
		look(&m.Answers[i])
	}
	for i := range m.Trials {
		for j := 0; first == nil && j < len(m.Trials[i].Again); j++ {
			look(&m.Trials[i].Again[j])
		}
	}
	return first, seed
}

// Trial is that of a property; nil if it was asked with one seed only.
func (m *Measured) Trial(property string) *Trial {
	for i := range m.Trials {
		if m.Trials[i].Property == property {
			return &m.Trials[i]
		}
	}
	return nil
}
