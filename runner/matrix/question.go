package matrix

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
)

// Question is what one exploration is to answer.
type Question struct {
	// Name is that of the property; "" if the question is about several.
	Name string
	// Judge are the properties that count; nil: all.
	Judge []string
	// Finds is the property that must be found violated; "" if every run should
	// pass, or if the question is open.
	Finds string
	// Open: nobody knows the answer.
	Open bool
	// Seed is the one that it is asked with.
	Seed uint64
}

// Questions are those that an expectation raises, as far as they are about the
// properties in judge (nil: all): each property that should fail is judged alone, and
// those that should hold although others fail are judged without these. What fails but
// rarely is judged alone too, and is an open question each time.
func Questions(e sim.Expectation, judge []string) []Question {
	if e.Open || e.Passes() {
		return []Question{{Judge: judge, Open: e.Open}}
	}
	asked := func(p string) bool { return judge == nil || slices.Contains(judge, p) }
	var out []Question
	for _, p := range e.Fails {
		if asked(p) {
			out = append(out, Question{Name: p, Judge: []string{p}, Finds: p})
		}
	}
	for _, p := range e.Rarely {
		if asked(p) {
			out = append(out, Question{Name: p, Judge: []string{p}, Open: true})
		}
	}
	holds := slices.DeleteFunc(slices.Clone(e.Holds), func(p string) bool { return !asked(p) })
	if len(holds) > 0 {
		out = append(out, Question{Judge: holds})
	}
	return out
}

// openQuestions asks of each property of s by itself, after all of them together.
func openQuestions(s *sim.Scenario) []Question {
	out := []Question{{Open: true}}
	if len(s.Properties) > 1 {
		for _, p := range s.Properties {
			out = append(out, Question{Name: p.Name, Judge: []string{p.Name}, Open: true})
		}
	}
	return out
}
