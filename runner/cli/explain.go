package cli

import (
	"context"
	"fmt"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/spf13/cobra"
)

type explainLine struct {
	line
	traceFields
	Neighbours        int      `json:"neighbours"` // orders one step away that were run
	NeighboursFailing int      `json:"neighbours_failing"`
	ThroughPair       int      `json:"through_pair"`      // of those failing, with the deciding pair in its order
	Passing           []string `json:"passing,omitempty"` // the schedule of the nearest order that passes
	StallNs           int64    `json:"stall_ns"`          // how late something had to be
	Late              []string `json:"late,omitempty"`    // what had to be late
	Culprit           string   `json:"culprit,omitempty"` // what suffices by being late alone
	CulpritNs         int64    `json:"culprit_ns,omitempty"`
	Any               []string `json:"any,omitempty"` // parameters that do not matter
	Elsewhere         []string `json:"elsewhere,omitempty"`
	Again             int      `json:"again"`
	Reproduced        int      `json:"reproduced"`
	Runs              int      `json:"runs"`
}

func (s *invocation) explainCommand() *cobra.Command {
	var full bool
	c := &cobra.Command{
		Use:   "explain TRACE",
		Short: "Find out what a failure hangs on: the pair that decides, and the nearest order that passes",
		Long: `Find out what a failure hangs on: its smallest story, the nearest order of events that
passes, how the orders around it fare, how late something had to be, and what does
not matter. TRACE is a number or the beginning of a hash of the store, or a .sim file.`,
		Args: exactly("TRACE"),
		RunE: func(c *cobra.Command, args []string) error {
			l, err := s.load(c.Context(), args[0], false)
			if err != nil {
				return err
			}
			return s.explain(c.Context(), l, full)
		},
	}
	c.Flags().BoolVar(&full, "full", false, "print every step")
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

func (s *invocation) explain(ctx context.Context, l *loaded, full bool) error {
	if !l.trace.Verdict.Failed() {
		return usage(fmt.Errorf("explain %s: the trace passes: there is no failure to explain", l.ref))
	}
	o := runner.Options{Scenario: l.scenario, Clock: s.Clock}
	r, err := runner.Replay(o, l.trace, false)
	if err != nil {
		return usage(fmt.Errorf("explain %s: %w", l.ref, err))
	}
	if r.Outcome != runner.Reproduced {
		return coded{fmt.Errorf("explain %s: it is not reproduced to begin with: %s", l.ref, outcome(r, l.trace)), Diverged}
	}
	inherit(r, l.trace)
	e, err := runner.Explain(ctx, o, r.Trace)
	if err != nil {
		return usage(fmt.Errorf("explain %s: %w", l.ref, err))
	}
	s.raise(verdictCode(e.Failing.Verdict))
	if ctx.Err() != nil {
		s.raise(Interrupted)
		s.warn("interrupted: this is what is known so far")
	}
	m := &loaded{trace: e.Failing, scenario: l.scenario, ref: l.ref, hash: e.Failing.Hash(), file: l.file}
	if s.json {
		return s.emit(explanation(m.hash, e))
	}
	var commands []reports.Command
	for _, c := range s.commands(m) {
		if c.Name != "why?" {
			commands = append(commands, c)
		}
	}
	return reports.Explain(s.out, e, reports.Options{
		Hash: m.hash[:8], Properties: l.scenario.Properties, Commands: commands, Full: full, Color: s.color(), Width: s.storyWidth(),
	})
}

func explanation(hash string, e *reports.Explanation) explainLine {
	l := explainLine{
		line: newLine("explanation"), traceFields: fieldsOf(hash, e.Failing), Neighbours: e.Neighbours, NeighboursFailing: e.NeighboursFailing,
		ThroughPair: e.ThroughPair, Any: e.Any, Elsewhere: e.Elsewhere, Again: e.Again, Reproduced: e.Reproduced, Runs: e.Runs,
	}
	if e.Passing != nil {
		l.Passing = []string{}
		for _, d := range e.Passing.Schedule {
			l.Passing = append(l.Passing, d.String())
		}
	}
	if e.Stall != nil {
		l.StallNs, l.Late, l.Culprit, l.CulpritNs = int64(e.Stall.Lateness), e.Stall.Late, e.Stall.Culprit, int64(e.Stall.CulpritLateness)
	}
	return l
}
