package jsloop

// drain is where in the draining of ticks and microtasks the loop is.
type drain uint8

const (
	drainOff     drain = iota
	drainFirst         // microtasks, because no tick is scheduled
	drainHandled       // rejections that were handled late, in Bun
	drainTicks         // ticks until there are none
	drainMicro         // microtasks until there are none
	drainReports       // unhandled rejections
)

// NextTick runs fn after the current callback, before microtasks that are not
// already being drained.
func (l *Loop) NextTick(fn func()) {
	l.nodeOnly("process")
	if l.telling || l.phase == phaseExited {
		return
	}
	l.tickScheduled = true
	l.ticks.push(funcJob(fn))
}

// QueueMicrotask runs fn after the current callback, in the order of queueing with
// promise jobs.
func (l *Loop) QueueMicrotask(fn func()) { l.micro.push(funcJob(fn)) }

// startDrain is InternalCallbackScope::Close and runNextTicks: what Node does after
// each callback. It stays off if there is nothing to do.
func (l *Loop) startDrain() {
	switch {
	case l.bunTask():
		l.drain = drainHandled
	case l.tickScheduled:
		l.drain = drainTicks
	case l.micro.n > 0 || l.tracker.toReport:
		l.drain = drainFirst
	}
}

// advanceDrain is processTicksAndRejections (lib/internal/process/task_queues.js),
// up to the next callback.
func (l *Loop) advanceDrain() (Step, bool) {
	for {
		switch l.drain {
		case drainFirst:
			if l.micro.n > 0 {
				return Step{Kind: StepMicrotask}, true
			}
			if l.cfg.Flavour == Browser {
				l.queueReports()
			}
			if !l.tickScheduled && !l.tracker.toReport {
				l.drain = drainOff
				return Step{}, false
			}
			l.drain = drainTicks
		case drainHandled:
			if len(l.tracker.handled) > 0 {
				return Step{Kind: StepHandled}, true
			}
			l.drain = drainTicks
		case drainTicks:
			if l.ticks.n > 0 {
				return Step{Kind: StepTick}, true
			}
			l.drain = drainMicro
		case drainMicro:
			if l.micro.n > 0 {
				return Step{Kind: StepMicrotask}, true
			}
			if l.ticks.n > 0 {
				l.drain = drainTicks
				continue
			}
			if !l.reportsNow() {
				l.tickScheduled = false
				l.drain = drainOff
				return Step{}, false
			}
			if l.bunTask() {
				l.drain = drainHandled
				continue
			}
			l.drain = drainReports
			l.tracker.begin()
		case drainReports:
			if s, ok := l.tracker.next(); ok {
				return s, true
			}
			if l.cfg.Flavour == Bun {
				l.endBunReports()
				continue
			}
			l.drain = drainOff
			if l.tracker.again() {
				l.drain = drainTicks
				continue
			}
			l.tickScheduled, l.tracker.toReport = false, false
			return Step{}, false
		default:
			return Step{}, false
		}
	}
}

func (l *Loop) stepTick() {
	if thrown := l.ticks.pop().run(l); thrown != nil {
		l.throwOutOfTick(thrown)
	}
}

// stepMicrotask runs one microtask. V8 reports what one throws and goes on with the
// next (Runtime_ReportMessageFromMicrotask), unlike with ticks.
func (l *Loop) stepMicrotask() {
	thrown := l.micro.pop().run(l)
	switch {
	case thrown == nil:
	case l.cfg.Flavour == Bun:
		l.bunThrown(thrown)
	default:
		l.uncaught(thrown, FromException)
	}
}

// throwOutOfTick reports what a tick threw. The rest of the ticks and microtasks
// stays queued for the next callback scope.
func (l *Loop) throwOutOfTick(thrown error) {
	if l.cfg.Flavour == Bun {
		l.bunThrown(thrown)
		return
	}
	l.drain = drainOff
	l.throwOut(thrown)
}

// throwOut reports what left a callback, and starts the current phase's function
// anew, as Node does.
func (l *Loop) throwOut(thrown error) {
	if l.cfg.Flavour == Bun {
		l.bunThrown(thrown)
		return
	}
	l.uncaught(thrown, FromException)
	switch l.phase {
	case phaseTimers:
		l.restartTimers()
	case phaseCheck:
		l.restartCheck()
	}
}

// uncaught is TriggerUncaughtException: it tells the listener, or ends the process.
func (l *Loop) uncaught(reason error, from Origin) {
	if l.phase == phaseDone {
		return
	}
	if l.cfg.OnUncaughtException == nil {
		if l.cfg.Flavour == Browser { // the console; a page does not end
			return
		}
		l.exit(exitUncaught, exitUncaught)
		return
	}
	if again := call(func() { l.cfg.OnUncaughtException(reason, from) }); again != nil && l.cfg.Flavour != Browser {
		l.listenerThrew()
		return
	}
	if l.cfg.Flavour == Node {
		// "Make sure any ticks get processed by ensuring that the next Immediate
		// cycle isn't empty" (lib/internal/process/execution.js).
		l.SetImmediate(nil)
	}
}
