package hotreload

// runReload is a reload task. However many requests have piled up, one take
// makes one reload of them.
func (s *System) runReload() {
	for {
		n := s.Deps.Pending.Swap(0)
		if n == 0 {
			return
		}
		s.probe.Taken(n)
		s.reload()
	}
}

// reload replaces the running generation by a new load, or remembers that it
// should. Replacing a promise that is rejected and not printed loses its error
// for good: report looks at the entry promise only. That is the race which Bun
// #29740 closed.
func (s *System) reload() {
	if s.promise.state == Pending && s.cfg.DeferPending && s.defersPending() {
		s.setDeferred()
		return
	}
	if s.promise.state == Rejected && s.cfg.DeferUnreported && s.unprinted() {
		s.setDeferred()
		return
	}
	if s.deferred {
		s.deferred = false
		s.probe.DeferredCleared(s.g)
	}
	if s.cfg.ResetErrors {
		s.errors = 0
	}
	s.Deps.Microtasks.Drain()
	s.j.p.Step(s.clearing()) // clears the module registry
	old := s.promise
	s.probe.PromiseReplaced(old.gen, old.state, old.state == Rejected && !s.unprinted())
	s.touch.Writes(ResourceGeneration)
	s.g++
	s.startLoad()
	if s.cfg.PendingRule == PendingE {
		s.Deps.Microtasks.Drain()
	}
}

// clearing names the step that clears the module registry. Every second time it
// also collects garbage, and returns only afterwards: a collection each time
// would lose the cached sources (GlobalObject::reload in Bun's
// ZigGlobalObject.cpp).
func (s *System) clearing() string {
	s.reloads++
	if s.reloads%2 == 0 {
		return "reload.gc"
	}
	return "reload"
}

func (s *System) setDeferred() {
	if !s.deferred {
		s.deferred = true
		s.probe.DeferredSet(s.g, s.promise.state)
	}
}

// defersPending decides what a request does to a pending promise.
func (s *System) defersPending() bool {
	switch s.cfg.PendingRule {
	case PendingA:
		return s.canSettle(true)
	case PendingB:
		s.Deps.Microtasks.Drain()
		return s.promise.state == Rejected && s.unprinted()
	case PendingC, PendingD, PendingE:
		return s.canSettle(false)
	case PendingF:
		return !s.promise.evaluating
	}
	return true
}

// canSettle says whether anything is under way that could still settle the
// entry promise.
func (s *System) canSettle(foreverTimer bool) bool {
	return len(s.timers) > 0 || s.handles > 0 || s.jobs > 0 || s.head < len(s.tasks) ||
		foreverTimer && s.foreverVisible()
}

// unprinted says whether the entry promise's error, if it has one, has not
// been printed.
func (s *System) unprinted() bool {
	if s.cfg.ReportBy == ByFlag {
		return !s.promise.printed
	}
	return s.reportedAt != s.g
}

func (s *System) setPrinted() {
	s.promise.printed = true
	s.reportedAt = s.g
}

// report prints the error of the entry promise, once, and performs a deferred
// reload. The event loop calls it between ticks, never during one; one tick
// takes as many reload tasks as come.
func (s *System) report() {
	if s.promise.state == Pending {
		s.reportPending()
	} else {
		if s.promise.state == Rejected && s.unprinted() {
			s.setPrinted() // first, so that nothing prints it again meanwhile
			s.print(s.promise)
		}
		if s.deferred {
			s.reload()
		}
	}
	s.rewatchMain()
}

// reportPending is what the proposals around Bun #29549 and #38613 do about a
// request deferred on a promise that nothing settles.
func (s *System) reportPending() {
	if !s.deferred {
		return
	}
	switch s.cfg.PendingRule {
	case PendingD, PendingE:
		if !s.canSettle(false) {
			s.reload()
		}
	case PendingF:
		s.reload()
	}
}
