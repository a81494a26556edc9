package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Unit is what the transpiler makes of one source text. A scenario's Compile
// yields it; see [Deps].
type Unit struct {
	// Mappings is the number of mappings in the source map. Comments alone, or
	// no bytes at all, have none.
	Mappings int
	// Map turns generated positions into those of the source. It is asked only
	// if Mappings is not zero; nil knows no position.
	Map Map
	// NoHeader says that the map's blob is shorter than its header of 32
	// bytes: such a map replaces any other, [Config.KeepNonEmptyMap] or not.
	NoHeader bool
	// Imports are the paths that the module imports, in order.
	Imports []string
	// Program is what the module does when it is evaluated. Nil fulfils.
	Program Program
	// Err is the error of a source that does not parse. The module is watched
	// all the same, so that a fix is seen; its map is not stored.
	Err *Error
}

// Map is a source map.
type Map interface {
	Source(generated Position) (source Position, ok bool)
}

// Position is a place in a text, line and column counted from 1.
type Position struct {
	Line, Column int
}

// Error is what rejects a module.
type Error struct {
	// Text is printed after "error: ".
	Text string
	// Path is the module of the top frame. Empty: an error without a frame, as
	// of a module that cannot be read; it is printed without position.
	Path string
	// At is the position of the top frame in the generated code.
	At Position
	// Errno is the system call's error, if that is what went wrong; else 0.
	Errno env.Errno
}

func (e *Error) Error() string { return e.Text }

// Program is what a module does when it is evaluated. It runs in the event
// loop and may use the module's methods until it settles the module, now or
// later in a callback. One that never does leaves its top-level await pending.
type Program func(m *Module)

// Module is one module of one generation, as its program sees it.
type Module struct {
	load    *load
	path    string
	unit    Unit
	ordered bool // has its place in the order of evaluation
	settled bool
}

// Path is the path of the module.
func (m *Module) Path() string { return m.path }

// Generation is the number of reloads before this load.
func (m *Module) Generation() uint32 { return m.load.gen }

// FS is the file system, as the event loop sees it.
func (m *Module) FS() env.FS { return m.load.s.j.fs }

// Step is a piece of the program's work that takes time.
func (m *Module) Step(label string) { m.load.s.j.p.Step(label) }

// Fulfil ends the module's evaluation well.
func (m *Module) Fulfil() { m.load.moduleSettled(m, nil) }

// Reject ends the module's evaluation with an error.
func (m *Module) Reject(e *Error) { m.load.moduleSettled(m, e) }

// AwaitFor awaits a timer at top level: then continues the module's top-level
// code after d. Later generations do not stop it.
func (m *Module) AwaitFor(d time.Duration, then func()) {
	m.load.s.newTimer(m, timer{d: d, fn: then, await: true})
}

// SetTimeout calls fn after d. The timer keeps the event loop alive until then.
// It survives reloads (Bun #8963).
func (m *Module) SetTimeout(d time.Duration, fn func()) {
	m.load.s.newTimer(m, timer{d: d, fn: fn})
}

// SetInterval calls fn every d. It keeps the event loop alive for ever and
// survives reloads.
func (m *Module) SetInterval(d time.Duration, fn func()) {
	m.load.s.newTimer(m, timer{d: d, fn: fn, repeat: true})
}

// OnBeforeExit calls fn whenever the event loop has run out of work. Listeners
// belong to the process and survive reloads.
func (m *Module) OnBeforeExit(fn func()) {
	m.load.s.beforeExit = append(m.load.s.beforeExit, fn)
}

// Hold keeps the event loop alive, as an open server does, until Drop.
func (m *Module) Hold() { m.load.s.handles++ }

// Drop undoes one Hold.
func (m *Module) Drop() { m.load.s.handles-- }
