package reports

import (
	"bytes"
	"strings"
)

// paint is how a piece of text looks on a terminal: an ANSI parameter.
type paint string

const (
	plain  paint = ""
	bold   paint = "1"
	dim    paint = "2"
	red    paint = "1;31"
	yellow paint = "33"
	cyan   paint = "36"
)

// page collects the lines of a report.
type page struct {
	bytes.Buffer
	color bool
	width int
}

// span is a piece of text in one look.
type span struct {
	text string
	look paint
}

// line writes spans as one line, without blanks at its end.
func (p *page) line(spans ...span) {
	for len(spans) > 0 {
		last := &spans[len(spans)-1]
		if last.text = strings.TrimRight(last.text, " "); last.text != "" {
			break
		}
		spans = spans[:len(spans)-1]
	}
	for _, s := range spans {
		if p.color && s.look != plain && strings.TrimSpace(s.text) != "" {
			p.WriteString("\x1b[" + string(s.look) + "m" + s.text + "\x1b[0m")
			continue
		}
		p.WriteString(s.text)
	}
	p.WriteByte('\n')
}

// keyWidth is the width of the left column of the blocks below a timeline.
const keyWidth = 11

// block writes paragraphs with their key to the left of the first. A paragraph
// that begins with a star or with blanks hangs by that much.
func (p *page) block(key string, texts ...string) {
	for _, text := range texts {
		body := strings.TrimLeft(text, "* ")
		hang := text[:len(text)-len(body)]
		for _, l := range wrap(body, p.width-keyWidth-len(hang)) {
			p.line(span{pad(key, keyWidth), bold}, span{hang + l, plain})
			key, hang = "", strings.Repeat(" ", len(hang))
		}
	}
}
