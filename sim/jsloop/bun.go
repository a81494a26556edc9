package jsloop

// bunState is what Bun keeps besides. Where it differs from Node, this is Bun 1.4.5
// as observed. A turn of its loop is: report rejections, immediates, poll, timers.
type bunState struct {
	main     error // thrown by the main script; reported after the first reports
	rejected bool  // main is the reason of a rejected main module
	reported bool  // the turn has reported rejections
	turns    int
	ending   bool // nothing was left when the turn began
	// unhandled: nobody listened to a rejection or an exception. From then on only
	// immediates keep the loop alive.
	unhandled bool
	// awaiting: the main module has not settled. Until then the loop goes on even so.
	awaiting bool
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
		if b.turns++; b.turns > 1 && !l.alive() {
			b.ending = true
			if b.ends() { // what was handled late is a task, and those run no more
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
	b.reported = false
	if b.turns == 1 || b.ending && !b.ends() {
		b.ending = !l.alive()
	}
	if b.ending {
		l.phase = phaseEnd
		return
	}
	l.openCheck()
}

// reportMain reports what the main script threw.
func (l *Loop) reportMain() {
	thrown := l.bun.main
	l.bun.main = nil
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
// listeners of exit do not see it.
func (l *Loop) bunUnhandled() { l.bun.unhandled = true }

// ends reports whether only immediates keep the loop alive.
func (b *bunState) ends() bool { return b.unhandled && !b.awaiting }

// bunAlive is alive for Bun.
func (l *Loop) bunAlive() bool {
	return l.immediateRefs > 0 || !l.bun.ends() && (l.timers.refs > 0 || l.refs > 0 || l.posted.n > 0)
}

// bunHasTask reports whether the poll phase does not wait: a rejection that has been
// handled late is a task, and without timers there is nothing to wait for.
func (l *Loop) bunHasTask() bool {
	return len(l.tracker.handled) > 0 || l.timers.refs == 0 && l.refs == 0
}
