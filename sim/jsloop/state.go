package jsloop

import "encoding/binary"

// AppendState appends a description of the loop's state to dst, as far as it is not
// hidden in Go functions: where in its turn it is, what is queued, which timers are
// set. Equal loops have equal descriptions.
func (l *Loop) AppendState(dst []byte) []byte {
	add := func(vs ...int64) {
		for _, v := range vs {
			dst = binary.AppendVarint(dst, v)
		}
	}
	add(int64(l.phase), int64(l.drain), int64(l.code))
	add(int64(l.ticks.n), int64(l.micro.n), int64(l.posted.n), int64(l.batch), int64(l.refs))
	add(int64(l.immediateRefs), int64(len(l.immediates)), int64(len(l.cp.rest)))
	add(int64(l.timers.refs), l.loopTime, l.handleAt, l.nextExpiry)
	for _, list := range l.timers.lists {
		add(list.ms, list.expiry, int64(len(list.timers)))
		for _, t := range list.timers {
			add(t.start)
		}
	}
	add(int64(len(l.closing)), int64(len(l.closed)))
	flag := func(vs ...bool) {
		for _, v := range vs {
			if v {
				add(1)
			} else {
				add(0)
			}
		}
	}
	t, b, br := &l.tracker, &l.bun, &l.browser
	flag(l.chosen, l.awaiting, l.tickScheduled, l.cp.ran, l.ran, t.toReport, t.opening, t.did)
	add(int64(len(t.pending)), int64(len(t.opened)), int64(len(t.handled)))
	flag(b.main != nil, b.rejected, b.reported, b.ending, b.emitted, b.unhandled)
	add(int64(min(b.turns, 2)), int64(b.rounds)) // later turns are alike
	flag(br.selected, br.chosen, br.page.hidden)
	add(int64(br.source), int64(br.nesting))
	for _, t := range l.browser.timers {
		add(t.start, t.ms)
	}
	for _, q := range l.browser.queues {
		add(int64(q.n))
	}
	add(int64(len(l.browser.rest)), int64(len(l.browser.page.frames)), l.browser.page.due())
	return dst
}

// AppendState appends the state of the loop and what has been posted to it.
func (js *Process) AppendState(dst []byte) []byte {
	dst = js.Loop.AppendState(dst)
	for _, p := range js.inbox {
		dst = append(append(dst, p.name...), 0)
	}
	return binary.AppendVarint(dst, int64(js.waiting.Len()))
}
