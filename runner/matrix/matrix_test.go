package matrix_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/matrix"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/stretchr/testify/require"
)

// till is a total that two clerks add to, each in two steps; the racy variant loses an
// item in some orders, the rude one in all of them, the locked one in none. The till
// may also be open at the end: the hasty variant leaves it so.
func till() *sim.Scenario {
	return &sim.Scenario{
		Name:       "till",
		Variants:   []string{"racy", "rude", "locked", "hasty", "unknown", "wrong"},
		Properties: []sim.PropertyDoc{{Name: "sum", Doc: "every item is counted"}, {Name: "shut", Doc: "the till is shut in the end"}},
		Expect: []sim.Expectation{
			{Variant: "racy", Fails: []string{"sum"}, Holds: []string{"shut"}},
			{Variant: "rude", Fails: []string{"sum"}},
			{Variant: "hasty", Fails: []string{"sum", "shut"}},
			{Variant: "unknown", Open: true},
			{Variant: "wrong", Fails: []string{"shut"}, Holds: []string{"sum"}},
		},
		Build: buildTill,
	}
}

func buildTill(w *sim.World) {
	total, res, mu := 0, w.Resource("total"), w.NewMutex("mu")
	for i, name := range []string{"anna", "bert"} {
		w.Process(name, func(p *sim.Proc) {
			if i > 0 {
				p.Sleep("walk", 60*time.Microsecond)
			}
			if w.Variant() == "locked" {
				mu.Lock()
				defer mu.Unlock()
			}
			p.Step("read")
			w.Read(res)
			old := total
			if w.Variant() == "rude" {
				old = 0
			}
			p.Step("write")
			w.Write(res)
			total = old + 1
		})
	}
	w.Eventually("sum", 0, func() bool { return total == 2 })
	w.Eventually("shut", 0, func() bool { return w.Variant() != "hasty" })
}

func measure(t *testing.T, variant string, o matrix.Options) *matrix.Measured {
	t.Helper()
	for _, c := range matrix.Cells([]*sim.Scenario{till()}) {
		if c.Variant == variant {
			m, err := matrix.Measure(context.Background(), c, o)
			require.NoError(t, err)
			return m
		}
	}
	require.Fail(t, "no variant "+variant)
	return nil
}

// Each variant is a cell, under the first profile.
func TestCells(t *testing.T) {
	s := till()
	cells := matrix.Cells([]*sim.Scenario{s})
	require.Len(t, cells, len(s.Variants))
	for i, c := range cells {
		require.Equal(t, s.Variants[i], c.Variant)
		require.Equal(t, "till", c.Row())
	}
	s.Expect = append(s.Expect, sim.Expectation{Variant: "racy", Profile: "ci-loaded", Fails: []string{"sum"}})
	cells = matrix.Cells([]*sim.Scenario{s})
	require.Len(t, cells, len(s.Variants)+1)
	require.Equal(t, "till [ci-loaded]", cells[len(s.Variants)].Row())
}

// A property that should fail is judged by itself, those that hold without it.
func TestQuestions(t *testing.T) {
	s := till()
	require.Equal(t, []matrix.Question{
		{Name: "sum", Judge: []string{"sum"}, Finds: "sum"}, {Judge: []string{"shut"}},
	}, matrix.Questions(s.Expected("racy", ""), nil))
	require.Equal(t, []matrix.Question{{Judge: []string{"shut"}}}, matrix.Questions(s.Expected("racy", ""), []string{"shut"}))
	require.Equal(t, []matrix.Question{{}}, matrix.Questions(s.Expected("locked", ""), nil))
	require.Equal(t, []matrix.Question{{Open: true}}, matrix.Questions(s.Expected("unknown", ""), nil))
}

// A cell agrees, differs or is open, and says in words what is not as expected.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		variant     string
		verdict     matrix.Verdict
		failing     []string
		differences []string
	}{
		{"racy", matrix.Agrees, []string{"sum"}, nil},
		{"rude", matrix.Agrees, []string{"sum"}, nil},
		{"locked", matrix.Agrees, nil, nil},
		{"hasty", matrix.Agrees, []string{"sum", "shut"}, nil},
		{"unknown", matrix.Open, []string{"sum"}, nil},
		{"wrong", matrix.Differs, []string{"sum"}, []string{
			"shut was expected to be violated, and 200 runs did not show it",
			"violation of sum, which was not expected: did not come true, and the world is at rest (schedule 3)",
		}},
	} {
		t.Run(c.variant, func(t *testing.T) {
			m := measure(t, c.variant, matrix.Options{Runs: 200})
			require.Equal(t, c.verdict, m.Verdict)
			require.Equal(t, c.failing, m.Failing())
			require.Equal(t, c.differences, m.Differences)
			require.Empty(t, m.Trials, "one seed")
		})
	}
}

