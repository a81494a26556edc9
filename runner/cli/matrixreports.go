package cli

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/matrix"
	"github.com/spf13/pflag"
)

// reportFlags are the files into which a suite is written.
type reportFlags struct {
	html, junit, summary string
	github               bool
}

func (f *reportFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.html, "html", "", "also write a page with plots to `file`")
	flags.StringVar(&f.junit, "junit", "", "also write JUnit XML to `file`")
	flags.StringVar(&f.summary, "summary", "", "also write a summary in Markdown to `file`, such as $GITHUB_STEP_SUMMARY")
	flags.BoolVar(&f.github, "github", false, "print annotations for GitHub Actions")
}

// check refuses files that cannot be written.
func (f *reportFlags) check() error {
	return cmp.Or(writable("html", f.html), writable("junit", f.junit), writable("summary", f.summary))
}

// writeSuite writes the reports that were asked for.
func (s *invocation) writeSuite(f *reportFlags, suite *reports.Suite) error {
	for _, r := range []struct {
		path  string
		write func(io.Writer, *reports.Suite) error
	}{{f.html, reports.SuiteHTML}, {f.junit, reports.JUnit}, {f.summary, reports.SuiteMarkdown}} {
		if r.path == "" {
			continue
		}
		if err := runner.WriteWhole(r.path, func(w io.Writer) error { return r.write(w, suite) }); err != nil {
			return fmt.Errorf("write report %q: %w", r.path, err)
		}
	}
	if f.github {
		return reports.GitHub(s.out, suite)
	}
	return nil
}

// minCurve is how many points a curve has that is worth a plot: a cell that fails in one
// of its first schedules has fewer.
const minCurve = 5

// suite is the matrix as reports tell it.
func (m *matrixRun) suite(elapsed time.Duration) *reports.Suite {
	s := &reports.Suite{Title: "simrun matrix", Build: strings.TrimSpace(m.Build.Module + " " + m.Build.Revision), Elapsed: elapsed}
	for i := range m.lines {
		l := &m.lines[i]
		c := reports.SuiteCell{
			Scenario: l.Scenario, Variant: l.Variant, Profile: l.Profile, Verdict: l.Verdict, Expected: l.Expected, Runs: l.Runs, Steps: l.Steps,
			Classes: l.Classes, Claim: l.Claim, Why: l.Why, Differences: l.Differences, Command: m.again(l, "", m.options.Seed), Elapsed: time.Duration(l.ElapsedNs),
		}
		for _, f := range l.Failing {
			c.Failing = append(c.Failing, f.text())
			if l.Verdict != matrix.Agrees.String() {
				s.Findings = append(s.Findings, reports.SuiteFinding{
					Scenario: l.Scenario, Variant: l.Variant, Profile: l.Profile, Signature: f.Signature, Message: f.Property + ": " + f.Message,
					Runs: f.Run, Deviations: f.Deviations, Source: f.Source, Command: m.again(l, f.Property, f.Seed),
				})
			}
		}
		s.Cells = append(s.Cells, c)
		if len(l.Curve) >= minCurve {
			s.Curves = append(s.Curves, reports.SuiteCurve{Name: strings.TrimSpace(l.Scenario + " " + l.Variant), Points: l.Curve})
		}
	}
	return s
}

// again is the command that explores a cell, or one property of it.
func (m *matrixRun) again(l *cellLine, property string, seed uint64) string {
	words := []string{m.Program, "run", l.Scenario}
	if l.Variant != "" {
		words = append(words, "--variant", l.Variant)
	}
	words = append(words, "--profile", l.Profile, "--runs", strconv.Itoa(m.options.Runs), "--seed", strconv.FormatUint(seed, 10))
	if property != "" {
		words = append(words, "--property", property)
	}
	for i := range words {
		words[i] = quote(words[i])
	}
	return strings.Join(words, " ")
}
