package reports

import (
	"io"

	"github.com/seed-3519b94c/simrun/sim"
)

// Format is a way in which a trace can be shown.
type Format struct {
	Name string
	// Extension of a file, with its dot.
	Extension string
	Write     func(io.Writer, *sim.Trace, Options) error
}

// Formats are all formats, the default first. That of HTML is without a run to compare
// with: see HTML.
func Formats() []Format {
	return []Format{
		{"text", ".txt", Text},
		{"html", ".html", func(w io.Writer, t *sim.Trace, o Options) error { return HTML(w, t, nil, o) }},
		{"markdown", ".md", Markdown},
		{"mermaid", ".mmd", Mermaid},
		{"plantuml", ".puml", PlantUML},
		{"perfetto", ".pftrace", Perfetto},
		{"shiviz", ".log", ShiViz},
		{"json", ".json", JSON},
	}
}
