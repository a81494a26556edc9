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
