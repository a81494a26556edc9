package cli

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner"
)

// How often progress is told: on a line that changes, and on lines of a log.
const (
	liveEvery  = 100 * time.Millisecond
	plainEvery = 5 * time.Second
)

// progress tells where a campaign stands.
type progress struct {
	w     io.Writer
	label string
	live  bool // one line that changes
	width int  // of the terminal
	last  time.Duration
	shown bool
}

// update is called between batches.
func (p *progress) update(at runner.Progress) {
	every := plainEvery
	if p.live {
		every = liveEvery
	}
	if at.Elapsed-p.last < every {
		return
	}
	p.last = at.Elapsed
	text := p.label + ": " + status(at)
	if !p.live {
		fmt.Fprintln(p.w, text)
		return
	}
	if r := []rune(text); len(r) >= p.width {
		text = string(r[:p.width-1])
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", text)
	p.shown = true
}

// end clears the line that changes.
func (p *progress) end() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

func status(at runner.Progress) string {
	s := fmt.Sprintf("%s of %s runs, %s distinct orders", comma(at.Runs), comma(at.Of), comma(at.Classes))
	if at.Failing > 0 {
		s += fmt.Sprintf(", %s failing (%s)", comma(at.Failing), plural(at.Distinct, "kind"))
	}
	if at.OneOrder > 0 {
		s += fmt.Sprintf(", %s in one order only", plural(at.OneOrder, "pair"))
	}
	if at.Unreached > 0 {
		s += fmt.Sprintf(", %s open", plural(at.Unreached, "goal"))
	}
	s += ", " + seconds(at.Elapsed)
	if at.Doing != "" {
		s += ", " + at.Doing
	}
	return s
}

// seconds is a duration of the wall clock, for people.
func seconds(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d >= 10*time.Minute:
		return d.Round(time.Second).String()
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + "s"
}

// comma is n with its thousands apart.
func comma[T int | int64](n T) string { return reports.Comma(int64(n)) }

// plural is "1 run" or "2,000 runs".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return comma(n) + " " + one + "s"
}
