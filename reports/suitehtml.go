package reports

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
)

//go:embed assets/suite.html.tmpl
var suitePage string

// SuiteHTML writes a suite as one self-contained page: what differs, the matrix, what was
// found, how many orders were seen over time, failure rates with their intervals.
func SuiteHTML(w io.Writer, s *Suite) error {
	tmpl, err := template.New("suite").Parse(suitePage)
	if err == nil {
		err = tmpl.Execute(w, newSuitePage(s))
	}
	if err != nil {
		return fmt.Errorf("write page of suite %q: %w", s.Title, err)
	}
	return nil
}

type suiteFields struct {
	Title, Build, Summary string
	CSS                   template.CSS
	Differences           []suiteDifference
	Tables                []suiteTable
	Findings              []SuiteFinding
	Curves                []suitePlot
	Rates                 []suiteRate
	RatePlot              template.HTML
}

type suiteDifference struct {
	Name, Command string
	Texts         []string
}

type suiteTable struct {
	Title    string
	Variants []string
	Rows     []suiteRow
}

type suiteRow struct {
	Name  string
	Cells []suiteBox
}

type suiteBox struct{ Class, Title, Text string }

type suitePlot struct {
	SVG     template.HTML
	Caption string
}

type suiteRate struct {
	Name, Profile, Rate, Interval string
	Failed, Runs                  int
}

func newSuitePage(s *Suite) *suiteFields {
	f := &suiteFields{
		Title: s.Title, Build: s.Build, Summary: s.summary() + " in " + Instant(s.Elapsed), CSS: template.CSS(htmlStyle), //nolint:gosec // ours
		Tables: suiteTables(s.Cells), Findings: s.Findings,
	}
	for i := range s.Cells {
		if c := &s.Cells[i]; c.Verdict == "differs" {
			f.Differences = append(f.Differences, suiteDifference{c.name(), c.Command, c.Differences})
		}
	}
	for _, c := range s.Curves {
		if len(c.Points) > 0 {
			last := c.Points[len(c.Points)-1]
			caption := fmt.Sprintf("%s: %s in %s", c.Name, classesOf(last.Classes), plural(last.Runs, "run"))
			f.Curves = append(f.Curves, suitePlot{curveSVG(c), caption})
		}
	}
	for _, r := range s.Rates {
		p := 0.0
		if r.Runs > 0 {
			p = float64(r.Failed) / float64(r.Runs)
		}
		f.Rates = append(f.Rates, suiteRate{
			Name: strings.TrimSpace(r.Scenario + " " + r.Variant), Profile: r.Profile, Rate: percentOf(p),
			Interval: percentOf(r.Lo) + " to " + percentOf(r.Hi), Failed: r.Failed, Runs: r.Runs,
		})
	}
	f.RatePlot = rateSVG(s.Rates)
	return f
}

func classesOf(n int) string {
	if n == 1 {
		return "1 class"
	}
	return comma(n) + " classes"
}

func percentOf(p float64) string { return strconv.FormatFloat(100*p, 'g', 3, 64) + " %" }

// suiteTables groups cells by the system that their scenario is of: what stands before
// the slash.
func suiteTables(cells []SuiteCell) []suiteTable {
	var out []suiteTable
	for i := range cells {
		c := &cells[i]
		system, _, _ := strings.Cut(c.Scenario, "/")
		if len(out) == 0 || out[len(out)-1].Title != system {
			out = append(out, suiteTable{Title: system})
		}
		t := &out[len(out)-1]
		if !slices.Contains(t.Variants, c.Variant) {
			t.Variants = append(t.Variants, c.Variant)
		}
	}
	at := -1
	for i := range cells {
		c := &cells[i]
		system, scenario, _ := strings.Cut(c.Scenario, "/")
		if at < 0 || out[at].Title != system {
			at++
		}
		t := &out[at]
		name := scenario + " [" + c.Profile + "]"
		if len(t.Rows) == 0 || t.Rows[len(t.Rows)-1].Name != name {
			t.Rows = append(t.Rows, suiteRow{name, make([]suiteBox, len(t.Variants))})
		}
		t.Rows[len(t.Rows)-1].Cells[slices.Index(t.Variants, c.Variant)] = box(c)
	}
	return out
}

