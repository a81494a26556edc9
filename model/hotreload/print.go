package hotreload

import (
	"strconv"
	"strings"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// maxExcerpt is where a source line is cut when it is shown.
const maxExcerpt = 120

// print writes the error of l to standard error, in one call:
//
//	3 | throw new Error("E1")
//	error: E1
//	      at hot.js:3:7
//
// Both the excerpt and the position are looked up now: the source is read
// again, through the watch list if that lends numbers, and the position is
// that of the map which the path has by now. Without the source neither is
// found, and the position stays the generated one.
func (s *System) print(l *load) {
	r := Report{Generation: l.gen, Err: l.err, At: l.err.At}
	if l.err.Path != "" {
		source, _, _, err := s.j.readSource(l.err.Path, false)
		if err != nil {
			r.Lookup = NoSource
		} else {
			s.j.p.Step("remap")
			r.At, r.Lookup, r.MapGeneration = s.sourcePosition(l.err.Path, l.err.At)
			r.Excerpt = line(source, r.At.Line)
		}
	}
	r.Text = s.format(&r)
	s.j.p.Step("print")
	s.Deps.Stderr.Write(r.Text)
	s.errors++
	s.probe.Printed(r)
}

// format makes the text of a report.
func (s *System) format(r *Report) string {
	b := s.text[:0]
	if len(r.Excerpt) > 0 {
		b = strconv.AppendInt(b, int64(r.At.Line), 10)
		b = append(b, " | "...)
		b = append(b, r.Excerpt.Slice(0, maxExcerpt).String()...)
		b = append(b, '\n')
	}
	b = append(b, "error: "...)
	b = append(b, r.Err.Text...)
	b = append(b, '\n')
	if r.Lookup != NoFrame {
		b = append(b, "      at "...)
		b = append(b, r.Err.Path...)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(r.At.Line), 10)
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(r.At.Column), 10)
		b = append(b, '\n')
	}
	s.text = b
	return string(b)
}

// line is the n-th line of d, counted from 1, without its end; nothing if d
// has fewer. It walks extents, not bytes.
func line(d env.Data, n int) env.Data {
	start := lineStart(d, n)
	if start < 0 {
		return nil
	}
	if end := lineStart(d, n+1); end >= 0 {
		return d.Slice(start, end-1)
	}
	return d.Slice(start, d.Len())
}

// lineStart is the offset of the n-th line of d, or -1.
func lineStart(d env.Data, n int) int {
	skip := n - 1 // line ends still to pass
	if skip <= 0 {
		return 0
	}
	at := 0
	for i := range d {
		e := &d[i]
		per := strings.Count(e.Text, "\n")
		if per == 0 || per*e.Times < skip {
			skip -= per * e.Times
			at += e.Len()
			continue
		}
		whole := (skip - 1) / per
		at += whole * len(e.Text)
		skip -= whole * per
		for j := range len(e.Text) {
			if e.Text[j] == '\n' {
				if skip--; skip == 0 {
					return at + j + 1
				}
			}
		}
	}
	return -1
}
