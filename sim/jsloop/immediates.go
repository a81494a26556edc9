package jsloop

// Immediate is one SetImmediate.
type Immediate struct {
	fn    func() // nil: does nothing, see report
	ended bool   // has run or has been cleared
}

// checkPhase is the state of Environment::CheckImmediate and, in it, of
// processImmediate (Node, lib/internal/timers.js).
type checkPhase struct {
	rest []*Immediate // those of this phase that did not run
	ran  bool         // in this call of processImmediate
	none bool         // there was nothing to run
}

// SetImmediate runs fn in the next check phase, after the poll phase.
func (l *Loop) SetImmediate(fn func()) *Immediate {
	l.nodeOnly("setImmediate")
	im := &Immediate{fn: fn}
	l.immediates = append(l.immediates, im)
	l.immediateRefs++
	return im
}

// ClearImmediate stops im, which may be nil or have run.
func (l *Loop) ClearImmediate(im *Immediate) {
	if im == nil || im.ended {
		return
	}
	im.ended = true
	l.immediateRefs--
}

// openCheck takes all immediates there are; those made meanwhile wait for the next
// turn.
func (l *Loop) openCheck() {
	l.phase = phaseCheck
	l.cp = checkPhase{rest: l.immediates, none: len(l.immediates) == 0}
	l.immediates = nil
}

// advanceCheck moves to the next callback of the phase. It returns false when ticks
// have to run first, or the phase is over.
func (l *Loop) advanceCheck() (Step, bool) {
	cp := &l.cp
	for {
		for len(cp.rest) > 0 && cp.rest[0].ended {
			cp.rest = cp.rest[1:]
		}
		if len(cp.rest) == 0 {
			l.closeCheck()
			return Step{}, false
		}
		if cp.ran {
			cp.ran = false
			if l.startDrain(); l.drain != drainOff {
				return Step{}, false
			}
			continue
		}
		if cp.rest[0].fn != nil {
			return Step{Kind: StepImmediate}, true
		}
		l.takeImmediate()
	}
}

// takeImmediate marks the next immediate as run.
func (l *Loop) takeImmediate() *Immediate {
	im := l.cp.rest[0]
	l.cp.rest = l.cp.rest[1:]
	im.ended = true
	l.immediateRefs--
	l.cp.ran = true
	return im
}

// stepImmediate runs the callback that is next.
func (l *Loop) stepImmediate() {
	if thrown := call(l.takeImmediate().fn); thrown != nil {
		l.throwOut(thrown)
	}
}

// restartCheck is what CheckImmediate does when processImmediate threw: it calls it
// again, for the outstanding immediates, or if there are none for the new ones. So
// ticks wait until one more immediate has run.
func (l *Loop) restartCheck() {
	l.cp.ran = false
	if len(l.cp.rest) == 0 {
		l.cp.rest = l.immediates
		l.immediates = nil
	}
}

// closeCheck ends the phase: the callback scope closes, and a new turn begins.
func (l *Loop) closeCheck() {
	l.phase = phaseClose
	if l.cfg.Flavour == Bun {
		l.phase = phasePoll
		if l.cp.none { // what listeners of reports have queued waits (observed)
			return
		}
	}
	l.startDrain()
}
