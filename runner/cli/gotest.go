package cli

import (
	"bytes"
	"fmt"
	"go/format"
	"go/token"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

// gotestFlags are the flags of gotest, as typed.
type gotestFlags struct {
	pkg, call, name, file, variant string
	imports                        []string
}

func (s *invocation) gotestCommand() *cobra.Command {
	var f gotestFlags
	c := &cobra.Command{
		Use:   "gotest TRACE",
		Short: "Write a regression test in Go",
		Long: `Write a test in Go that runs the schedule of a failure, and the orders around it, and
passes when none of them fails in that way any more. The schedule is written out by
the names of its events, so that the test survives changes elsewhere; should none of
them occur any more, the test says so instead of passing. TRACE is a number or the
beginning of a hash of the store, or a .sim file.`,
		Example: "  simrun gotest 3f9a2c71 --call 'Total()' -o total_regression_test.go",
		Args:    exactly("TRACE"),
		RunE: func(c *cobra.Command, args []string) error {
			l, err := s.load(c.Context(), args[0], false)
			if err != nil {
				return err
			}
			if !l.trace.Verdict.Failed() || l.trace.Verdict == sim.Nondeterminism {
				return usage(fmt.Errorf("gotest %s: the trace is no failure that a schedule shows: %s", l.ref, l.trace.Verdict))
			}
			if f.variant != "" {
				if err := f.other(l); err != nil {
					return err
				}
			}
			text, err := f.source(l)
			if err != nil {
				return usage(fmt.Errorf("gotest %s: %w", l.ref, err))
			}
			if f.file == "" {
				_, err = s.out.Write(text)
				return err
			}
			if err := f.mayWrite(); err != nil {
				return usage(err)
			}
			if err := runner.WriteWhole(f.file, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
				return fmt.Errorf("write test %q: %w", f.file, err)
			}
			return nil
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.variant, "variant", "", "test this `variant`, such as the one with the fix (default: that of the trace)")
	flags.StringVar(&f.pkg, "package", "", "`name` of the test's package (default: from the scenario's name)")
	flags.StringVar(&f.call, "call", "", "Go `expression` of the scenario (default: from the scenario's name)")
	flags.StringVar(&f.name, "name", "", "`name` of the test (default: from the scenario's name and the trace)")
	flags.StringArrayVar(&f.imports, "import", nil, "another `package` that the expression needs; may be repeated")
	flags.StringVarP(&f.file, "output", "o", "", "write to `file` instead of stdout")
	s.dbFlag(c)
	return c
}

// other makes the test one of another variant: the schedule stays, and is to pass there.
func (f *gotestFlags) other(l *loaded) error {
	if f.variant == all {
		return usage(fmt.Errorf("gotest --variant %s: a test is of one variant: name it", all))
	}
	if _, err := variants(l.scenario, f.variant); err != nil {
		return err
	}
	t := *l.trace
	t.Variant = f.variant
	l.trace = &t
	return nil
}

// mayWrite refuses files that are no tests, and those that gotest did not write.
func (f *gotestFlags) mayWrite() error {
	if err := writable("output", f.file); err != nil {
		return err
	}
	if !strings.HasSuffix(f.file, "_test.go") {
		return fmt.Errorf("gotest --output %s: Go takes only files whose name ends in _test.go for tests", f.file)
	}
	if old, err := os.ReadFile(f.file); err == nil && !bytes.Contains(old, []byte("simtest.Regression")) {
		return fmt.Errorf("gotest --output %s: the file is there, and is not one that gotest wrote: say another name", f.file)
	}
	return nil
}

// source is the text of the test.
func (f *gotestFlags) source(l *loaded) ([]byte, error) {
	t := l.trace
	system, scenario, ok := strings.Cut(t.Scenario, "/")
	if !ok {
		system, scenario = "scenarios", t.Scenario
	}
	pkg, call := orElse(f.pkg, identifier(system, false)+"_test"), orElse(f.call, identifier(scenario, true)+"()")
	name := orElse(f.name, "TestRegression"+identifier(scenario, true)+identifier(t.Variant, true)+"_"+l.hash[:8])
	if !token.IsIdentifier(pkg) || !token.IsIdentifier(name) || !strings.HasPrefix(name, "Test") {
		return nil, fmt.Errorf("--package %q --name %q: want identifiers of Go, the second beginning with Test", pkg, name)
	}
	var b bytes.Buffer
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("package %s\n\nimport (\n\t\"testing\"\n", pkg)
	for _, path := range append([]string{"github.com/seed-3519b94c/simrun/runner/simtest"}, f.imports...) {
		p("\t%s", strconv.Quote(path))
	}
	p(")\n")
	for _, line := range f.story(name, t) {
		p("// %s", line)
	}
	p("func %s(t *testing.T) {", name)
	p("\tsimtest.Regression(t, %s, simtest.Story{", call)
	field := func(name, value string) {
		if value != "" {
			p("\t\t%s: %s,", name, strconv.Quote(value))
		}
	}
	field("Variant", t.Variant)
	field("Profile", t.Profile)
	field("Signature", t.Signature)
	if len(t.Judge) > 0 {
		p("\t\tJudge: %#v,", t.Judge)
	}
	if t.Mode == sim.Sampled {
		p("\t\tSampled: true, Seed: %d,", t.Seed)
	}
	p("\t\tSchedule: []string{")
	for _, d := range t.Schedule {
		p("\t\t\t%s,", strconv.Quote(d.String()))
	}
	p("\t\t},")
	if pairs := deciding(l); len(pairs) > 0 {
		p("\t\tDecides: []string{")
		for _, pair := range pairs {
			p("\t\t\t%s,", strconv.Quote(pair))
		}
		p("\t\t},")
	}
	p("\t})\n}")
	text, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("--call %q: want an expression of Go: %w", call, err)
	}
	return text, nil
}

// deciding are the pairs that decide the failure.
func deciding(l *loaded) (pairs []string) {
	if l.file {
		return runner.DecidesIn(l.ref)
	}
	for i := range l.trace.Races {
		pairs = append(pairs, runner.RaceText(l.trace, &l.trace.Races[i]))
	}
	return pairs
}

// story says in words what the test is about.
func (f *gotestFlags) story(name string, t *sim.Trace) []string {
	lines := []string{fmt.Sprintf("%s: %s", name, strings.ReplaceAll(orElse(t.Failure.Message, t.Signature), "\n", " / "))}
	for _, r := range t.Races {
		if len(t.Events) == 0 {
			break
		}
		text := t.EventName(int(r.First)) + " must not decide by coming before " + t.EventName(int(r.Second))
		if r.Resource != "" {
			text += ", on " + r.Resource
		}
		lines = append(lines, text+".")
	}
	lines = append(lines, "")
	for i := range t.Events {
		for _, n := range t.Events[i].Notes {
			lines = append(lines, fmt.Sprintf("\t%12s  %s: %s", reports.Instant(t.Events[i].Time), t.EventName(i), strings.ReplaceAll(n, "\n", " / ")))
		}
	}
	return lines
}

var wordBreaks = regexp.MustCompile(`[^A-Za-z0-9]+`)

// identifier makes a name of Go of some words.
func identifier(words string, exported bool) string {
	var b strings.Builder
	for i, w := range wordBreaks.Split(words, -1) {
		if w != "" && (i > 0 || exported) {
			w = strings.ToUpper(w[:1]) + w[1:]
		}
		b.WriteString(w)
	}
	return b.String()
}
