package cli

import (
	"context"
	"fmt"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

type replayLine struct {
	line
	Outcome    string `json:"outcome"`
	Exact      bool   `json:"exact"` // every event, choice and footprint is as recorded
	Divergence string `json:"divergence,omitempty"`
	Of         string `json:"of"`  // hash of the trace that was replayed
	Was        string `json:"was"` // its signature
	traceFields
}

func (s *invocation) replayCommand() *cobra.Command {
	var variant string
	var lenient, full bool
	var steps int
	c := &cobra.Command{
		Use:   "replay TRACE|FILE",
		Short: "Run a stored schedule again, exactly",
		Long: `Run a stored schedule again. TRACE is a number or the beginning of a hash of
the store, or a .sim file.

A strict replay (the default) follows the schedule to the letter, and says where
it no longer can: diverged. With --lenient what no longer exists is skipped, for
a schedule that was recorded with another version of the logic.`,
		Example: "  simrun replay 3f9a2c71\n  simrun replay testdata/simrun/cart/total/3f9a2c71d04e5b68.sim --lenient",
		Args:    exactly("TRACE|FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			l, err := s.load(c.Context(), args[0], lenient)
			if err != nil {
				return err
			}
			if variant != "" {
				if _, err := variants(l.scenario, variant); err != nil {
					return err
				}
			}
			if steps < 0 {
				return usage(fmt.Errorf("--steps %d: want 1 or more, or 0 for the default", steps))
			}
			l.steps = steps
			return s.replay(c.Context(), l, variant, lenient, full)
		},
	}
	c.Flags().StringVar(&variant, "variant", "", "replay against this `variant` (default: that of the trace)")
	c.Flags().IntVar(&steps, "steps", 0, "`number` of steps at most, as of the run (default: 100,000)")
	c.Flags().BoolVar(&lenient, "lenient", false, "skip what no longer exists")
	c.Flags().BoolVar(&full, "full", false, "print every step")
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

func (s *invocation) replay(ctx context.Context, l *loaded, variant string, lenient, full bool) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("replay %s: %w", l.ref, err)
	}
	o := runner.Options{Scenario: l.scenario, Variant: variant, Limits: sim.Limits{Steps: l.steps}, Clock: s.Clock}
	r, err := runner.Replay(o, l.trace, lenient)
	if err != nil {
		return usage(fmt.Errorf("replay %s: %w", l.ref, err))
	}
	inherit(r, l.trace)
	if l.file && r.Outcome == runner.Reproduced {
		r.Trace.Races = runner.KeptRaces(l.ref, r.Trace)
	}
	s.raise(replayCode(r))
	again := &loaded{trace: r.Trace, scenario: l.scenario, ref: l.ref, hash: r.Trace.Hash(), file: l.file, steps: l.steps}
	if s.json {
		return s.emit(replayLine{
			line: newLine("replay"), Outcome: r.Outcome.String(), Exact: r.Exact, Divergence: r.Divergence,
			Of: l.hash, Was: l.trace.Signature, traceFields: fieldsOf(again.hash, r.Trace),
		})
	}
	s.printf("%s\n", outcome(r, l.trace))
	switch r.Outcome {
	case runner.Reproduced, runner.FailsOther:
		s.printf("\n")
		return s.tell(again, full, s.afterReplay(l, again)...)
	case runner.Passes:
		s.printf("\nOne order says little. To explore others:\n%s\n", s.exploreLine(l.scenario, r.Trace)+s.dbArgument())
	case runner.Diverged:
		s.printf("\nThe logic or the scenario has changed since. To skip what no longer exists:\n%s\n", s.replayLine(l, variant)+" --lenient")
	case runner.Nondeterministic:
		s.printf("\nLook for map iteration, the wall clock, goroutines, and state that one run leaves to the next.\n")
	}
	return nil
}

// inherit takes over what only the original knows, if the replay is the same run.
func inherit(r *runner.Replayed, t *sim.Trace) {
	r.Trace.Strategy, r.Trace.Module, r.Trace.Revision = t.Strategy, t.Module, t.Revision
	if r.Exact && len(t.Events) == len(r.Trace.Events) {
		r.Trace.Minimised, r.Trace.Races = t.Minimised, t.Races
	}
}

// afterReplay are the commands below the story of a replay. The story of another
// failure is not in the store: exploring finds and keeps it.
func (s *invocation) afterReplay(l, again *loaded) []reports.Command {
	if again.trace.Signature == l.trace.Signature && again.trace.Variant == l.trace.Variant {
		if !again.trace.Verdict.Failed() {
			return nil
		}
		return s.commands(again)
	}
	return []reports.Command{{Name: "explore", Line: s.exploreLine(l.scenario, again.trace) + s.dbArgument()}}
}

// stepsArgument is the limit on a run that reached it: without it the run would go on.
func (l *loaded) stepsArgument() string {
	if l.steps == 0 || l.trace.Verdict != sim.Budget {
		return ""
	}
	return fmt.Sprint(" --steps ", l.steps)
}

func (s *invocation) replayLine(l *loaded, variant string) string {
	line := s.Program + " replay " + quote(l.ref)
	if !l.file {
		line += s.dbArgument()
	}
	line += l.stepsArgument()
	if variant != "" {
		line += " --variant " + quote(variant)
	}
	return line
}

// exploreLine is the command that explores around the world of t.
func (s *invocation) exploreLine(sc *sim.Scenario, t *sim.Trace) string {
	line := s.Program + " run " + quote(t.Scenario)
	if t.Variant != "" {
		line += " --variant " + quote(t.Variant)
	}
	if t.Profile != sc.AllProfiles()[0].Name {
		line += " --profile " + quote(t.Profile)
	}
	for _, property := range t.Judge {
		line += " --property " + quote(property)
	}
	return line
}

// outcome says in one line what a replay of t came to.
func outcome(r *runner.Replayed, t *sim.Trace) string {
	now := orElse(r.Trace.Signature, "passes")
	switch r.Outcome {
	case runner.Reproduced:
		if r.Exact {
			return "reproduced: " + now + " (every event is as recorded)"
		}
		return "reproduced: " + now + " (by other steps than those recorded)"
	case runner.Passes:
		return "no longer fails: the schedule of " + orElse(t.Signature, "a pass") + " passes" + inVariant(r.Trace.Variant)
	case runner.FailsOther:
		return "fails differently: was " + orElse(t.Signature, "a pass") + "; now " + now
	case runner.Diverged:
		return r.Divergence
	}
	return "nondeterministic: " + r.Divergence
}

func inVariant(v string) string {
	if v == "" {
		return ""
	}
	return " in variant " + v
}

func replayCode(r *runner.Replayed) Code {
	switch r.Outcome {
	case runner.Diverged, runner.Nondeterministic:
		return Diverged
	}
	return verdictCode(r.Trace.Verdict)
}

func verdictCode(v sim.Verdict) Code {
	switch {
	case v == sim.Nondeterminism:
		return Diverged
	case v.Failed():
		return Violation
	}
	return OK
}