func box(c *SuiteCell) suiteBox {
	b := suiteBox{Class: "ok", Text: c.text(), Title: c.Claim}
	if len(c.Failing) > 0 {
		b.Class = "fail"
	}
	switch c.Verdict {
	case "differs":
		b.Class += " differs"
		b.Title = strings.Join(c.Differences, "; ")
	case "open":
		b.Class = "open"
	}
	if c.Why != "" {
		b.Title = c.Why
	}
	return b
}

// The size of a plot, and the room around it for numbers.
const (
	plotWidth, plotHeight = 360, 180
	plotLeft, plotBottom  = 56, 24
)

// curveSVG draws classes over runs.
func curveSVG(c SuiteCurve) template.HTML {
	last := c.Points[len(c.Points)-1]
	top := 1
	for _, p := range c.Points {
		top = max(top, p.Classes)
	}
	x := func(runs int) float64 {
		return plotLeft + float64(runs)/float64(max(1, last.Runs))*(plotWidth-plotLeft-10)
	}
	y := func(classes int) float64 {
		return plotHeight - plotBottom - float64(classes)/float64(top)*(plotHeight-plotBottom-10)
	}
	var b strings.Builder
	axes(&b, "classes over runs")
	text := func(x, y float64, anchor, s string) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, x, y, anchor, template.HTMLEscapeString(s))
	}
	text(plotLeft-4, 14, "end", comma(top))
	text(plotLeft-4, plotHeight-plotBottom, "end", "0")
	text(plotWidth-10, plotHeight-6, "end", comma(last.Runs)+" runs")
	b.WriteString(`<polyline class="line" points="`)
	fmt.Fprintf(&b, "%.1f,%.1f", x(0), y(0))
	for _, p := range c.Points {
		fmt.Fprintf(&b, " %.1f,%.1f", x(p.Runs), y(p.Classes))
	}
	b.WriteString(`"/></svg>`)
	return template.HTML(b.String()) //nolint:gosec // numbers, and text that was escaped
}

func axes(b *strings.Builder, label string) {
	fmt.Fprintf(b, `<svg width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`, plotWidth, plotHeight, plotWidth, plotHeight, label)
	fmt.Fprintf(b, `<path class="axis" fill="none" d="M%d 6V%dH%d"/>`, plotLeft, plotHeight-plotBottom, plotWidth-10)
}

// rateSVG draws each rate as a point with its interval, from 0 to the largest upper end.
func rateSVG(rates []SuiteRate) template.HTML {
	if len(rates) == 0 {
		return ""
	}
	const row, left = 20, 220
	top := 1e-9
	for _, r := range rates {
		top = max(top, r.Hi)
	}
	height := row*len(rates) + 26
	x := func(p float64) float64 { return left + p/top*(640-left-20) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg width="640" height="%d" viewBox="0 0 640 %d" role="img" aria-label="failure rates with intervals">`, height, height)
	fmt.Fprintf(&b, `<path class="axis" fill="none" d="M%d 4V%dH630"/>`, left, height-20)
	for i, r := range rates {
		y := row*i + 14
		p := 0.0
		if r.Runs > 0 {
			p = float64(r.Failed) / float64(r.Runs)
		}
		name := strings.TrimSpace(r.Scenario + " " + r.Variant)
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-6, y+4, template.HTMLEscapeString(name))
		fmt.Fprintf(&b, `<path class="bar" d="M%.1f %dH%.1f"/><circle class="dot" cx="%.1f" cy="%d" r="3.5"/>`, x(r.Lo), y, x(r.Hi), x(p), y)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d">0</text><text x="630" y="%d" text-anchor="end">%s</text></svg>`, left, height-6, height-6, percentOf(top))
	return template.HTML(b.String()) //nolint:gosec // numbers, and text that was escaped
}
