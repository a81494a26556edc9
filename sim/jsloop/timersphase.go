package jsloop

// timersPhase is the state of Environment::RunTimers and, in it, of processTimers
// and listOnTimeout (Node, lib/internal/timers.js). Those are loops around user
// code; here they stop before each callback.
type timersPhase struct {
	now      int64      // fixed when the phase opens
	list     *timerList // being worked through
	timer    *Timer     // to be run next
	ranList  bool       // in this call of processTimers
	ranTimer bool       // in this call of listOnTimeout
}

// openTimers is uv__update_time and, if libuv's one timer is due, RunTimers.
func (l *Loop) openTimers() {
	l.lookAtClock()
	if l.handleAt > l.loopTime {
		l.phase = l.afterTimers()
		return
	}
	l.phase = phaseTimers
	l.handleAt, l.nextExpiry = never, never
	l.tp = timersPhase{now: l.loopTime}
}

// advanceTimers moves to the next callback of the phase. It returns false when ticks
// have to run first, or the phase is over.
func (l *Loop) advanceTimers() (Step, bool) {
	tp := &l.tp
	for {
		if tp.timer != nil {
			if tp.timer.ended { // cleared by a tick or microtask just now
				tp.timer = nil
				continue
			}
			return Step{Kind: StepTimer}, true
		}
		if tp.list == nil {
			if !l.nextList() {
				l.closeTimers()
				return Step{}, false
			}
		} else if !l.nextTimer() {
			continue
		}
		if l.drain != drainOff {
			return Step{}, false
		}
	}
}

// nextList is one turn of the loop of processTimers, up to listOnTimeout.
func (l *Loop) nextList() bool {
	tp := &l.tp
	if len(l.timers.lists) == 0 || l.timers.lists[0].expiry > tp.now {
		return false
	}
	tp.list, tp.ranTimer = l.timers.lists[0], false
	if tp.ranList {
		l.startDrain()
	}
	tp.ranList = true
	return true
}

// nextTimer is one turn of the loop of listOnTimeout, up to the callback. It
// returns false when the list is done with.
func (l *Loop) nextTimer() bool {
	tp := &l.tp
	list := tp.list
	if len(list.timers) == 0 {
		// The list may have been removed, and another of the same duration made.
		l.timers.remove(list)
		tp.list = nil
		return false
	}
	t := list.timers[0]
	if tp.now-t.start < t.ms {
		l.timers.place(list, max(t.start+t.ms, tp.now+1))
		tp.list = nil
		return false
	}
	tp.timer = t
	if tp.ranTimer {
		l.startDrain()
	}
	tp.ranTimer = true
	return true
}

// stepTimer runs the callback that is next.
func (l *Loop) stepTimer() {
	t := l.tp.timer
	l.tp.timer = nil
	t.unlink()
	var start int64
	if t.repeat {
		start = l.readClock() // before the callback: its duration does not count
	}
	thrown := call(t.fn)
	if thrown != nil && l.cfg.Flavour == Bun { // reports it before it sets an interval anew
		l.bunThrown(thrown)
		thrown = nil
	}
	if t.repeat && !t.ended {
		l.insertTimer(t, start)
	} else {
		l.endTimer(t)
	}
	if thrown != nil {
		l.throwOut(thrown)
	}
}

// restartTimers is what RunTimers does when processTimers threw: it calls it again,
// with the same now. The flags start anew, and so the next callback runs before the
// ticks of the one that threw.
func (l *Loop) restartTimers() { l.tp = timersPhase{now: l.tp.now} }

// closeTimers ends RunTimers: libuv's timer is set for the next list, but not for
// less than 1 ms from now, and the callback scope closes.
func (l *Loop) closeTimers() {
	if len(l.timers.lists) > 0 {
		l.nextExpiry = l.timers.lists[0].expiry
		l.handleAt = l.loopTime + max(l.nextExpiry-l.loopTime, 1)
	}
	l.phase = phaseAgain
	l.startDrain()
}

// advanceAgain is the loop of uv__run_timers: the ticks of the last callback ran
// after libuv's timer was set, and a setTimeout in them refreshed the cached time. If
// that makes the timer due, it runs in the same phase, before immediates. (So Node,
// although a timer that is made in a callback itself never does.)
func (l *Loop) advanceAgain() (Step, bool) {
	if l.cfg.Flavour == Node && l.handleAt <= l.loopTime {
		return Step{Kind: StepTimers}, true
	}
	l.phase = l.afterTimers()
	return Step{}, false
}
