package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The elements of JUnit's XML, as CI systems read it.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property,omitempty"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitCase struct {
	Name       string          `xml:"name,attr"`
	Class      string          `xml:"classname,attr"`
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property,omitempty"`
	Failure    *junitFailure   `xml:"failure"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes a suite as JUnit XML: a test suite for each scenario, a test case for each
// variant, which fails if it is not as expected.
func JUnit(w io.Writer, s *Suite) error {
	out := junitSuites{Name: s.Title, Time: seconds(s.Elapsed)}
	for i := range s.Cells {
		c := &s.Cells[i]
		if len(out.Suites) == 0 || out.Suites[len(out.Suites)-1].Name != c.Scenario {
			out.Suites = append(out.Suites, junitSuite{Name: c.Scenario, Time: "0"})
			if s.Build != "" {
				out.Suites[len(out.Suites)-1].Properties = []junitProperty{{"build", s.Build}}
			}
		}
		suite := &out.Suites[len(out.Suites)-1]
		suite.Tests++
		out.Tests++
		name := c.Variant
		if name == "" {
			name = "(one)"
		}
		jc := junitCase{Name: name + " [" + c.Profile + "]", Class: c.Scenario, Time: seconds(c.Elapsed), Properties: junitProperties(c)}
		if c.Verdict == "differs" {
			suite.Failures++
			out.Failures++
			jc.Failure = &junitFailure{Message: xmlText(strings.Join(c.Differences, "; ")), Text: xmlText(strings.Join(c.Differences, "\n") + "\n\n" + c.Command + "\n")}
		}
		suite.Cases = append(suite.Cases, jc)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write JUnit report: %w", err)
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return fmt.Errorf("write JUnit report: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitProperties(c *SuiteCell) []junitProperty {
	out := []junitProperty{
		{"verdict", c.Verdict}, {"runs", strconv.Itoa(c.Runs)}, {"steps", strconv.FormatInt(c.Steps, 10)}, {"classes", strconv.Itoa(c.Classes)},
	}
	add := func(name, value string) {
		if value != "" {
			out = append(out, junitProperty{name, xmlText(value)})
		}
	}
	add("expected", strings.Join(c.Expected, " "))
	add("found", strings.Join(c.Failing, " "))
	add("claim", c.Claim)
	return out
}

// xmlText leaves out what XML cannot hold.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
}
