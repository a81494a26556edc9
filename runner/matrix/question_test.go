package matrix

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-3519b94c/simrun/sim"
)

// What should fail is asked alone and must be found; what fails but rarely is asked alone
// and need not be; what should hold is asked without both.
func TestQuestions(t *testing.T) {
	for _, c := range []struct {
		why    string
		expect sim.Expectation
		judge  []string
		want   []Question
	}{
		{"every run should pass", sim.Expectation{}, nil, []Question{{}}},
		{"nobody knows", sim.Expectation{Open: true, Fails: []string{"A"}}, nil, []Question{{Open: true}}},
		{
			"one fails, one holds", sim.Expectation{Fails: []string{"A"}, Holds: []string{"B"}}, nil,
			[]Question{{Name: "A", Judge: []string{"A"}, Finds: "A"}, {Judge: []string{"B"}}},
		},
		{
			"one fails rarely", sim.Expectation{Rarely: []string{"A"}, Holds: []string{"B"}}, nil,
			[]Question{{Name: "A", Judge: []string{"A"}, Open: true}, {Judge: []string{"B"}}},
		},
		{
			"only one is asked about", sim.Expectation{Fails: []string{"A"}, Rarely: []string{"C"}, Holds: []string{"B"}}, []string{"C"},
			[]Question{{Name: "C", Judge: []string{"C"}, Open: true}},
		},
	} {
		assert.Equal(t, c.want, Questions(c.expect, c.judge), c.why)
	}
}
