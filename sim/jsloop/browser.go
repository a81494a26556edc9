package jsloop

import "slices"

// browserState is what the event loop of the HTML standard keeps (8.1.7): queues of
// tasks, of which each is followed by a microtask checkpoint.
type browserState struct {
	timers   []*Timer // by due time, then creation
	queues   [sources]queue[task]
	queued   uint64 // tasks so far
	selected bool   // what is due has been queued since the last task
	chosen   bool
	source   source     // of the task that was chosen
	rest     []callback // of the last task: before any other
	nesting  int        // timer nesting level of the running task (8.7)
	page     page
}

// source is where a task comes from. Tasks of one source stay in order; which source
// comes next is the browser's choice (8.1.7.3, "an implementation-defined manner").
type source uint8

const (
	fromPost source = iota // the network, the user
	fromMessage
	fromTimer
	fromRejection
	fromPage // rendering
	sources
)

// task is one task; one of its fields is set.
type task struct {
	age     uint64
	post    *post    // from outside, or a message
	timer   *Timer   // due
	report  *Promise // perhaps unhandled
	handled *Promise // reported, and handled since
	frame   bool
}

// void reports whether nothing of t is left to do.
func (b *browserState) void(t *task) bool {
	return t.timer != nil && t.timer.ended || t.report != nil && t.report.handled || t.frame && b.page.due() == never
}

func (l *Loop) queueTask(from source, t task) {
	b := &l.browser
	b.queued++
	t.age = b.queued
	b.queues[from].push(t)
}

// PostMessage runs fn in a task of its own, as a message of a MessageChannel or of
// postMessage to the own window does: before or after what comes from elsewhere, such
// as timers. Only browsers have it.
func (l *Loop) PostMessage(fn func()) {
	l.browserOnly("postMessage")
	l.queueTask(fromMessage, task{post: &post{name: "message", fn: fn}})
}

// browserOnly throws where there is no page.
func (l *Loop) browserOnly(name string) {
	if l.cfg.Flavour != Browser {
		Throw(&ReferenceError{name})
	}
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

// advanceBrowser chooses the next task, after looking at what has become due.
func (l *Loop) advanceBrowser() (Step, bool) {
	b := &l.browser
	for len(b.rest) > 0 && b.rest[0].over() {
		b.rest = b.rest[1:]
	}
	switch {
	case len(b.rest) > 0:
		return Step{Kind: b.rest[0].kind(), Name: b.rest[0].name}, true
	case b.selected && l.chooseTask():
		return b.queues[b.source].first().step(), true
	}
	b.selected = false
	idle := b.waiting() == 0
	if idle && !l.alive() {
		l.phase = phaseEnd
		return Step{}, false
	}
	s := Step{Kind: StepPoll, Wait: idle && l.posted.n == 0}
	if at := l.firstDue(); at != never {
		s.Timed, s.Deadline = true, l.instant(at)
	}
	return s, true
}

// firstDue is when the first timer or frame is due.
func (l *Loop) firstDue() int64 {
	at := l.browser.page.due()
	for _, t := range l.browser.timers {
		at = min(at, l.browserDue(t))
	}
	return at
}

// selectTasks makes tasks of what has been posted and of what is due.
func (l *Loop) selectTasks() {
	b := &l.browser
	for l.posted.n > 0 {
		p := l.posted.pop()
		l.queueTask(fromPost, task{post: &p})
	}
	now := l.lookAtClock()
	b.timers = slices.DeleteFunc(b.timers, func(t *Timer) bool {
		due := l.browserDue(t) <= now
		if due {
			l.queueTask(fromTimer, task{timer: t})
		}
		return due
	})
	if b.page.due() <= now && b.queues[fromPage].n == 0 {
		l.queueTask(fromPage, task{frame: true})
	}
	b.selected = true
}

// chooseTask chooses the source of the next task, and reports whether there is one.
func (l *Loop) chooseTask() bool {
	b := &l.browser
	if b.chosen {
		return true
	}
	n := b.waiting()
	if n == 0 {
		return false
	}
	i := 0
	if n > 1 && l.cfg.Choose != nil {
		i = l.cfg.Choose(n)
	}
	b.source, b.chosen = b.byAge(i), true
	return true
}

// waiting counts the queues that have a task, after dropping those that have become
// void.
func (b *browserState) waiting() (n int) {
	for i := range b.queues {
		q := &b.queues[i]
		for q.n > 0 && b.void(q.first()) {
			q.pop()
		}
		if q.n > 0 {
			n++
		}
	}
	return n
}

// byAge is the source whose first task is older than all but i others.
func (b *browserState) byAge(i int) source {
	after := uint64(0)
	for {
		best := sources
		for s := range sources {
			if q := &b.queues[s]; q.n > 0 && q.first().age > after && (best == sources || q.first().age < b.queues[best].first().age) {
				best = s
			}
		}
		if i == 0 {
			return best
		}
		i--
		after = b.queues[best].first().age
	}
}

// step is the step that runs t.
func (t *task) step() Step {
	switch {
	case t.post != nil:
		return Step{Kind: StepCallback, Name: t.post.name}
	case t.timer != nil:
		return Step{Kind: StepTimer}
	case t.report != nil:
		return Step{Kind: StepReport}
	case t.handled != nil:
		return Step{Kind: StepHandled}
	}
	return Step{Kind: StepFrame}
}

// stepTask runs the next task, or the next callback of the last one, and starts its
// microtask checkpoint. An exception stops nothing.
func (l *Loop) stepTask() {
	b := &l.browser
	var thrown error
	if len(b.rest) > 0 {
		c := b.rest[0]
		b.rest = b.rest[1:]
		thrown = c.run()
	} else {
		t := b.queues[b.source].pop()
		b.chosen, b.selected = false, false
		thrown = l.runTask(&t)
	}
	if thrown != nil {
		l.uncaught(thrown, FromException)
	}
	l.startDrain()
}

// runTask returns what t threw.
func (l *Loop) runTask(t *task) (thrown error) {
	b := &l.browser
	b.nesting = 0
	switch {
	case t.post != nil:
		for _, fn := range t.post.more {
			b.rest = append(b.rest, callback{fn: fn, name: t.post.name})
		}
		thrown = call(t.post.fn)
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
	case t.frame:
		b.rest = b.page.draw(b.rest)
		c := b.rest[0]
		b.rest = b.rest[1:]
		thrown = c.run()
	}
	return thrown
}

// queueReports ends a microtask checkpoint: "notify about rejected promises" (HTML
// 8.1.6.4) queues tasks that look again whether the promises are handled.
func (l *Loop) queueReports() {
	t := &l.tracker
	for _, p := range t.handled {
		l.queueTask(fromRejection, task{handled: p})
	}
	t.open()
	for _, p := range t.opened {
		l.queueTask(fromRejection, task{report: p})
	}
	t.handled, t.opened, t.toReport = t.handled[:0], t.opened[:0], false
}

// callback is one of several that belong together, with a microtask checkpoint after
// each: no other task comes in between.
type callback struct {
	fn    func()
	name  string
	frame *Frame
}

func (c *callback) over() bool { return c.frame != nil && c.frame.ended }

func (c *callback) kind() Kind {
	if c.frame != nil {
		return StepFrame
	}
	return StepCallback
}

func (c *callback) run() error {
	if c.frame != nil {
		c.frame.ended = true
	}
	return call(c.fn)
}
