package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

type checkLine struct {
	line
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

func (s *invocation) doctorCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check the store, the machine, and the determinism of every scenario",
		Args:  exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := s.machine(); err != nil {
				return err
			}
			if err := s.checkStore(c.Context()); err != nil {
				return err
			}
			return s.determinism(c.Context())
		},
	}
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

// check prints the result of one check, and raises the exit code if it failed.
func (s *invocation) check(name string, failed Code, text string) error {
	s.raise(failed)
	if s.json {
		return s.emit(checkLine{newLine("check"), name, failed == OK, text})
	}
	mark := "ok"
	if failed != OK {
		mark = "FAIL"
	}
	s.printf("%s%s%s\n", pad(mark, 6), pad(name, 28)+"  ", text)
	return nil
}

func (s *invocation) machine() error {
	goText := fmt.Sprintf("%s, %s", s.Build.Go, s.Build.Platform)
	if err := s.check("go", OK, goText+fmt.Sprintf(", %s", plural(runtime.GOMAXPROCS(0), "worker"))); err != nil {
		return err
	}
	text := "stdout is no terminal: no colour"
	switch {
	case s.color():
		text = fmt.Sprintf("colour, %d columns", s.Width)
	case s.Terminal:
		text = fmt.Sprintf("no colour (NO_COLOR is set), %d columns", s.Width)
	}
	return s.check("terminal", OK, text)
}

// checkStore opens the store for writing, which brings it up to date, but does
// not make one.
func (s *invocation) checkStore(ctx context.Context) error {
	if _, err := os.Stat(s.db); errors.Is(err, fs.ErrNotExist) {
		return s.check("store", OK, fmt.Sprintf("%s: none yet; `%s run` makes it", s.db, s.Program))
	}
	st, err := store.Open(s.db, store.Options{Clock: s.Clock})
	if store.KindOf(err) == store.NoAccess {
		st, err = store.Open(s.db, store.Options{ReadOnly: true, Clock: s.Clock})
	}
	if err != nil {
		return s.check("store", codeOf(err), s.named(err.Error()))
	}
	defer st.Close() //nolint:errcheck // nothing was added
	r, err := st.Check(ctx)
	if err != nil {
		return s.check("store", codeOf(err), s.named(err.Error()))
	}
	if len(r.Problems) > 0 {
		return s.check("store", Internal, s.db+": "+strings.Join(r.Problems, "; "))
	}
	return s.check("store", OK, fmt.Sprintf("%s: %s, %s, format %d", s.db, plural(int(r.Traces), "trace"), plural(int(r.Campaigns), "campaign"), r.Version))
}

// determinism runs every variant of every scenario twice by the same choices.
func (s *invocation) determinism(ctx context.Context) error {
	for _, sc := range s.Scenarios {
		names, _ := variants(sc, all) // every scenario has them
		code, text := OK, "two runs by the same choices are one: "+plural(len(names), "variant")
		for _, v := range names {
			if ctx.Err() != nil {
				return fmt.Errorf("check scenario %q: %w", sc.Name, ctx.Err())
			}
			if c, problem := s.twice(ctx, sc, v); c != OK {
				code, text = c, problem
				break
			}
		}
		if err := s.check(sc.Name, code, text); err != nil {
			return err
		}
	}
	return nil
}

// twice runs one variant once: the explorer repeats its first run, and also any
// run that fails.
func (s *invocation) twice(ctx context.Context, sc *sim.Scenario, variant string) (Code, string) {
	r, err := runner.Explore(ctx, runner.Options{
		Scenario: sc, Variant: variant, Strategy: "random", Seed: 1, Runs: 1, Workers: 1, Minimise: -1, Clock: s.Clock,
	})
	if err != nil {
		return Usage, err.Error()
	}
	for _, f := range r.Failures {
		if f.Minimal.Verdict == sim.Nondeterminism || f.Signature != f.Minimal.Signature {
			return Diverged, "not deterministic" + inVariant(variant) + ": " + f.Minimal.Failure.Message
		}
	}
	return OK, ""
}
