package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/matrix"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

// matrixFlags are the flags of matrix, as typed.
type matrixFlags struct {
	variants, judge        []string
	strategy, seed, format string
	runs, workers, seeds   int
	state                  string
	resume                 bool
	files                  reportFlags
}

func (s *invocation) matrixCommand() *cobra.Command {
	var f matrixFlags
	c := &cobra.Command{
		Use:   "matrix [SCENARIO...]",
		Short: "Measure every variant of every scenario, and compare with what is expected",
		Long: `Measure the verdict of every variant of the scenarios (all of them, or those that are
named; a name that ends in / stands for all that begin with it) and compare it with
the expected one. The exit code is 1 if one differs.

In a cell, S1@12 says that a violation of S1 was found, at schedule 12; ok 5,000 that
none was found in 5,000 schedules. ! marks what was not expected, ? a cell of which
nobody had said what to expect.

With --seeds 20, what fails is looked for with 20 seeds, from a cold start each time:
S1 20/20 @4..37 says that all of them found it, half of them by schedule 4, the last at
schedule 37. What nothing violates is asked with the first seed alone.

Each cell is kept as soon as it is measured; after an interrupt, --resume goes on
where it ended, if binary and flags are the same.`,
		Example: "  simrun matrix\n  simrun matrix cart/ --runs 100000 --format markdown\n  simrun matrix cart/ --seeds 20",
		RunE: func(c *cobra.Command, args []string) error {
			m, err := s.newMatrix(&f, args)
			if err != nil {
				return err
			}
			return m.run(c.Context())
		},
		ValidArgsFunction: s.completeScenario,
	}
	flags := c.Flags()
	flags.StringArrayVar(&f.variants, "variant", nil, "measure this `variant` only; may be repeated")
	flags.StringArrayVar(&f.judge, "property", nil, "ask about this `property` only; may be repeated")
	flags.IntVar(&f.runs, "runs", matrix.DefaultRuns, "`number` of schedules for each question of a cell, at most")
	flags.StringVar(&f.strategy, "strategy", "", "`strategy` (default: the same as of run)")
	flags.StringVar(&f.seed, "seed", "0", "`seed`")
	flags.IntVar(&f.seeds, "seeds", 1, "`number` of seeds, from --seed on, with which what fails is looked for")
	flags.IntVar(&f.workers, "workers", 0, "`number` of workers (default: one per core)")
	flags.StringVar(&f.format, "format", "text", "`format`: text, markdown")
	flags.StringVar(&f.state, "state", ".simrun/matrix.jsonl", "`file` that keeps the cells that are measured")
	flags.BoolVar(&f.resume, "resume", false, "take the cells that the state file has, and measure the others")
	f.files.add(flags)
	s.jsonFlag(c)
	return c
}

// matrixRun is the work of one matrix command.
type matrixRun struct {
	*invocation
	options matrix.Options
	cells   []matrix.Cell
	format  string
	files   reportFlags
	state   *matrixState
	lines   []cellLine
	told    time.Duration // when progress was told last
}

func (s *invocation) newMatrix(f *matrixFlags, names []string) (*matrixRun, error) {
	if err := f.files.check(); err != nil {
		return nil, err
	}
	scenarios, err := s.chosen(names)
	if err != nil {
		return nil, err
	}
	m := &matrixRun{invocation: s, format: f.format, files: f.files}
	if f.format != "text" && f.format != "markdown" {
		return nil, &sim.UnknownError{Where: "matrix", Kind: "format", Name: f.format, Known: []string{"text", "markdown"}}
	}
	if f.runs < 1 || f.workers < 0 || f.seeds < 1 {
		return nil, usage(fmt.Errorf("--runs %d --seeds %d --workers %d: want at least one run and one seed, and workers or 0 for one per core", f.runs, f.seeds, f.workers))
	}
	if f.strategy != "" {
		if err := checkStrategy(f.strategy); err != nil {
			return nil, err
		}
	}
	seed, err := runner.ParseSeed(f.seed)
	if err != nil {
		return nil, usage(err)
	}
	m.options = matrix.Options{Runs: f.runs, Seed: seed, Seeds: f.seeds, Strategy: f.strategy, Workers: f.workers, Judge: f.judge}
	for _, c := range matrix.Cells(scenarios) {
		if len(f.variants) > 0 && !slices.Contains(f.variants, c.Variant) {
			continue
		}
		if len(f.judge) > 0 && checkProperties(c.Scenario, f.judge) != nil {
			continue
		}
		m.cells = append(m.cells, c)
	}
	if len(m.cells) == 0 {
		return nil, usage(errors.New("no cell is left: none of the scenarios has such a variant and such a property; `simrun list` shows what there is"))
	}
	m.state, err = openMatrixState(f.state, f.resume, m.identity())
	return m, err
}

// chosen are the scenarios that names stand for, in the order of the binary.
func (s *invocation) chosen(names []string) ([]*sim.Scenario, error) {
	if len(names) == 0 {
		return s.Scenarios, nil
	}
	var out []*sim.Scenario
	for _, name := range names {
		before := len(out)
		for _, sc := range s.Scenarios {
			if sc.Name == name || strings.HasSuffix(name, "/") && strings.HasPrefix(sc.Name, name) {
				out = append(out, sc)
			}
		}
		if len(out) == before {
			_, err := s.scenario(name)
			return nil, err
		}
	}
	return out, nil
}

// run measures what the state does not have, and tells all of it.
func (m *matrixRun) run(ctx context.Context) error {
	defer m.state.close()
	started := m.Clock.Now()
	for i := range m.cells {
		c := &m.cells[i]
		l, known := m.state.known(c)
		if !known {
			var err error
			if l, err = m.measure(ctx, c, i, started); err != nil {
				if ctx.Err() == nil {
					return usage(err)
				}
				m.raise(Interrupted)
				m.warn("interrupted: %d of %s are measured; --resume goes on from here", i, plural(len(m.cells), "cell"))
				break
			}
			if err := m.state.add(l); err != nil {
				return err
			}
		}
		if l.Verdict == matrix.Differs.String() {
			m.raise(Violation)
		}
		m.lines = append(m.lines, *l)
		if m.json {
			if err := m.emit(l); err != nil {
				return err
			}
		}
	}
	elapsed := m.Clock.Since(started)
	if err := m.tell(elapsed); err != nil {
		return err
	}
	return m.writeSuite(&m.files, m.suite(elapsed))
}

func (m *matrixRun) measure(ctx context.Context, c *matrix.Cell, i int, started time.Time) (*cellLine, error) {
	o := m.options
	p := &progress{w: m.Stderr, live: m.Progress, width: 120}
	if m.Width > 0 {
		p.width = m.Width
	}
	o.Progress = func(q matrix.Question, at runner.Progress) {
		p.label = fmt.Sprintf("cell %d of %d, %s %s", i+1, len(m.cells), c.Row(), c.Variant)
		if q.Name != "" {
			p.label += " " + q.Name
		}
		if m.options.Seeds > 1 {
			p.label += fmt.Sprintf(", seed %d of %d", q.Seed-m.options.Seed+1, m.options.Seeds)
		}
		at.Elapsed = m.Clock.Since(started)
		p.update(at)
	}
	p.last = m.told
	before := m.Clock.Now()
	r, err := matrix.Measure(ctx, *c, o)
	m.told = p.last
	p.end()
	if err != nil {
		return nil, err
	}
	l := m.line(r)
	l.ElapsedNs = int64(m.Clock.Since(before))
	return l, nil
}
