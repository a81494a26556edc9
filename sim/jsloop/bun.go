package jsloop

// bunState is what Bun keeps besides. Where it differs from Node, this is Bun 1.4.5
// as observed; the differences are in when things are reported, not in the order of
// microtasks (except for Finally).
type bunState struct {
	main     error // thrown by the main script, reported after its drain
	rejected bool  // main is the reason of a rejected main module
	fatal    bool  // nobody listened to an exception: exit after this batch
}

// reportsNow reports whether rejections are reported at the end of this drain. Bun
// does that once for a batch of timers or immediates, not between two callbacks.
func (l *Loop) reportsNow() bool {
	if l.cfg.Flavour != Bun {
		return true
	}
	switch l.phase {
	case phaseTimers, phaseCheck, phaseIO:
		return false
	}
	return true
}

// bunDrained reports what the main script threw: after its ticks and microtasks.
func (l *Loop) bunDrained() {
	thrown := l.bun.main
	if thrown == nil || l.phase == phaseDone {
		return
	}
	l.bun.main = nil
	from := FromException
	if l.bun.rejected {
		from = FromRejection
	}
	l.uncaught(thrown, from)
}

// bunThrown reports what a callback threw. It stops nothing: the thrower's own ticks
// and microtasks run next. Without a listener the process ends with code 1, but only
// when the batch is through.
func (l *Loop) bunThrown(thrown error) {
	if l.cfg.OnUncaughtException != nil {
		l.uncaught(thrown, FromException)
		return
	}
	l.code = 1
	if l.drain == drainOff {
		l.bun.fatal = true
	}
}

// bunUnhandled ends the process: Bun does not hand unhandled rejections to
// listeners of uncaughtException. The code of the process is 1, but listeners of
// exit see 0.
func (l *Loop) bunUnhandled() {
	code := l.code
	l.exit(code)
	l.code = 1
}

// bunBatch ends a batch of callbacks.
func (l *Loop) bunBatch() {
	if l.bun.fatal && l.drain == drainOff {
		l.exit(1)
	}
}
