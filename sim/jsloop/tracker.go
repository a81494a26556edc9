package jsloop

// tracked is how far the report of a rejection has come.
type tracked uint8

const (
	untracked tracked = iota
	pending           // rejected without a handler
	opened            // about to be reported
	warned            // reported
)

// tracker is HostPromiseRejectionTracker (ECMA-262 27.2.1.9) as in Node's
// lib/internal/process/promises.js.
type tracker struct {
	pending  []*Promise // rejected without a handler, in order
	opened   []*Promise // being reported
	handled  []*Promise // reported, and handled since
	toReport bool       // Node's kHasRejectionToWarn
	opening  bool       // the round has not come to the unhandled ones
	did      bool       // something was reported in this round
}

// rejected notes a promise that was rejected without a handler.
func (t *tracker) rejected(p *Promise) {
	p.tracked = pending
	t.pending = append(t.pending, p)
	t.toReport = true
}

// handle notes that p got its first handler after its rejection.
func (t *tracker) handle(p *Promise) {
	switch p.tracked {
	case pending:
		p.tracked = untracked
	case warned:
		p.tracked = untracked
		if p.derived && p.loop.cfg.Flavour == Bun {
			return // Bun says so of other promises only (observed)
		}
		t.handled = append(t.handled, p)
		t.toReport = true
	}
}

// begin starts a round of reports (processPromiseRejections).
func (t *tracker) begin() { t.did, t.opening = false, true }

// next says what the round reports next: first what was handled late, then what is
// unhandled by then.
func (t *tracker) next() (Step, bool) {
	if t.opening && len(t.handled) > 0 {
		return Step{Kind: StepHandled}, true
	}
	if t.opening {
		t.open()
	}
	return Step{Kind: StepReport}, len(t.opened) > 0
}

// open fixes which rejections the round reports.
func (t *tracker) open() {
	t.opening = false
	t.opened = t.opened[:0]
	for _, p := range t.pending {
		if p.tracked == pending {
			p.tracked = opened
			t.opened = append(t.opened, p)
		}
	}
	t.pending = t.pending[:0]
}

// again reports whether another round of ticks and microtasks has to follow.
func (t *tracker) again() bool { return t.did || len(t.pending) > 0 }

// stepReport reports one rejection, or that one has been handled.
func (l *Loop) stepReport() {
	if l.drain == drainOff {
		l.reportMain()
		return
	}
	t := &l.tracker
	handled := l.drain == drainHandled
	if handled {
		l.drain, l.bun.ranTask = drainTicks, true
	} else {
		s, _ := t.next()
		handled = s.Kind == StepHandled
	}
	t.did = true
	if handled {
		p := t.handled[0]
		t.handled = t.handled[1:]
		if l.cfg.OnRejectionHandled != nil {
			l.reportThrown(call(func() { l.cfg.OnRejectionHandled(p) }))
		}
		return
	}
	p := t.opened[0]
	t.opened = t.opened[1:]
	p.tracked = warned
	switch {
	case l.cfg.OnUnhandledRejection != nil:
		l.reportThrown(call(func() { l.cfg.OnUnhandledRejection(p.reason, p) }))
	case l.cfg.Flavour == Bun:
		l.bunUnhandled()
	case l.cfg.Flavour == Node:
		l.uncaught(p.reason, FromRejection)
	}
}

// reportThrown deals with what a listener threw. In Node it leaves the drain, and what
// else was about to be reported is lost.
func (l *Loop) reportThrown(thrown error) {
	if thrown == nil {
		return
	}
	if l.cfg.Flavour == Node {
		l.tracker.opened = l.tracker.opened[:0]
	}
	l.throwOutOfTick(thrown)
}
