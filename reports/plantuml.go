package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// PlantUML draws t as a sequence diagram of PlantUML (https://plantuml.com): what does not
// matter is folded.
func PlantUML(w io.Writer, t *sim.Trace, o Options) error {
	q := newSequence(t, o)
	var b strings.Builder
	fmt.Fprintf(&b, "@startuml\ntitle %s\n", plantText(q.s.headline()))
	for _, p := range q.participants {
		fmt.Fprintf(&b, "participant \"%s\" as p%d\n", plantText(q.s.process(p)), p)
	}
	for _, l := range q.lines {
		arrow := "->"
		if l.racing {
			arrow = "-[#red]>"
		}
		switch l.kind {
		case message, ownStep:
			fmt.Fprintf(&b, "p%d %s p%d : %s\n", l.from, arrow, l.to, plantText(l.text))
		case leftOut:
			fmt.Fprintf(&b, "... %s ...\n", plantText(strings.Trim(l.text, ". ")))
		default:
			fmt.Fprintf(&b, "== %s ==\n", plantText(l.text))
		}
		if l.held != "" {
			fmt.Fprintf(&b, "note right of p%d : %s\n", l.to, plantText(l.held))
		}
	}
	b.WriteString("@enduml\n")
	return writeAll(w, "PlantUML diagram", t, b.String())
}

// plantText takes away what means something to PlantUML.
func plantText(s string) string {
	return strings.NewReplacer(`"`, "'", "<", "~<", "\\", "/").Replace(clean(s))
}
