package jsloop

// post is a callback from outside. more are further listeners of the same event.
type post struct {
	name string
	fn   func()
	more []func()
}

// Post hands the loop a callback from outside, such as the completion of a read. It
// runs in the next poll phase. Post may be called between steps and in callbacks.
func (l *Loop) Post(fn func()) { l.PostNamed("", fn) }

// PostNamed is Post with a name for the step, see Step.Name.
func (l *Loop) PostNamed(name string, fn func()) { l.posted.push(post{name: name, fn: fn}) }

// PostEvent is PostNamed for an event with several listeners. Node calls them in one
// callback, and the first that throws is the last; a browser runs microtasks after
// each, and lets none of them stop another.
func (l *Loop) PostEvent(name string, listeners ...func()) { l.posted.push(l.event(name, listeners)) }

func (l *Loop) event(name string, listeners []func()) post {
	if l.cfg.Flavour == Browser && len(listeners) > 0 {
		return post{name, listeners[0], listeners[1:]}
	}
	return post{name: name, fn: func() {
		for _, fn := range listeners {
			fn()
		}
	}}
}

// advancePoll decides whether the poll phase has to wait. It may be asked again
// and again.
func (l *Loop) advancePoll() (Step, bool) {
	if l.cfg.Flavour == Node && !l.alive() {
		l.runDry()
		return Step{}, false
	}
	if l.posted.n > 0 || l.immediateRefs > 0 || len(l.closing) > 0 || l.cfg.Flavour == Bun && l.bunHasTask() {
		return Step{Kind: StepPoll}, true
	}
	s := Step{Kind: StepPoll, Wait: true}
	if l.handleAt != never {
		s.Timed, s.Deadline = true, l.instant(l.handleAt)
	}
	return s, true
}

// stepPoll takes what has been posted up to now.
func (l *Loop) stepPoll() {
	if l.cfg.Flavour == Browser {
		l.selectTasks()
		return
	}
	l.batch, l.ran = l.posted.n, false
	l.phase = phaseIO
}

// advanceIO runs the posted callbacks, each in a callback scope of its own.
func (l *Loop) advanceIO() (Step, bool) {
	if l.closeScope() {
		return Step{}, false
	}
	if l.batch > 0 {
		return Step{Kind: StepCallback, Name: l.posted.first().name}, true
	}
	if l.cfg.Flavour == Bun {
		l.phase = phaseUpdate
		return Step{}, false
	}
	// CheckImmediate first runs Node's own immediates (RunAndClearNativeImmediates),
	// in a callback scope: when it closes, ticks that an exception has left run.
	l.phase = phaseNative
	l.startDrain()
	return Step{}, false
}

// stepCallback runs one posted callback.
func (l *Loop) stepCallback() {
	l.batch--
	l.openScope(l.posted.pop().fn)
}

// openScope runs a callback from outside in a callback scope of its own.
func (l *Loop) openScope(fn func()) {
	l.ran = true
	if thrown := call(fn); thrown != nil {
		l.ran = l.cfg.Flavour == Bun // in Node the scope failed: no ticks
		l.throwOut(thrown)
	}
}

// closeScope starts the ticks of the last callback, and reports whether there was one.
func (l *Loop) closeScope() bool {
	ran := l.ran
	if l.ran = false; ran {
		l.startDrain()
	}
	return ran
}
