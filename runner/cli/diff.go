package cli

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/spf13/cobra"
)

func (s *invocation) diffCommand() *cobra.Command {
	var full bool
	c := &cobra.Command{
		Use:   "diff A B",
		Short: "Tell in what two traces differ",
		Long: `Tell in what two traces differ, their events matched by name: what was chosen
otherwise, which pairs whose order matters stand the other way round, and what happens
in one only. A and B are numbers or beginnings of hashes of the store, or .sim files.`,
		Args: exactly("A", "B"),
		RunE: func(c *cobra.Command, args []string) error {
			var both [2]*loaded
			for i, ref := range args {
				l, err := s.load(c.Context(), ref, false)
				if err != nil {
					return err
				}
				if len(l.trace.Events) == 0 { // a file tells the schedule: the events come from running it
					r, err := runner.Replay(runner.Options{Scenario: l.scenario, Clock: s.Clock}, l.trace, false)
					if err != nil {
						return usage(fmt.Errorf("diff %s: %w", ref, err))
					}
					if r.Outcome == runner.Diverged || r.Outcome == runner.Nondeterministic {
						return coded{fmt.Errorf("diff %s: %s", ref, outcome(r, l.trace)), Diverged}
					}
					l.trace = r.Trace
				}
				both[i] = l
			}
			return reports.Diff(s.out, both[0].trace, both[1].trace, reports.Options{Full: full, Color: s.color(), Width: s.storyWidth()})
		},
	}
	c.Flags().BoolVar(&full, "full", false, "print every difference")
	s.dbFlag(c)
	return c
}
