package jsloop

// CloseHandle closes something that the loop watches, such as a socket, and runs fn when
// that is done. In Node (uv_close) that is in the close phase, at the end of the turn;
// of several the one that was closed last comes first, since libuv keeps them on a
// stack. In Bun it is a tick, as observed with sockets. Browsers have no handles.
func (l *Loop) CloseHandle(fn func()) {
	l.nodeOnly("require")
	if l.cfg.Flavour == Bun {
		l.NextTick(fn)
		return
	}
	l.closing = append(l.closing, fn)
}

// advanceClosing is uv__run_closing_handles, each callback in a scope of its own.
func (l *Loop) advanceClosing() (Step, bool) {
	if l.closeScope() {
		return Step{}, false
	}
	if len(l.closed) == 0 {
		l.phase = phaseTurn
		return Step{}, false
	}
	return Step{Kind: StepClose}, true
}

// stepClose runs the callback of the handle that was closed last.
func (l *Loop) stepClose() {
	last := len(l.closed) - 1
	fn := l.closed[last]
	l.closed = l.closed[:last]
	l.openScope(fn)
}
