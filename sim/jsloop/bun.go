package jsloop

// bunState is what Bun keeps besides. Where it differs from Node, this is Bun 1.4.5
// as observed. A turn of its loop is: report rejections, immediates, poll, timers.
type bunState struct {
	main     error // thrown by the main script; reported after the first reports
	rejected bool  // main is the reason of a rejected main module
	reported bool  // the turn has reported rejections
	turns    int
	ranTask  bool // of a rejection that was handled late, since the last reports
	rounds   int  // of ticks, microtasks and reports, after the first reports
	ending   bool // nothing was left when the turn began
	emitted  bool // beforeExit was, and nothing has been found to do since
	// unhandled: nobody listened to a rejection or an exception. From then on only
	// immediates keep the loop alive.
	unhandled bool
}

// reportsNow reports whether rejections are reported at the end of this drain. Bun
// does that once a turn, not between two callbacks.
func (l *Loop) reportsNow() bool {
	return l.cfg.Flavour != Bun || l.phase == phaseTurn && l.bun.reported
}

// advanceBunTurn begins a turn: is something left; then reports; then immediates.
// After the main script it reports before it asks.
func (l *Loop) advanceBunTurn() {
	b := &l.bun
	if !b.reported {
		alive := l.alive()
		if b.turns > 0 && !alive && l.bunBeforeExit() {
			return
		}
		if b.turns++; alive {
			b.emitted = false
		}
		if b.turns > 1 && !alive {
			b.ending = true
			if l.ends() { // what was handled late is a task, and those run no more
				l.tracker.handled = l.tracker.handled[:0]
			}
		}
		b.reported = true
		if l.startDrain(); l.drain != drainOff {
			return
		}
	}
	if b.main != nil {
		return
	}
	for b.turns == 1 && b.rounds < 2 && (l.alive() || b.rounds < 0) {
		b.rounds++
		if l.startDrain(); l.drain != drainOff {
			return
		}
	}
	b.reported = false
	if b.turns == 1 {
		b.ending = !l.alive()
	}
	switch {
	case !b.ending:
		l.openCheck()
	case !l.bunBeforeExit():
		l.phase = phaseEnd
	}
}

// bunBeforeExit reports whether beforeExit comes next. Reports of the last turn come
// after it, those of the main script before.
func (l *Loop) bunBeforeExit() bool {
	b := &l.bun
	if l.cfg.OnBeforeExit == nil || b.emitted || l.ends() {
		return false
	}
	b.emitted, b.ending = true, false
	l.phase = phaseDry
	return true
}

// endBunReports ends a round of reports. What listeners have rejected is part of it;
// what else they have queued waits for the next callback, if no task came before.
func (l *Loop) endBunReports() {
	t := &l.tracker
	if t.open(); len(t.opened) > 0 {
		return
	}
	l.tickScheduled, t.toReport = l.ticks.n > 0, false
	l.drain = drainOff
	if l.bun.ranTask {
		l.bun.ranTask = false
		l.drain = drainHandled
	}
}

// bunTask reports whether a rejection that was handled late is to be said. To Bun that is
// a task: it comes before ticks, is followed by ticks and microtasks, and once more after
// the reports (observed).
func (l *Loop) bunTask() bool {
	return l.cfg.Flavour == Bun && l.reportsNow() && len(l.tracker.handled) > 0
}

// reportMain reports what the main script threw.
func (l *Loop) reportMain() {
	thrown := l.bun.main
	l.bun.main, l.bun.rounds = nil, -1 // one more, come what may
	if l.bun.rejected {
		l.uncaught(thrown, FromRejection)
	} else {
		l.uncaught(thrown, FromException)
	}
}

// bunThrown reports what a callback threw. It stops nothing; but after an immediate
// that threw, the next one runs before ticks and microtasks. Without a listener the
// exit code becomes 1, and the loop ends after this turn.
func (l *Loop) bunThrown(thrown error) {
	if l.drain == drainOff {
		l.cp.ran = false
	}
	if l.cfg.OnUncaughtException != nil {
		l.uncaught(thrown, FromException)
		return
	}
	l.bun.unhandled = true
	l.code = 1
}

// bunUnhandled deals with a rejection without listener: Bun does not hand it to
// listeners of uncaughtException. The code of the process is 1 in the end, though
// listeners of exit do not see that.
func (l *Loop) bunUnhandled() { l.bun.unhandled = true }

// ends reports whether only immediates keep Bun's loop alive. While the main module has
// not settled the loop goes on even so.
func (l *Loop) ends() bool { return l.bun.unhandled && !l.awaiting }

// bunAlive is alive for Bun.
func (l *Loop) bunAlive() bool {
	return l.immediateRefs > 0 || !l.ends() && (l.timers.refs > 0 || l.refs > 0 || l.posted.n > 0 || len(l.tracker.handled) > 0)
}

// bunHasTask reports whether the poll phase does not wait: a rejection that has been
// handled late is a task, and without timers there is nothing to wait for.
func (l *Loop) bunHasTask() bool {
	return len(l.tracker.handled) > 0 || l.timers.refs == 0 && l.refs == 0
}
