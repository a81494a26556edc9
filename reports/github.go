package reports

import (
	"fmt"
	"io"
	"strings"
)

// GitHub writes the workflow commands by which GitHub Actions shows annotations
// (https://docs.github.com/actions/reference/workflow-commands-for-github-actions): an
// error for each cell that differs, a notice for each finding, at its source line if that is
// known.
func GitHub(w io.Writer, s *Suite) error {
	var b strings.Builder
	for i := range s.Cells {
		if c := &s.Cells[i]; c.Verdict == "differs" {
			fmt.Fprintf(&b, "::error title=%s::%s\n", githubProperty(c.name()), githubText(strings.Join(append(c.Differences, c.Command), "\n")))
		}
	}
	for i := range s.Findings {
		f := &s.Findings[i]
		at := ""
		if file, line, ok := strings.Cut(f.Source, ":"); ok {
			at = "file=" + githubProperty(file) + ",line=" + githubProperty(line) + ","
		}
		title := strings.TrimSpace(f.Scenario + " " + f.Variant)
		fmt.Fprintf(&b, "::notice %stitle=%s::%s\n", at, githubProperty(title), githubText(f.Message+"\n"+f.Command))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write annotations: %w", err)
	}
	return nil
}

func githubText(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func githubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

// SuiteMarkdown sums a suite up for the summary of a CI step: what differs, then the
// matrix, then what was found.
func SuiteMarkdown(w io.Writer, s *Suite) error {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("## %s\n\n%s\n", markdownText(s.Title), markdownText(s.summary()))
	_, differ, _ := s.counts()
	if differ > 0 {
		p("| differs | | again |\n|---|---|---|")
		for i := range s.Cells {
			if c := &s.Cells[i]; c.Verdict == "differs" {
				p("| %s | %s | `%s` |", markdownText(c.name()), markdownText(strings.Join(c.Differences, "; ")), c.Command)
			}
		}
		p("")
	}
	p("| scenario | variant | expected | measured | runs |\n|---|---|---|---|---|")
	for i := range s.Cells {
		c := &s.Cells[i]
		expected := strings.Join(c.Expected, " ")
		switch {
		case c.Verdict == "open":
			expected = "open"
		case expected == "":
			expected = "ok"
		}
		mark := ""
		if c.Verdict == "differs" {
			mark = "**!** "
		}
		p("| %s | %s | %s | %s%s | %s |", markdownText(c.Scenario), markdownText(c.Variant), markdownText(expected), mark, markdownText(c.text()), comma(c.Runs))
	}
	if len(s.Findings) > 0 {
		p("\n| found | | trace |\n|---|---|---|")
		for i := range s.Findings {
			f := &s.Findings[i]
			p("| %s %s | %s | `%s` |", markdownText(f.Scenario), markdownText(f.Variant), markdownText(f.Message), f.Command)
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}
