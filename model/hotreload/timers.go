package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// timer is a ref'd timer of a program.
type timer struct {
	gen    uint32
	path   string
	mark   env.Mark // when it was armed
	d      time.Duration
	fn     func()
	repeat bool
	await  bool // the module's top-level code goes on
	seq    int
}

// minInterval is what JavaScript makes of shorter intervals.
const minInterval = time.Millisecond

// newTimer arms a timer for m.
func (s *System) newTimer(m *Module, t timer) {
	t.gen, t.path = m.load.gen, m.path
	if t.repeat {
		t.d = max(t.d, minInterval)
	}
	t.d = max(t.d, 0)
	s.arm(t)
	s.probe.TimerArmed(t.gen, t.path)
}

// arm puts t among the timers, which are kept in the order in which they are
// due. Which of two is due first is a question of how much of the older one's
// time has passed: asking that commits the world to less than reading the
// clock would.
func (s *System) arm(t timer) {
	p := s.j.p
	t.mark = p.Mark()
	t.seq = s.timerSeq
	s.timerSeq++
	at := len(s.timers)
	for at > 0 {
		if older := &s.timers[at-1]; older.d <= t.d || p.Elapsed(older.mark, older.d-t.d) {
			break
		}
		at--
	}
	s.timers = append(s.timers, timer{})
	copy(s.timers[at+1:], s.timers[at:])
	s.timers[at] = t
}

// runTimers runs the timers that are due, and the microtasks after each. One
// armed meanwhile waits for the next turn, even if it is due.
func (s *System) runTimers() {
	limit := s.timerSeq
	for len(s.timers) > 0 && s.timers[0].seq < limit {
		t := s.timers[0]
		if !s.j.p.Elapsed(t.mark, t.d) {
			return
		}
		copy(s.timers, s.timers[1:])
		s.timers = s.timers[:len(s.timers)-1]
		s.j.p.Release(t.mark)
		s.probe.TimerFired(t.gen, t.path)
		if t.await {
			s.probe.TopLevel(t.gen, t.path, true)
		}
		t.fn()
		if t.repeat {
			s.arm(t)
		}
		s.Deps.Microtasks.Drain()
	}
}
