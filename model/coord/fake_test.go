package coord_test

import (
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// hand is a clock that is turned by hand: timers and wall clock of one process.
type hand struct {
	now    time.Duration
	wall   time.Duration // how much further the wall clock is
	next   int64
	timers []handTimer
	marks  []time.Duration
	kept   int // marks that were not released
}

type handTimer struct {
	id         int64
	at, period time.Duration
	fn         func()
}

func (h *hand) add(t handTimer) env.Ticket {
	h.next++
	t.id = h.next
	h.timers = append(h.timers, t)
	return env.NewTicket(h, t.id)
}

func (h *hand) CancelTicket(id int64) bool {
	n := len(h.timers)
	h.timers = slices.DeleteFunc(h.timers, func(t handTimer) bool { return t.id == id })
	return len(h.timers) < n
}

func (h *hand) Work(label string, fn func(error)) env.Ticket {
	return h.After(label, time.Millisecond, func() { fn(nil) })
}

func (h *hand) After(_ string, d time.Duration, fn func()) env.Ticket {
	return h.add(handTimer{at: h.now + d, fn: fn})
}

func (h *hand) Every(_ string, period time.Duration, fn func()) env.Ticket {
	return h.add(handTimer{at: h.now + period, period: period, fn: fn})
}

// pass lets d pass, and what is due happen.
func (h *hand) pass(d time.Duration) {
	end := h.now + d
	for {
		i := -1
		for j, t := range h.timers {
			if t.at <= end && (i < 0 || t.at < h.timers[i].at) {
				i = j
			}
		}
		if i < 0 {
			h.now = end
			return
		}
		t := h.timers[i]
		h.now = t.at
		if t.period > 0 {
			h.timers[i].at += t.period
		} else {
			h.timers = slices.Delete(h.timers, i, i+1)
		}
		t.fn()
	}
}

func (h *hand) Now() time.Duration { return h.now + h.wall }

func (h *hand) Mark() env.Mark {
	h.kept++
	h.marks = append(h.marks, h.Now())
	return env.Mark(len(h.marks))
}

func (h *hand) Elapsed(m env.Mark, d time.Duration) bool { return h.Now()-h.marks[m-1] >= d }

func (h *hand) Release(env.Mark) { h.kept-- }
