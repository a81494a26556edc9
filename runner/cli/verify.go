package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/spf13/cobra"
)

type verifyLine struct {
	line
	Of       string   `json:"of"` // hash of the old failure
	Scenario string   `json:"scenario"`
	Variant  string   `json:"variant"`
	Profile  string   `json:"profile"`
	Tried    int      `json:"tried"`
	Classes  int      `json:"classes"` // distinct happens-before classes among them
	Complete bool     `json:"complete"`
	Failing  int      `json:"failing"`
	Pair     []string `json:"pair,omitempty"`
	Met      int      `json:"met"`
	Vacuous  bool     `json:"vacuous"`
}

func (s *invocation) verifyCommand() *cobra.Command {
	var variant string
	var runs int
	c := &cobra.Command{
		Use:   "verify TRACE --variant V",
		Short: "Explore the neighbourhood of an old failure, after a fix",
		Long: `Run a variant over the neighbourhood of an old failure: its schedule with some
deviations taken away, every anchor of its holds, one more event held, and every
reversal around the old racing pair. TRACE is a number or the beginning of a hash of
the store, or a .sim file.

Replaying the old schedule alone proves little: that an event moved makes it pass.`,
		Example: "  simrun verify 3f9a2c71 --variant locked",
		Args:    exactly("TRACE"),
		RunE: func(c *cobra.Command, args []string) error {
			l, err := s.load(c.Context(), args[0], true)
			if err != nil {
				return err
			}
			if runs < 1 {
				return usage(fmt.Errorf("--runs %d: want 1 or more", runs))
			}
			if variant != "" {
				if _, err := variants(l.scenario, variant); err != nil {
					return err
				}
			}
			return s.verify(c.Context(), l, variant, runs)
		},
	}
	c.Flags().StringVar(&variant, "variant", "", "`variant` with the fix (default: that of the trace, as the code is now)")
	c.Flags().IntVar(&runs, "runs", runner.DefaultRuns, "`number` of orders at most")
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

func (s *invocation) verify(ctx context.Context, l *loaded, variant string, runs int) error {
	if !l.trace.Verdict.Failed() {
		return usage(fmt.Errorf("verify %s: the trace passes: there is no failure to look around", l.ref))
	}
	o := runner.Options{Scenario: l.scenario, Variant: variant, Runs: runs, Clock: s.Clock}
	if len(l.trace.Events) == 0 { // a file tells the schedule: the events come from running it
		if r, err := runner.Replay(runner.Options{Scenario: l.scenario, Clock: s.Clock}, l.trace, true); err == nil && r.Trace.Signature == l.trace.Signature {
			small, _, err := runner.Minimise(ctx, runner.Options{Scenario: l.scenario, Clock: s.Clock}, r.Trace)
			if err == nil {
				l.trace = small
			}
		}
	}
	v, err := runner.Verify(ctx, o, l.trace)
	if err != nil {
		return usage(fmt.Errorf("verify %s: %w", l.ref, err))
	}
	if v.Interrupted {
		s.raise(Interrupted)
	}
	if s.json {
		vl := verifyLine{
			line: newLine("verify"), Of: l.hash, Scenario: v.Scenario, Variant: v.Variant, Profile: v.Profile, Tried: v.Tried,
			Classes: v.Classes, Complete: v.Complete, Failing: v.Failing, Met: v.Met, Vacuous: v.Vacuous(),
		}
		if v.Pair[0] != "" {
			vl.Pair = v.Pair[:]
		}
		if err := s.emit(vl); err != nil {
			return err
		}
	} else {
		s.tellVerified(l, v)
	}
	var errs error
	for _, f := range v.Failures {
		s.raise(verdictCode(f.Minimal.Verdict))
		f.Minimal.Module, f.Minimal.Revision = s.Build.Module, s.Build.Revision
		m := &loaded{trace: f.Minimal, scenario: l.scenario, hash: f.Minimal.Hash()}
		errs = errors.Join(errs, s.keepTrace(context.WithoutCancel(ctx), m))
		if s.json {
			errs = errors.Join(errs, s.emit(failureLine{line: newLine("failure"), Run: f.Run, Count: f.Count, Runs: f.Executions, traceFields: fieldsOf(m.hash, f.Minimal)}))
			continue
		}
		s.printf("\n")
		errs = errors.Join(errs, s.tell(m, false, s.commands(m)...))
	}
	return errs
}

func (s *invocation) tellVerified(l *loaded, v *runner.Verified) {
	title := v.Scenario
	if v.Variant != "" {
		title += ", variant " + v.Variant
	}
	s.printf("%s: the neighbourhood of %s (%s)\n", title, l.ref, l.trace.Signature)
	key := func(k, format string, args ...any) { s.printf("%s%s\n", pad(k, 11), fmt.Sprintf(format, args...)) }
	rest := ""
	switch {
	case v.Interrupted:
		rest = ", then interrupted"
	case !v.Complete:
		rest = "; there are more, see --runs"
	}
	key("tried", "%s, %s: %s failed%s", plural(v.Tried, "order"), classes(v.Classes), comma(v.Failing), rest)
	switch {
	case v.Vacuous():
		key("vacuous", "neither %s nor %s occurs any more: nothing of this is about the old race", v.Pair[0], v.Pair[1])
	case v.Pair[0] != "":
		key("pair", "%s and %s", v.Pair[0], v.Pair[1])
	default:
		key("pair", "not known: no pair of events decided the old failure by its order alone")
	}
	if v.Failing == 0 {
		line := s.Program + " run " + quote(v.Scenario)
		if v.Variant != "" {
			line += " --variant " + quote(v.Variant)
		}
		next := reports.Command{Name: "next", Line: line + " --runs 200000"}
		key(next.Name, "%s", next.Line)
	}
}

// classes counts happens-before classes.
func classes(n int) string {
	if n == 1 {
		return "1 class"
	}
	return comma(n) + " classes"
}
