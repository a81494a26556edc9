package jsloop

import (
	"math"
	"slices"
	"time"
)

// Timer is one SetTimeout or SetInterval.
type Timer struct {
	fn     func()
	ms     int64 // in the loop's unit of time, as is start
	start  int64
	list   *timerList
	level  int // nesting, in browsers
	repeat bool
	ended  bool // has run or has been cleared
	unref  bool
}

// timerList is Node's list of the timers of one duration: lib/internal/timers.js
// keeps them so because within one duration the order of starting is the order of
// expiry.
type timerList struct {
	ms     int64
	expiry int64
	id     uint64
	timers []*Timer // in order of start
}

// timerQueue is Node's priority queue of lists, ordered by expiry and then id.
type timerQueue struct {
	lists  []*timerList // sorted
	nextID uint64
	refs   int  // timers that keep the loop alive
	single bool // each timer has a list to itself
}

// find returns the list for ms.
func (q *timerQueue) find(ms int64) *timerList {
	if q.single {
		return nil
	}
	for _, list := range q.lists {
		if list.ms == ms {
			return list
		}
	}
	return nil
}

// place moves list to where its expiry and a new id put it. Node draws a list's id
// when it is made and again whenever it is rescheduled.
func (q *timerQueue) place(list *timerList, expiry int64) {
	q.remove(list)
	list.expiry, list.id = expiry, q.nextID
	q.nextID++
	i := len(q.lists)
	for i > 0 && q.order(q.lists[i-1].expiry) > q.order(expiry) {
		i--
	}
	q.lists = slices.Insert(q.lists, i, list)
}

// order is what expiries are compared by: Bun's are exact, but its heap compares
// whole milliseconds.
func (q *timerQueue) order(expiry int64) int64 {
	if q.single {
		return expiry / int64(time.Millisecond)
	}
	return expiry
}

// remove takes list out of the queue and reports whether it was in it.
func (q *timerQueue) remove(list *timerList) bool {
	i := slices.Index(q.lists, list)
	if i < 0 {
		return false
	}
	q.lists = slices.Delete(q.lists, i, i+1)
	return true
}

// insert appends t, started at start, and returns the list if it was made for it.
func (q *timerQueue) insert(t *Timer, start int64) (made *timerList) {
	t.start = start
	list := q.find(t.ms)
	if list == nil {
		list = &timerList{ms: t.ms}
		q.place(list, start+t.ms)
		made = list
	}
	t.list = list
	list.timers = append(list.timers, t)
	return made
}

// unlink takes t out of its list, which may become empty.
func (t *Timer) unlink() {
	if t.list == nil {
		return
	}
	if i := slices.Index(t.list.timers, t); i >= 0 {
		t.list.timers = slices.Delete(t.list.timers, i, i+1)
	}
	t.list = nil
}

// maxTimeout is the largest duration that Node's timers take: 2^31-1 ms.
const maxTimeout = 1<<31 - 1

// duration is what becomes of the argument of setTimeout: whole milliseconds, and
// in Node and Bun at least 1, which is also what everything out of range becomes.
func (l *Loop) duration(ms float64) int64 {
	if l.cfg.Flavour == Browser {
		if !(ms > 0 && ms <= maxTimeout) {
			return 0
		}
		return int64(ms) * l.ms
	}
	if !(ms >= 1 && ms <= maxTimeout) {
		return l.ms
	}
	return int64(math.Trunc(ms)) * l.ms
}

// SetTimeout runs fn once, not before ms milliseconds have passed. ms is cut to
// whole milliseconds; below 1, above 2^31-1 and NaN are 1 (in browsers 0).
func (l *Loop) SetTimeout(fn func(), ms float64) *Timer { return l.setTimer(fn, ms, false) }

// SetInterval runs fn again and again, with at least ms milliseconds between the
// starts of two runs.
func (l *Loop) SetInterval(fn func(), ms float64) *Timer { return l.setTimer(fn, ms, true) }

func (l *Loop) setTimer(fn func(), ms float64, repeat bool) *Timer {
	t := &Timer{fn: fn, ms: l.duration(ms), repeat: repeat}
	l.timers.refs++
	if l.cfg.Flavour == Browser {
		l.addBrowserTimer(t)
		return t
	}
	l.insertTimer(t, l.readClock())
	return t
}

// insertTimer is insert of lib/internal/timers.js.
func (l *Loop) insertTimer(t *Timer, start int64) {
	if made := l.timers.insert(t, start); made != nil && made.expiry < l.nextExpiry {
		// libuv counts from its cached time, which the reading for start refreshed.
		l.handleAt, l.nextExpiry = l.loopTime+t.ms, made.expiry
	}
}

// ClearTimeout stops t, which may be nil, have run, or be running: then it does
// nothing, except that an interval is not started again.
func (l *Loop) ClearTimeout(t *Timer) {
	if t == nil || t.ended {
		return
	}
	t.ended = true
	if !t.unref {
		l.timers.refs--
	}
	list := t.list
	if list == nil { // running
		list = l.timers.find(t.ms)
	}
	t.unlink()
	if list != nil && len(list.timers) == 0 {
		l.timers.remove(list)
	}
	l.dropBrowserTimer(t)
}

// ClearInterval is ClearTimeout.
func (l *Loop) ClearInterval(t *Timer) { l.ClearTimeout(t) }

// Unref lets the loop exit although t is pending.
func (l *Loop) Unref(t *Timer) {
	if !t.unref && !t.ended {
		l.timers.refs--
	}
	t.unref = true
}

// endTimer notes that t has run for the last time.
func (l *Loop) endTimer(t *Timer) {
	if !t.ended {
		t.ended = true
		if !t.unref {
			l.timers.refs--
		}
	}
}

// never is later than every expiry.
const never = math.MaxInt64
