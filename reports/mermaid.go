package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// Mermaid draws t as a sequence diagram of Mermaid (https://mermaid.js.org), such as
// GitHub shows in a comment: what does not matter is folded.
func Mermaid(w io.Writer, t *sim.Trace, o Options) error {
	q := newSequence(t, o)
	var b strings.Builder
	b.WriteString("sequenceDiagram\n")
	fmt.Fprintf(&b, "    %%%% %s\n", mermaidText(q.s.headline()))
	for _, p := range q.participants {
		fmt.Fprintf(&b, "    participant p%d as %s\n", p, mermaidText(q.s.process(p)))
	}
	over := func() string {
		first, last := q.participants[0], q.participants[len(q.participants)-1]
		if first == last {
			return fmt.Sprintf("p%d", first)
		}
		return fmt.Sprintf("p%d,p%d", first, last)
	}
	for _, l := range q.lines {
		if len(q.participants) == 0 {
			break
		}
		if l.racing {
			b.WriteString("    rect rgb(250, 225, 220)\n")
		}
		switch l.kind {
		case message:
			fmt.Fprintf(&b, "    p%d->>p%d: %s\n", l.from, l.to, mermaidText(l.text))
		case ownStep:
			fmt.Fprintf(&b, "    Note over p%d: %s\n", l.to, mermaidText(l.text))
		default:
			fmt.Fprintf(&b, "    Note over %s: %s\n", over(), mermaidText(l.text))
		}
		if l.held != "" {
			fmt.Fprintf(&b, "    Note right of p%d: %s\n", l.to, mermaidText(l.held))
		}
		if l.racing {
			b.WriteString("    end\n")
		}
	}
	return writeAll(w, "Mermaid diagram", t, b.String())
}

// mermaidText takes away what means something to Mermaid: `;` ends a line, `#` begins an
// entity.
func mermaidText(s string) string {
	return strings.NewReplacer(";", ",", "#", "#35;", "<", "#lt;", ">", "#gt;", "%%", "% %").Replace(clean(s))
}

func writeAll(w io.Writer, what string, t *sim.Trace, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write %s of trace %q: %w", what, t.Hash()[:shortHash], err)
	}
	return nil
}
