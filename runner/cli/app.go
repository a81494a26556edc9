package cli

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

// App is the command with everything it touches, files apart. Scenarios, Stdout
// and Stderr are needed; the rest has useful zero values.
type App struct {
	Scenarios []*sim.Scenario
	Stdin     io.Reader // unused by the commands so far; nil: empty
	Stdout    io.Writer
	Stderr    io.Writer
	Env       func(string) string // nil: an empty environment
	Clock     clock.Clock         // the wall clock; nil: the real one
	Terminal  bool                // Stdout is a terminal: colour, unless NO_COLOR is set
	Progress  bool                // Stderr is a terminal: progress is one line that changes
	Width     int                 // of the terminal, in columns; 0: 120
	Program   string              // its name in commands to paste; "": simrun
	Build     Build
	Binary    string // path of the executable: other bytes may measure something else; "": Build alone says
}

// invocation is one command line that is run.
type invocation struct {
	*App
	out  *output
	code Code
	db   string
	json bool
}

// Run runs one command line, without the name of the program, and returns the
// exit code. When ctx is done, what has been found so far is stored and printed.
func (a *App) Run(ctx context.Context, args []string) (code int) {
	s := &invocation{App: a.withDefaults()}
	s.out = &output{w: s.Stdout}
	defer func() {
		if r := recover(); r != nil {
			s.warn("internal error: %v\n%s", r, debug.Stack())
			code = int(Internal)
		}
	}()
	err := s.checkScenarios()
	if err == nil {
		root := s.root()
		root.SetArgs(append([]string{}, args...)) // nil would mean those of the process
		err = root.ExecuteContext(ctx)
	}
	if err == nil && s.out.err != nil {
		err = fmt.Errorf("write results: %w", s.out.err)
	}
	if err != nil {
		s.warn("%v", err)
		s.raise(codeOf(err))
	}
	return int(s.code)
}

func (a *App) withDefaults() *App {
	b := *a
	if b.Stdin == nil {
		b.Stdin = strings.NewReader("")
	}
	if b.Env == nil {
		b.Env = func(string) string { return "" }
	}
	if b.Program == "" {
		b.Program = "simrun"
	}
	if b.Clock == nil {
		b.Clock = clock.New()
	}
	return &b
}

func (s *invocation) raise(c Code) { s.code = worse(s.code, c) }

// root is the tree of commands.
func (s *invocation) root() *cobra.Command {
	root := &cobra.Command{
		Use:   s.Program,
		Short: "Find races by deterministic simulation, replay them exactly, and keep them fixed",
		Long: `simrun explores the timings and orders that could really happen in a scenario,
and only those. What it finds it makes small, stores, and replays exactly.

Exit codes: 0 no violation, 1 violation, 2 usage or configuration,
3 nondeterminism or divergence, 4 internal error, 130 interrupted.`,
		Args:          s.unknownCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       orElse(s.Build.Module, "(no build information)"),
	}
	root.SetVersionTemplate(s.versionText())
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetIn(s.Stdin)
	root.SetOut(s.out)
	root.SetErr(s.Stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(fmt.Errorf("%w; `%s --help` lists the flags", err, c.CommandPath()))
	})
	root.AddCommand(
		s.listCommand(), s.runCommand(), s.replayCommand(), s.minimizeCommand(), s.showCommand(), s.gotestCommand(),
		s.explainCommand(), s.diffCommand(), s.verifyCommand(), s.matrixCommand(), s.flakeCommand(), s.reportCommand(),
		s.tracesCommand(), s.queryCommand(), s.mergeCommand(), s.pruneCommand(), s.exportCommand(), s.importCommand(),
		s.doctorCommand(), s.versionCommand(), s.completionCommand(), s.manCommand(),
	)
	root.SetHelpCommand(s.helpCommand())
	for _, c := range root.Commands() {
		c.Long = s.named(c.Long)
		c.Example = strings.ReplaceAll(c.Example, "  simrun ", "  "+s.Program+" ")
	}
	return root
}

// helpCommand is that of the library, but for one that does not exist.
func (s *invocation) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return s.unknownCommand(c.Root(), args)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

func (s *invocation) unknownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			known = append(known, sub.Name())
		}
	}
	return usage(&sim.UnknownError{Where: s.Program, Kind: "command", Name: args[0], Known: known})
}

// exactly checks the number of arguments, and says what they are.
func exactly(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		what := "no argument"
		if len(names) > 0 {
			what = strings.Join(names, " ")
		}
		return usage(fmt.Errorf("%s wants %s, and got %q; `%s --help` explains", c.CommandPath(), what, args, c.CommandPath()))
	}
}

func (s *invocation) dbFlag(c *cobra.Command) {
	c.Flags().StringVar(&s.db, "db", store.DefaultPath, "trace store `file`")
}

func (s *invocation) jsonFlag(c *cobra.Command) {
	c.Flags().BoolVar(&s.json, "json", false, "print JSON lines")
}

// output remembers the first error, so that printing needs no checks.
type output struct {
	w   io.Writer
	err error
}

// Write never fails: the error is reported at the end.
func (o *output) Write(b []byte) (int, error) {
	if o.err == nil {
		_, o.err = o.w.Write(b)
	}
	return len(b), nil
}

func (s *invocation) printf(format string, args ...any) { fmt.Fprintf(s.out, format, args...) }

// warn says something on stderr.
func (s *invocation) warn(format string, args ...any) {
	fmt.Fprintf(s.Stderr, "%s: %s\n", s.Program, s.named(fmt.Sprintf(format, args...)))
}

// named puts the name of this program into commands to paste that come from where
// nobody knows it.
func (s *invocation) named(text string) string {
	return strings.ReplaceAll(text, "`simrun ", "`"+s.Program+" ")
}
