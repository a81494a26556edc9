package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/spf13/cobra"
)

func (s *invocation) minimizeCommand() *cobra.Command {
	var runs int
	var full bool
	c := &cobra.Command{
		Use:   "minimize TRACE",
		Short: "Make a stored failure smaller, and store the result",
		Long: `Make a stored failure smaller: its parameters, faults, holds and lateness, as
long as it is the same failure. TRACE is a number or the beginning of a hash of
the store, or a .sim file. The trace itself is kept as it is.`,
		Args: exactly("TRACE"),
		RunE: func(c *cobra.Command, args []string) error {
			if runs < 1 {
				return usage(fmt.Errorf("--runs %d: want 1 or more", runs))
			}
			l, err := s.load(c.Context(), args[0], false)
			if err != nil {
				return err
			}
			return s.minimize(c.Context(), l, runs, full)
		},
	}
	c.Flags().IntVar(&runs, "runs", runner.DefaultMinimise, "`number` of runs at most")
	c.Flags().BoolVar(&full, "full", false, "print every step")
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

func (s *invocation) minimize(ctx context.Context, l *loaded, runs int, full bool) error {
	if !l.trace.Verdict.Failed() {
		return usage(fmt.Errorf("minimize %s: the trace passes: there is no failure to make smaller", l.ref))
	}
	o := runner.Options{Scenario: l.scenario, Minimise: runs, Clock: s.Clock}
	r, err := runner.Replay(o, l.trace, false)
	if err != nil {
		return usage(fmt.Errorf("minimize %s: %w", l.ref, err))
	}
	if r.Outcome != runner.Reproduced {
		return coded{fmt.Errorf("minimize %s: it is not reproduced to begin with: %s", l.ref, outcome(r, l.trace)), Diverged}
	}
	inherit(r, l.trace)
	r.Trace.Races = nil // minimising looks for them anew
	small, executions, err := runner.Minimise(ctx, o, r.Trace)
	if err != nil {
		return usage(fmt.Errorf("minimize %s: %w", l.ref, err))
	}
	s.raise(verdictCode(small.Verdict))
	if ctx.Err() != nil {
		s.raise(Interrupted)
		s.warn("interrupted: this is as small as it became")
	}
	m := &loaded{trace: small, scenario: l.scenario, hash: small.Hash()}
	kept := s.keepTrace(context.WithoutCancel(ctx), m)
	if s.json {
		err = s.emit(failureLine{line: newLine("failure"), Was: l.hash, Runs: executions, traceFields: fieldsOf(m.hash, small)})
		return errors.Join(err, kept)
	}
	s.printf("%s -> %s in %s\n\n", size(len(r.Trace.Schedule), len(r.Trace.Events)), size(len(small.Schedule), len(small.Events)), plural(executions, "run"))
	return errors.Join(s.tell(m, full, s.commands(m)...), kept)
}

// keepTrace stores a trace by itself.
func (s *invocation) keepTrace(ctx context.Context, l *loaded) error {
	st, err := store.Open(s.db, store.Options{Clock: s.Clock})
	if err != nil {
		return err
	}
	if l.hash, err = st.Add(ctx, l.trace); err == nil {
		err = st.Flush(ctx)
	}
	if err == nil {
		l.ref = shortest(ctx, st, l.hash)
	}
	if cerr := st.Close(); err == nil {
		err = cerr
	}
	return err
}

func size(deviations, steps int) string {
	return plural(deviations, "deviation") + ", " + plural(steps, "step")
}
