package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

type traceLine struct {
	line
	ID      int64  `json:"id,omitempty"`
	Created string `json:"created,omitempty"`
	traceFields
}

func (s *invocation) showCommand() *cobra.Command {
	var format, file string
	var full bool
	c := &cobra.Command{
		Use:   "show TRACE",
		Short: "Tell the story of a stored trace",
		Long: `Tell the story of a stored trace. TRACE is a number or the beginning of a hash of
the store, or a .sim file, which is replayed to be told.`,
		Args: exactly("TRACE"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkFormat(format); err != nil {
				return err
			}
			if err := writable("output", file); err != nil {
				return err
			}
			l, err := s.load(c.Context(), args[0], false)
			if err == nil && l.file {
				err = s.recall(l)
			}
			if err != nil {
				return err
			}
			if s.json {
				return s.emit(traceLine{line: newLine("trace"), traceFields: fieldsOf(l.hash, l.trace)})
			}
			write := s.writer(c.Context(), l, format, full, file == "")
			if file == "" {
				return write(s.out)
			}
			if err := runner.WriteWhole(file, write); err != nil {
				return fmt.Errorf("write story %q: %w", file, err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "text", "`format` of the story: "+strings.Join(formats(), ", "))
	c.Flags().StringVarP(&file, "output", "o", "", "write to `file` instead of stdout")
	c.Flags().BoolVar(&full, "full", false, "tell every step")
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

// recall replays the trace of a file, which has the choices and not the events.
func (s *invocation) recall(l *loaded) error {
	r, err := runner.Replay(runner.Options{Scenario: l.scenario, Clock: s.Clock}, l.trace, false)
	if err != nil {
		return usage(fmt.Errorf("show %s: %w", l.ref, err))
	}
	if r.Outcome != runner.Reproduced {
		return coded{fmt.Errorf("show %s: the file has no events, and its replay %s: `%s replay %s` tells more",
			l.ref, outcome(r, l.trace), s.Program, quote(l.ref)), Diverged}
	}
	inherit(r, l.trace)
	l.trace = r.Trace
	return nil
}

// simFormat is the format in which a failure is kept as a regression.
const simFormat = "sim"

// formats are the names of all formats, the default first.
func formats() []string {
	var names []string
	for _, f := range reports.Formats() {
		names = append(names, f.Name)
	}
	return append(names, simFormat)
}

func checkFormat(name string) error {
	if slices.Contains(formats(), name) {
		return nil
	}
	return &sim.UnknownError{Where: "show", Kind: "format", Name: name, Known: formats()}
}

// writer tells a trace in a format. A page has the nearest run that passes beside it.
func (s *invocation) writer(ctx context.Context, l *loaded, format string, full, toStdout bool) func(io.Writer) error {
	o := reports.Options{
		Hash: l.hash[:min(8, len(l.hash))], Properties: l.scenario.Properties, Commands: s.commands(l), Full: full,
	}
	if format == "text" && toStdout {
		o.Color, o.Width = s.color(), s.storyWidth()
	}
	return func(w io.Writer) error {
		switch format {
		case simFormat:
			return runner.WriteSim(w, l.trace)
		case "html":
			return reports.HTML(w, l.trace, s.passing(ctx, l), o)
		}
		for _, f := range reports.Formats() {
			if f.Name == format {
				return f.Write(w, l.trace, o)
			}
		}
		return checkFormat(format)
	}
}

// passing is the nearest run that does not fail as l does; nil if none is found.
func (s *invocation) passing(ctx context.Context, l *loaded) *sim.Trace {
	if !l.trace.Verdict.Failed() || l.trace.Verdict == sim.Nondeterminism {
		return nil
	}
	near, err := runner.Nearest(ctx, runner.Options{Scenario: l.scenario, Clock: s.Clock}, l.trace)
	if err != nil { // the trace is of another version of the scenario: it can be told all the same
		s.warn("no passing run to compare with: %v", err)
		return nil
	}
	return near
}
