package cli

import (
	"fmt"
	"io"

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

func (s *session) showCommand() *cobra.Command {
	var format, file string
	var full bool
	c := &cobra.Command{
		Use:   "show TRACE",
		Short: "Tell the story of a stored trace",
		Long: `Tell the story of a stored trace. TRACE is a number or the beginning of a hash of
the store, or a .sim file, which is replayed to be told.`,
		Args: exactly("TRACE"),
		RunE: func(c *cobra.Command, args []string) error {
			if formats := []string{"text"}; format != formats[0] {
				return &sim.UnknownError{Where: "show", Kind: "format", Name: format, Known: formats}
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
			if file == "" {
				return s.tell(l, full, s.commands(l)...)
			}
			return s.tellInto(file, l, full)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "`format` of the story: text")
	c.Flags().StringVarP(&file, "output", "o", "", "write to `file` instead of stdout")
	c.Flags().BoolVar(&full, "full", false, "tell every step")
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

// recall replays the trace of a file, which has the choices and not the events.
func (s *session) recall(l *loaded) error {
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

// tellInto writes a story to a file, whole or not at all.
func (s *session) tellInto(path string, l *loaded, full bool) error {
	stdout, terminal := s.out, s.Terminal
	err := runner.WriteWhole(path, func(w io.Writer) error {
		s.out, s.Terminal = &output{w: w}, false
		if err := s.tell(l, full, s.commands(l)...); err != nil {
			return err
		}
		return s.out.err
	})
	s.out, s.Terminal = stdout, terminal
	if err != nil {
		return fmt.Errorf("write story %q: %w", path, err)
	}
	return nil
}