// With several seeds, what fails is looked for with each of them, from a cold start, and
// ends at its first failure; what holds is asked with the first seed alone.
func TestSeeds(t *testing.T) {
	one := measure(t, "racy", matrix.Options{Runs: 200, Seed: 5})
	m := measure(t, "racy", matrix.Options{Runs: 200, Seed: 5, Seeds: 20})
	require.Equal(t, one.Answers, m.Answers, "the first seed is asked the same")
	require.Len(t, m.Trials, 1)
	sum := m.Trial("sum")
	require.Len(t, sum.At, 20)
	require.Equal(t, 20, sum.Found())
	require.Len(t, sum.Again, 19, "the answer of the first seed is known")
	for i, a := range sum.Again {
		require.Equal(t, uint64(6+i), a.Seed)
		require.Equal(t, sum.At[1+i], a.Found[0].Run)
		r, err := runner.Explore(context.Background(), runner.Options{
			Scenario: m.Scenario, Variant: "racy", Judge: []string{"sum"}, Seed: a.Seed, Runs: 200, StopAtFirst: true, Minimise: -1,
		})
		require.NoError(t, err)
		require.Equal(t, r.Failures[0].Run, sum.At[1+i], "as an exploration by itself finds it")
	}
	require.LessOrEqual(t, sum.Median(), sum.Latest())
	require.Nil(t, m.Trial("shut"), "it holds")
	require.Less(t, m.Runs(), one.Runs()+20*200)
	require.Greater(t, m.Runs(), one.Runs())
	require.Greater(t, m.Steps(), one.Steps())

	holds := measure(t, "locked", matrix.Options{Runs: 200, Seeds: 20})
	require.Empty(t, holds.Trials)
	require.Equal(t, 200, holds.Runs())
}

// What fails without having been expected to is looked for with further seeds too.
func TestSeedsOfWhatWasNotExpected(t *testing.T) {
	m := measure(t, "wrong", matrix.Options{Runs: 50, Seeds: 3})
	require.Equal(t, []string{
		"shut was expected to be violated, and 50 runs with each of 3 seeds did not show it",
		"violation of sum, which was not expected: did not come true, and the world is at rest (schedule 2)",
	}, m.Differences)
	require.Equal(t, 3, m.Trial("sum").Found())
	require.Zero(t, m.Trial("shut").Found())
	require.Zero(t, m.Trial("shut").Median())
	require.Zero(t, m.Trial("shut").Latest())

	open := measure(t, "unknown", matrix.Options{Runs: 50, Seeds: 3})
	require.Equal(t, matrix.Open, open.Verdict)
	require.Equal(t, 3, open.Trial("sum").Found())
	require.Nil(t, open.Trial("shut"))
}

// What only some seeds find fails as expected, and is told with the seed that found it.
func TestSeedsThatDoNotFindIt(t *testing.T) {
	trial := matrix.Trial{At: []int{0, 7, 3, 0, 12}}
	require.Equal(t, 3, trial.Found())
	require.Equal(t, 7, trial.Median())
	require.Equal(t, 12, trial.Latest())

	// The fewer schedules, the fewer seeds find it.
	for runs := 2; runs < 10; runs++ {
		m := measure(t, "racy", matrix.Options{Runs: runs, Strategy: "random", Seeds: 40})
		sum := m.Trial("sum")
		if sum.At[0] != 0 || sum.Found() == 0 || sum.Found() == 40 {
			continue
		}
		f, seed := m.First("sum")
		require.NotZero(t, seed)
		require.Equal(t, sum.At[seed], f.Run)
		require.Equal(t, matrix.Agrees, m.Verdict)
		return
	}
	require.Fail(t, "with each number of schedules the first seed finds it, or all or none of them do")
}

// The number of workers does not matter.
func TestWorkersDoNotMatter(t *testing.T) {
	for _, v := range till().Variants {
		o := matrix.Options{Runs: 150, Seeds: 3, Workers: 1}
		one := measure(t, v, o)
		o.Workers = 7
		require.Equal(t, one.Answers, measure(t, v, o).Answers, v)
		require.Equal(t, one.Trials, measure(t, v, o).Trials, v)
	}
}

// An end that was asked for is an error, not a verdict.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("enough")
	c := matrix.Cells([]*sim.Scenario{till()})[0]
	asked := 0
	_, err := matrix.Measure(ctx, c, matrix.Options{Runs: 200, Seeds: 5, Progress: func(q matrix.Question, _ runner.Progress) {
		if asked++; q.Seed == 2 {
			cancel(why)
		}
	}})
	require.NotZero(t, asked)
	require.ErrorIs(t, err, why)
	require.ErrorContains(t, err, `measure till, variant "racy"`)
}
