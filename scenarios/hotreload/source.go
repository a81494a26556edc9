package hotreload

import (
	"slices"
	"strconv"
	"strings"

	model "github.com/seed-3519b94c/simrun/model/hotreload"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// The language of the hot-reload scenarios, as little as is needed: comments,
// and one statement a line, `program number`. What a program does is in
// programs.go. In front of it may be lines `import path`. A text without a statement
// does nothing and fulfils.

const (
	commentLine = 2002 // bytes of a comment line of the large sources
	comments    = 1000 // of them
	stubSize    = 10   // bytes of a stub: a comment of its own

	smallComment  = "// ...\n"
	smallComments = 100
)

// largeComment is a comment line of the large sources.
var largeComment = "// " + strings.Repeat(".", commentLine-4) + "\n"

// source makes the text of version n of a module: comments, imports, the statement,
// and blanks in front of it so that the column tells the number.
func source(program string, n int, large bool, version uint32, imports ...string) env.Data {
	comment, lines := smallComment, smallComments
	if large {
		comment, lines = largeComment, comments
	}
	number := strconv.Itoa(n)
	d := env.Data{
		{Text: "// version " + number + "\n", Times: 1, Version: version},
		{Text: comment, Times: lines, Version: version},
		{Text: "// the statement:\n", Times: 1, Version: version},
	}
	for _, path := range imports {
		d = append(d, env.Extent{Text: "import " + path + "\n", Times: 1, Version: version})
	}
	if program == "" {
		return d
	}
	if n > 0 {
		d = append(d, env.Extent{Text: "  ", Times: n, Version: version})
	}
	return append(d, env.Extent{Text: program + " " + number + "\n", Times: 1, Version: version})
}

// stub is what a program leaves of its own file: a comment of ten bytes.
func stub(n int, version uint32) env.Data {
	s := "//stub " + strconv.Itoa(n%100)
	return env.Text(s+strings.Repeat(" ", stubSize-1-len(s))+"\n", version)
}

// compiler is the transpiler. It remembers what it made of a text.
type compiler struct {
	programs func(name string, n int) model.Program
	headless bool // blobs of empty maps are shorter than their header
	memory   []compiled
}

type compiled struct {
	text env.Data
	unit model.Unit
}

// maxCompiled bounds the memory: more versions than that are compiled anew.
const maxCompiled = 64

// compile is Deps.Compile.
func (c *compiler) compile(_ string, text env.Data) model.Unit {
	for i := range c.memory {
		if sameText(c.memory[i].text, text) {
			return c.memory[i].unit
		}
	}
	u := c.translate(text)
	if len(c.memory) < maxCompiled {
		c.memory = append(c.memory, compiled{slices.Clone(text), u})
	}
	return u
}

// sameText compares extent by extent, whoever wrote them.
func sameText(a, b env.Data) bool {
	return slices.EqualFunc(a, b, func(x, y env.Extent) bool { return x.Times == y.Times && x.Text == y.Text })
}

func (c *compiler) translate(text env.Data) model.Unit {
	var unit model.Unit
	found := statements(text, func(st statement) (more bool) {
		unit.Mappings, unit.Map = unit.Mappings+1, st.at
		if dep, ok := strings.CutPrefix(st.text, "import "); ok {
			unit.Imports = append(unit.Imports, dep)
			return true
		}
		name, number, _ := strings.Cut(st.text, " ")
		n, err := strconv.Atoi(number)
		if err != nil || c.programs(name, n) == nil {
			// Its position is one of the source: no map is asked.
			unit.Err = &model.Error{Text: "SyntaxError: " + strconv.Quote(st.text)}
			return false
		}
		unit.Program = c.programs(name, n)
		return false
	})
	unit.NoHeader = !found && c.headless
	return unit
}

// generated is where every statement stands in the generated code.
var generated = model.Position{Line: 1, Column: 12}

// statement is a statement of a text, and where it stands.
type statement struct {
	text string
	at   sourceMap
}

// sourceMap maps the one generated position to the source.
type sourceMap model.Position

// Source is the position in the source.
func (m sourceMap) Source(p model.Position) (model.Position, bool) {
	return model.Position(m), p == generated
}

// statements calls yield for the lines that are neither blank nor comments, until it
// returns false, and reports whether there is one. It walks over repeated comments
// without looking at each.
func statements(text env.Data, yield func(statement) (more bool)) (found bool) {
	line, atStart, rest := 1, true, ""
	say := func(s string) (more bool) {
		st, ok := parseLine(s, line)
		if !ok {
			return true
		}
		found = true
		return yield(st)
	}
	for _, e := range text {
		if atStart && strings.HasPrefix(e.Text, "//") && strings.Count(e.Text, "\n") == 1 && strings.HasSuffix(e.Text, "\n") {
			line += e.Times
			continue
		}
		for range e.Times {
			s := rest + e.Text
			for {
				end := strings.IndexByte(s, '\n')
				if end < 0 {
					break
				}
				if !say(s[:end]) {
					return found
				}
				line++
				s = s[end+1:]
			}
			rest, atStart = s, s == ""
		}
	}
	say(rest)
	return found
}

func parseLine(s string, line int) (statement, bool) {
	t := strings.TrimLeft(s, " ")
	if t == "" || strings.HasPrefix(t, "//") || t == "/" {
		return statement{}, false
	}
	return statement{t, sourceMap{Line: line, Column: len(s) - len(t) + 11}}, true
}
