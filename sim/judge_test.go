package sim_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// many breaks one property of each kind, one after the other.
func many() *sim.Scenario {
	return &sim.Scenario{
		Name:       "test/many",
		Properties: []sim.PropertyDoc{{Name: "always"}, {Name: "eventually"}, {Name: "owed"}, {Name: "said"}, {Name: "fine"}},
		Build: func(w *sim.World) {
			steps := 0
			w.Always("always", func() error {
				if steps > 0 {
					return errors.New("a step was made")
				}
				return nil
			})
			w.Always("fine", func() error { return nil })
			w.Eventually("eventually", time.Second, func() bool { return false })
			owed := w.Obligation("owed", 0)
			w.Process("A", func(p *sim.Proc) {
				p.Step("one")
				steps++
				p.Step("two")
				owed.Open(1)
				owed.Close(2)
				p.Step("three")
				w.Fail("said", "", "it was said")
			})
		},
	}
}

// A run ends at its first violation; who judges one property alone learns of it
// whatever comes before.
func TestEachPropertyCanBeJudgedAlone(t *testing.T) {
	w := sim.NewWorld()
	defer w.Close()
	for _, c := range []struct {
		judge []string
		want  string
	}{
		{nil, "always"},
		{[]string{"eventually"}, "eventually"},
		{[]string{"owed"}, "owed"},
		{[]string{"said"}, "said"},
		{[]string{"fine"}, ""},
		{[]string{"fine", "said", "eventually"}, "said"},
	} {
		r, err := w.Run(many(), sim.Config{Judge: c.judge, Record: true})
		require.NoError(t, err)
		require.Equal(t, c.want, r.Failure.Property, "judging %q", c.judge)
		require.Equal(t, c.judge, r.Trace.Judge)
	}
	_, err := w.Run(many(), sim.Config{Judge: []string{"alwys"}})
	require.ErrorContains(t, err, `property "alwys"`)
	require.ErrorContains(t, err, "always")
}

// What is expected of a variant under a profile is what is said of both, or else of
// the variant.
func TestExpectationsOfProfiles(t *testing.T) {
	s := &sim.Scenario{Expect: []sim.Expectation{
		{Variant: "a", Fails: []string{"S"}, Holds: []string{"L"}}, {Variant: "a", Profile: "ci-loaded"}, {Variant: "b", Open: true},
	}}
	require.Equal(t, []string{"S"}, s.Expected("a", "").Fails)
	require.Empty(t, s.Expected("a", "ci-loaded").Fails)
	require.True(t, s.Expected("b", "ci-loaded").Open)
	require.Empty(t, s.Expected("c", "").Fails)

	a := s.Expected("a", "laptop")
	require.True(t, a.Allows(sim.Violation, "S"))
	require.False(t, a.Allows(sim.Violation, "L"))
	require.True(t, a.Allows(sim.Violation, "other"), "nothing is promised about it")
	require.False(t, a.Allows(sim.Panic, "other"))
	require.False(t, s.Expected("c", "").Allows(sim.Violation, "S"), "every run should pass")
	require.True(t, s.Expected("c", "").Allows(sim.Pass, ""))
	rare := sim.Expectation{Rarely: []string{"S"}, Holds: []string{"L"}}
	require.True(t, rare.Allows(sim.Violation, "S"), "it may be found")
	require.True(t, rare.Allows(sim.Pass, ""), "or not")
	require.False(t, rare.Allows(sim.Violation, "L"))
	require.False(t, rare.Passes(), "it is no fix of another variant")
	require.False(t, a.Passes())
	require.False(t, s.Expected("b", "").Passes())
	require.True(t, s.Expected("c", "").Passes())
}

// What parts of a world do at the end of every event they do whatever is judged, and it
// is no property.
func TestJudgeLeavesHooksAlone(t *testing.T) {
	ends := 0
	s := &sim.Scenario{Name: "test", Properties: []sim.PropertyDoc{{Name: "p"}}, Build: func(w *sim.World) {
		ends = 0
		w.AtEnd("part", func() { ends++ })
		w.Always("p", func() error { return nil })
		w.Process("A", func(p *sim.Proc) { p.Step("step") })
	}}
	r, err := newWorld(t).Run(s, sim.Config{Judge: []string{"p"}})
	require.NoError(t, err)
	require.Equal(t, 1+2, ends)
	require.Equal(t, 1, r.Stated)
}
