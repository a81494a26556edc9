package reports_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner/simtest/golden"
	"github.com/stretchr/testify/require"
)

func nightly() *reports.Suite {
	return &reports.Suite{
		Title: "simrun matrix", Build: "example.com/shop@v1.2.3, 4f2c9a1", Elapsed: 92 * time.Second,
		Cells: []reports.SuiteCell{
			{
				Scenario: "cart/total", Variant: "racy", Profile: "laptop", Verdict: "agrees", Expected: []string{"sum"}, Failing: []string{"sum@3"},
				Runs: 64, Steps: 448, Classes: 4, Elapsed: time.Second,
			},
			{
				Scenario: "cart/total", Variant: "locked", Profile: "laptop", Verdict: "differs", Failing: []string{"sum@4,812"}, Runs: 5000,
				Differences: []string{"violation of sum, which was not expected: 1 < 2, & more"}, Command: "simrun run cart/total --variant locked", Elapsed: 2 * time.Second,
			},
			{
				Scenario: "cart/total", Variant: "locked", Profile: "ci-loaded", Verdict: "open", Runs: 5000, Claim: "exhausted: 14 classes, all pass",
				Why: "the lock is held over the read",
			},
			{Scenario: "bank/transfer", Profile: "laptop", Verdict: "agrees", Expected: []string{"done"}, Failing: []string{"deadlock done@1"}, Runs: 64},
		},
		Findings: []reports.SuiteFinding{{
			Scenario: "cart/total", Variant: "locked", Profile: "laptop", Signature: "violation sum", Message: "the sum is 1 < 2", Trace: "5bde661d",
			Deviations: 1, Steps: 7, Runs: 12, Source: "total.go:41", Command: "simrun show 5bde661d",
		}},
		Curves: []reports.SuiteCurve{{Name: "cart/total racy", Points: []reports.CurvePoint{{64, 3}, {128, 7}, {640, 14}, {5000, 20}}}},
		Rates: []reports.SuiteRate{
			{Scenario: "cart/total", Variant: "racy", Profile: "laptop", Runs: 2000, Failed: 8, Lo: 0.00172, Hi: 0.00786},
			{Scenario: "cart/total", Variant: "locked", Profile: "laptop", Runs: 2000, Hi: 0.0018},
		},
	}
}

// What a CI run shows, whole.
func TestSuiteReports(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *reports.Suite) error{
		"suite.xml": reports.JUnit, "suite.github": reports.GitHub, "suite.md": reports.SuiteMarkdown, "suite.html": reports.SuiteHTML,
	} {
		var b bytes.Buffer
		require.NoError(t, write(&b, nightly()))
		text := b.String()
		if name == "suite.html" {
			css, err := os.ReadFile("assets/trace.css")
			require.NoError(t, err)
			text = strings.Replace(text, string(css), "(assets/trace.css)\n", 1)
		}
		golden.Check(t, "formats/"+name, text)
		require.NoError(t, write(&b, &reports.Suite{Title: "nothing"}))
		require.ErrorIs(t, write(brokenPipe{}, nightly()), errPipe, name)
	}
}

// Other programs count the same tests and failures in the JUnit report.
func TestJUnitIsWellFormed(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, reports.JUnit(&b, nightly()))
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(b.Bytes(), &got))
	require.Equal(t, 4, got.Tests)
	require.Equal(t, 1, got.Failures)
	require.Len(t, got.Suites, 2)
	require.Equal(t, "violation of sum, which was not expected: 1 < 2, & more", got.Suites[0].Cases[1].Failure.Message)
}

// The page of a suite needs nothing but itself, and is drawn in a real browser.
func TestTheSuitePageInARealBrowser(t *testing.T) {
	var page bytes.Buffer
	require.NoError(t, reports.SuiteHTML(&page, nightly()))
	b := openBrowser(t, page.Bytes(), "h1")
	require.Contains(t, b.text("header"), "4 cells: 2 as expected, 1 differ, 1 open; 10,128 runs")
	b.shot("suite")
	require.Empty(t, b.bad)
}
