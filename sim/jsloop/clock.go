package jsloop

import "time"

// readClock refreshes libuv's cached time (uv_update_time).
func (l *Loop) readClock() int64 {
	l.loopTime = max(l.loopTime, int64(l.cfg.Now())*l.ms/int64(time.Millisecond))
	return l.loopTime
}

// lookAtClock moves the cached time on as far as it makes a difference: to the last
// instant reached at which something is due. For what follows (until the next timer is
// set, which reads the clock) that is as good as the reading itself.
func (l *Loop) lookAtClock() int64 {
	if l.cfg.Due == nil {
		return l.readClock()
	}
	for {
		at := l.nextDue()
		if at == never || !l.cfg.Due(l.instant(at)) {
			return l.loopTime
		}
		l.loopTime = at
	}
}

// nextDue is the first instant after the cached time at which something is due.
func (l *Loop) nextDue() int64 {
	next := int64(never)
	look := func(at int64) {
		if at > l.loopTime && at < next {
			next = at
		}
	}
	look(l.handleAt)
	for _, list := range l.timers.lists {
		look(list.expiry)
		for _, t := range list.timers {
			look(t.start + t.ms)
		}
	}
	for _, t := range l.browser.timers {
		look(l.browserDue(t))
	}
	look(l.browser.page.due())
	return next
}

// instant converts from the loop's unit of time.
func (l *Loop) instant(at int64) time.Duration {
	return time.Duration(at) * (time.Millisecond / time.Duration(l.ms))
}
