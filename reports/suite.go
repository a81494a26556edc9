package reports

import (
	"fmt"
	"strconv"
	"time"
)

// Suite is what a campaign over many scenarios came to: what the reports of a CI run are
// made of.
type Suite struct {
	Title    string
	Build    string // of the binary that measured it; may be empty
	Elapsed  time.Duration
	Cells    []SuiteCell
	Findings []SuiteFinding
	Curves   []SuiteCurve
	Rates    []SuiteRate
}

// SuiteCell is a variant of a scenario.
type SuiteCell struct {
	Scenario, Variant, Profile string
	Verdict                    string   // agrees, differs, open
	Expected                   []string // properties that should fail
	Failing                    []string // properties that were found violated, as `S1@12`: at schedule 12
	Runs                       int
	Steps                      int64
	Classes                    int
	Claim                      string // what was shown, such as "exhausted: 14 classes, all pass"
	Why                        string
	Differences                []string // what is not as expected, in words
	Command                    string   // that shows it again
	Elapsed                    time.Duration
}

// SuiteFinding is a failure that was kept.
type SuiteFinding struct {
	Scenario, Variant, Profile, Signature, Message, Trace string
	Deviations, Steps, Runs                               int
	Source                                                string // file:line of the first deciding event
	Command                                               string
}

// SuiteCurve is how many classes of orders a campaign had seen after so many runs.
type SuiteCurve struct {
	Name   string
	Points []CurvePoint
}

// CurvePoint is a point of a SuiteCurve.
type CurvePoint struct{ Runs, Classes int }

// SuiteRate is a measured failure rate.
type SuiteRate struct {
	Scenario, Variant, Profile string
	Runs, Failed               int
	Lo, Hi                     float64 // interval of 95 %
}

// counts are how many cells agree, differ and are open.
func (s *Suite) counts() (agree, differ, open int) {
	for i := range s.Cells {
		switch s.Cells[i].Verdict {
		case "agrees":
			agree++
		case "differs":
			differ++
		default:
			open++
		}
	}
	return agree, differ, open
}

func (s *Suite) runs() (n int64) {
	for i := range s.Cells {
		n += int64(s.Cells[i].Runs)
	}
	return n
}

// summary says in a line what the suite came to.
func (s *Suite) summary() string {
	agree, differ, open := s.counts()
	return fmt.Sprintf("%s: %s as expected, %s differ, %s open; %s runs",
		plural(len(s.Cells), "cell"), comma(agree), comma(differ), comma(open), Comma(s.runs()))
}

// name is what a cell is called.
func (c *SuiteCell) name() string {
	name := c.Scenario
	if c.Variant != "" {
		name += " " + c.Variant
	}
	return name
}

// text is what a cell came to, in a few characters.
func (c *SuiteCell) text() string {
	if len(c.Failing) == 0 {
		return "ok " + comma(c.Runs)
	}
	out := ""
	for i, f := range c.Failing {
		if i > 0 {
			out += " "
		}
		out += f
	}
	return out
}

// seconds is a duration as CI systems write it.
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
