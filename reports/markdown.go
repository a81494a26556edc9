package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/seed-3519b94c/simrun/sim"
)

// Markdown sums t up for a pull request or the summary of a CI step: what is wrong, what
// decides, the story folded away, the command that replays it.
func Markdown(w io.Writer, t *sim.Trace, o Options) error {
	commands := o.Commands
	o = o.withDefaults(t)
	s := &story{t: t, o: o}
	s.index()
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("### %s\n", markdownText(s.headline()))
	if m := s.message(); m != "" {
		p("%s\n", markdownText(m))
	}
	if t.Verdict.Failed() && t.Verdict != sim.Nondeterminism {
		for _, line := range s.decides() {
			p("- %s", markdownText(strings.TrimLeft(line, "* ")))
		}
		p("- %s\n", markdownText(s.lateness()))
	}
	if needs := s.needs(); len(needs) > 0 && t.Verdict.Failed() {
		p("Needs: %s\n", markdownText(strings.Join(needs, "; ")))
	}
	o.Commands, o.Color = nil, false
	var text bytes.Buffer
	if err := Text(&text, t, o); err != nil {
		return err
	}
	fence := "```"
	for strings.Contains(text.String(), fence) {
		fence += "`"
	}
	p("<details><summary>The story, trace <code>%s</code></summary>\n\n%stext\n%s%s\n\n</details>", clean(o.Hash), fence, text.String(), fence)
	if len(commands) > 0 {
		p("\n```sh")
		for _, c := range commands {
			p("%s", c.Line)
		}
		p("```")
	}
	return writeAll(w, "Markdown summary", t, b.String())
}

// markdownText takes away what means something to Markdown.
func markdownText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "[", `\[`, "|", `\|`).Replace(clean(s))
}
