package jsloop

// exiting is the panic value by which Exit leaves a callback, and every function around
// it.
type exiting struct{}

// stopExiting is where Exit has left all that it is to leave. Any other panic goes on.
func stopExiting(recovered any) {
	if recovered != nil && recovered != any(exiting{}) {
		panic(recovered)
	}
}

// Exit codes of Node and Bun (nodejs.org/api/process.html, "Exit codes").
const (
	exitUncaught = 1  // an exception that nobody caught
	exitListener = 7  // the listener of uncaughtException threw
	exitAwaiting = 13 // a main module still awaits
)

// SetExitCode sets the code with which the loop exits in the end: process.exitCode.
func (l *Loop) SetExitCode(code int) { l.code, l.chosen = code, true }

// Exit ends the process at once: process.exit, for the code that runs on the loop. It
// does not return; functions deferred in Go run, unlike a finally block there. In a
// listener of exit it changes the code.
func (l *Loop) Exit(code int) {
	l.nodeOnly("process")
	switch {
	case l.telling:
		l.code = code
	case l.phase != phaseDone: // else a deferred function
		l.chosen = true
		l.exit(code, code)
	}
	l.left = true
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
		switch {
		case l.cfg.Flavour == Node:
			return // no ticks
		case l.bun.unhandled:
			l.phase = phaseEnd
			return
		}
	}
	l.startDrain()
}

// advanceEmitted goes on if the listener of beforeExit found something to do. Bun has
// reports to make first; but what nobody listens to ends it here.
func (l *Loop) advanceEmitted() {
	goOn := l.alive()
	if l.cfg.Flavour == Bun {
		goOn = !l.bun.unhandled
	}
	l.phase = phaseEnd
	if goOn {
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
	if l.cfg.Flavour != Node || l.cfg.OnExit == nil {
		l.exit(l.code, code)
		return
	}
	told := l.code
	l.code, l.phase = code, phaseExited
	if l.tellExit(told) {
		l.startDrain()
	}
	l.endExited()
}

// endExited ends Node's loop when the microtasks that the listener of exit has queued,
// and the rejections that it has made, are done with. Ticks are no more (process._exiting).
func (l *Loop) endExited() {
	if l.phase != phaseExited {
		return
	}
	if _, more := l.advanceDrain(); !more {
		l.exit(l.code, l.code)
	}
}

// exit emits exit, unless that has been done, and ends the loop. Listeners may be told
// another code than the process's.
func (l *Loop) exit(told, code int) {
	emit := l.cfg.OnExit != nil && l.phase != phaseExited
	l.end(code)
	if emit {
		l.tellExit(told)
	}
	l.tellEnd()
}

// tellExit calls the listener of exit, which may exit once more. What it throws is heard
// of, but keeps a code that somebody has chosen, in Node. It reports whether the listener
// has returned.
func (l *Loop) tellExit(told int) (returned bool) {
	l.telling = true
	defer func() {
		l.telling = false
		stopExiting(recover())
	}()
	thrown := call(func() { l.cfg.OnExit(told) })
	switch {
	case thrown == nil:
		returned = true
	case l.cfg.OnUncaughtException != nil:
		if call(func() { l.cfg.OnUncaughtException(thrown, FromException) }) != nil && l.cfg.Flavour != Browser {
			l.code = exitListener
		}
	case l.cfg.Flavour == Bun || l.cfg.Flavour == Node && !l.chosen && l.code == 0:
		l.code = exitUncaught
	}
	return returned
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
