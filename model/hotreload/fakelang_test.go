package hotreload

import (
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// The language: one statement a line, comments have no mappings.

type lineMap int

func (m lineMap) Source(p Position) (Position, bool) { return Position{int(m), p.Column}, true }

func compile(path string, src env.Data) Unit {
	var u Unit
	for i, l := range strings.Split(src.String(), "\n") {
		verb, rest, _ := strings.Cut(strings.TrimSpace(l), " ")
		if verb == "" || verb == "//" {
			continue
		}
		u.Mappings++
		u.Map = lineMap(i + 1)
		fail := &Error{Text: rest, Path: path, At: Position{1, 7}}
		d, _ := time.ParseDuration(rest)
		switch verb {
		case "import":
			u.Imports = append(u.Imports, rest)
		case "throw":
			u.Program = func(m *Module) { m.Reject(fail) }
		case "never":
			u.Program = func(*Module) {}
		case "await":
			u.Program = func(m *Module) { m.AwaitFor(d, m.Fulfil) }
		case "interval":
			u.Program = func(m *Module) { m.SetInterval(d, func() {}); m.Fulfil() }
		case "keepalive":
			u.Program = func(m *Module) {
				m.OnBeforeExit(func() { m.SetTimeout(d, func() {}) })
				m.Fulfil()
			}
		case "selftruncate":
			u.Program = func(m *Module) {
				if fd, err := m.FS().Open(m.Path(), env.WriteOnly); err == nil {
					_, _ = m.FS().Write(fd, env.Text("// stub 9\n", 9))
					_ = m.FS().Ftruncate(fd, 10)
					_ = m.FS().Close(fd)
				}
				m.Reject(fail)
			}
		}
	}
	return u
}
