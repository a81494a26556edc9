package jsloop

import "slices"

// browserState is what the event loop of the HTML standard keeps (8.1.7): tasks, each
// followed by a microtask checkpoint.
type browserState struct {
	timers  []*Timer // by due time, then creation
	tasks   queue[task]
	nesting int // timer nesting level of the running task (8.7)
}

// task is one task; one of its fields is set.
type task struct {
	fn      func()   // posted
	name    string   // of fn
	timer   *Timer   // due
	report  *Promise // perhaps unhandled
	handled *Promise // reported, and handled since
}

// addBrowserTimer is the timer initialisation steps (HTML 8.7).
func (l *Loop) addBrowserTimer(t *Timer) {
	b := &l.browser
	if b.nesting > 5 {
		t.ms = max(t.ms, 4*l.ms)
	}
	t.level = b.nesting + 1
	t.start = l.readClock()
	i := len(b.timers)
	for i > 0 && b.timers[i-1].start+b.timers[i-1].ms > t.start+t.ms {
		i--
	}
	b.timers = slices.Insert(b.timers, i, t)
}

func (l *Loop) dropBrowserTimer(t *Timer) {
	b := &l.browser
	if i := slices.Index(b.timers, t); i >= 0 {
		b.timers = slices.Delete(b.timers, i, i+1)
	}
}

// advanceBrowser chooses the next task.
func (l *Loop) advanceBrowser() (Step, bool) {
	b := &l.browser
	for b.tasks.n > 0 {
		switch t := b.tasks.ring[b.tasks.head]; {
		case t.fn != nil:
			return Step{Kind: StepCallback, Name: t.name}, true
		case t.timer != nil && !t.timer.ended:
			return Step{Kind: StepTimer}, true
		case t.report != nil && !t.report.handled:
			return Step{Kind: StepReport}, true
		case t.handled != nil:
			return Step{Kind: StepHandled}, true
		}
		b.tasks.pop() // has become void
	}
	if !l.alive() {
		l.phase = phaseEnd
		return Step{}, false
	}
	s := Step{Kind: StepPoll, Wait: l.posted.n == 0}
	if len(b.timers) > 0 {
		s.Timed, s.Deadline = true, l.instant(b.timers[0].start+b.timers[0].ms)
	}
	return s, true
}

// selectTasks makes tasks of what has been posted and of the timers that are due.
func (l *Loop) selectTasks() {
	b := &l.browser
	for l.posted.n > 0 {
		p := l.posted.pop()
		b.tasks.push(task{fn: p.fn, name: p.name})
	}
	now := l.lookAtClock()
	for len(b.timers) > 0 && b.timers[0].start+b.timers[0].ms <= now {
		b.tasks.push(task{timer: b.timers[0]})
		b.timers = b.timers[1:]
	}
}

// stepTask runs the next task and starts its microtask checkpoint. An exception
// stops nothing.
func (l *Loop) stepTask() {
	b := &l.browser
	t := b.tasks.pop()
	b.nesting = 0
	var thrown error
	switch {
	case t.fn != nil:
		thrown = call(t.fn)
	case t.timer != nil:
		b.nesting = t.timer.level
		thrown = call(t.timer.fn)
		if t.timer.repeat && !t.timer.ended {
			l.addBrowserTimer(t.timer)
		} else {
			l.endTimer(t.timer)
		}
	case t.report != nil:
		t.report.tracked = warned
		if l.cfg.OnUnhandledRejection != nil {
			thrown = call(func() { l.cfg.OnUnhandledRejection(t.report.reason, t.report) })
		}
	case t.handled != nil:
		if l.cfg.OnRejectionHandled != nil {
			thrown = call(func() { l.cfg.OnRejectionHandled(t.handled) })
		}
	}
	if thrown != nil {
		l.uncaught(thrown, FromException)
	}
	l.startDrain()
}

// queueReports ends a microtask checkpoint: "notify about rejected promises" (HTML
// 8.1.6.4) queues tasks that look again whether the promises are handled.
func (l *Loop) queueReports() {
	t := &l.tracker
	for _, p := range t.handled {
		l.browser.tasks.push(task{handled: p})
	}
	t.open()
	for _, p := range t.opened {
		l.browser.tasks.push(task{report: p})
	}
	t.handled, t.opened, t.toReport = t.handled[:0], t.opened[:0], false
}
