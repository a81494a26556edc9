package jsloop

// exiting is the panic value by which Exit leaves a callback, and every function around
// it.
type exiting struct{}

// Exit codes of Node and Bun (nodejs.org/api/process.html, "Exit codes").
const (
	exitUncaught = 1  // an exception that nobody caught
	exitListener = 7  // the listener of uncaughtException threw
	exitAwaiting = 13 // a main module still awaits
)

// SetExitCode sets the code with which the loop exits in the end: process.exitCode.
func (l *Loop) SetExitCode(code int) { l.code, l.chosen = code, true }

// Exit ends the process at once: process.exit, for the code that runs on the loop. It
// does not return; functions deferred in Go run, unlike a finally block there.
func (l *Loop) Exit(code int) {
	l.nodeOnly("process")
	l.exit(code, code)
	panic(exiting{})
}

// ExitCode is the exit code of the process, once the loop is done. It is what OnExit was
// told, with three exceptions: 13 in Node, if a main module still awaits; 1 in Bun, if
// nobody listened to a rejection; and 7, if a listener of uncaughtException threw, which
// Node's listeners of exit do not hear of.
func (l *Loop) ExitCode() int { return l.code }

// runDry ends Node's turns: nothing is left to wait for.
func (l *Loop) runDry() {
	l.phase = phaseEnd
	if l.cfg.OnBeforeExit != nil {
		l.phase = phaseDry
	}
}

// stepBeforeExit emits beforeExit, in a callback scope (Node's SpinEventLoop,
// src/api/embed_helpers.cc).
func (l *Loop) stepBeforeExit() {
	l.phase = phaseEmitted
	thrown := call(func() { l.cfg.OnBeforeExit(l.code) })
	if thrown != nil {
		l.throwOut(thrown)
		if l.cfg.Flavour == Node || l.bun.unhandled {
			return // no ticks
		}
	}
	l.startDrain()
}

// advanceEmitted goes on if the listener of beforeExit found something to do. Bun has
// reports to make first.
func (l *Loop) advanceEmitted() {
	l.phase = phaseEnd
	if l.alive() || l.cfg.Flavour == Bun {
		l.phase = phaseTurn
	}
}

// stepExit ends a loop that has run dry.
func (l *Loop) stepExit() {
	code := l.code
	switch {
	case l.cfg.Flavour == Node && l.awaiting && !l.chosen:
		code = exitAwaiting
	case l.cfg.Flavour == Bun && l.bun.unhandled:
		code = exitUncaught
	}
	l.exit(l.code, code)
}

// exit emits exit, and ends the loop. Listeners may be told another code than the
// process's.
func (l *Loop) exit(told, code int) {
	l.end(code)
	if l.cfg.OnExit != nil {
		l.cfg.OnExit(told)
	}
	l.tellEnd()
}

// end makes nothing run any more.
func (l *Loop) end(code int) {
	l.phase, l.drain = phaseDone, drainOff
	l.code = code
	l.ticks.clear()
	l.micro.clear()
}

func (l *Loop) tellEnd() {
	if l.cfg.OnEnd != nil {
		l.cfg.OnEnd(l.code)
	}
}

// listenerThrew ends the process because the listener of uncaughtException threw. Node
// does not emit exit then.
func (l *Loop) listenerThrew() {
	if l.cfg.Flavour == Bun {
		l.exit(exitListener, exitListener)
		return
	}
	l.end(exitListener)
	l.tellEnd()
}
