package hotreload

import (
	"strconv"
	"time"

	model "github.com/seed-3519b94c/simrun/model/hotreload"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Module programs: what a version does when it is evaluated.
const (
	programOK               = "ok"
	programThrow            = "throw"
	programAwaitFor         = "await-for"     // a timer of one second, then on
	programAwaitForever     = "await-forever" // nothing ever settles it
	programSelfTruncate     = "self-truncate" // writes a stub over itself, then throws
	programSelfRewrite      = "self-rewrite"  // writes another version over itself, then throws
	programInterval         = "interval"      // a repeating timer
	programBeforeExit       = "before-exit"
	programBeforeExitThrows = "before-exit-throw"
)

const (
	awaitTime      = time.Second
	intervalTime   = 50 * time.Millisecond
	beforeExitTime = 20 * time.Millisecond
)

// program makes version n of a program, nil if there is none of that name.
func (h *hotWorld) program(name string, n int) model.Program {
	thrown := func(m *model.Module) *model.Error {
		return &model.Error{Text: "E" + strconv.Itoa(n), Path: m.Path(), At: generated}
	}
	switch name {
	case programOK:
		return func(m *model.Module) { m.Fulfil() }
	case programThrow:
		return func(m *model.Module) { m.Reject(thrown(m)) }
	case programAwaitFor:
		return func(m *model.Module) { m.AwaitFor(awaitTime, m.Fulfil) }
	case programAwaitForever:
		return func(*model.Module) {}
	case programSelfTruncate:
		return func(m *model.Module) {
			h.overwriteSelf(m, stub(n, h.disk.NewVersion()))
			m.Reject(thrown(m))
		}
	case programSelfRewrite:
		return func(m *model.Module) {
			v := h.disk.NewVersion()
			h.overwriteSelf(m, append(env.Text("// shifted\n", v), source(programOK, n+1, false, v)...))
			m.Reject(thrown(m))
		}
	case programInterval:
		return func(m *model.Module) {
			m.SetInterval(intervalTime, func() {})
			m.Fulfil()
		}
	case programBeforeExit, programBeforeExitThrows:
		return func(m *model.Module) {
			m.OnBeforeExit(func() { m.SetTimeout(beforeExitTime, func() {}) })
			if name == programBeforeExit {
				m.Fulfil()
				return
			}
			m.Reject(thrown(m))
		}
	}
	return nil
}

// overwriteSelf writes content over the module's own file without truncating it
// first, then cuts it to size.
func (h *hotWorld) overwriteSelf(m *model.Module, content env.Data) {
	h.facts.wrote(m.Path(), content)
	fs := m.FS()
	fd, err := fs.Open(m.Path(), env.WriteOnly)
	if err != nil {
		return
	}
	_, _ = fs.Write(fd, content) // a full descriptor table or disk is not part of these worlds
	_ = fs.Ftruncate(fd, int64(content.Len()))
	h.facts.saved(m.Path(), content)
	_ = fs.Close(fd)
}
