package hotreload

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// RunMain is J, the thread that runs JavaScript: the first load, then the
// event loop for ever.
func (s *System) RunMain(p env.Proc) {
	s.j = thread{s: s, p: p, fs: s.Deps.MainFS, who: Main}
	s.startLoad()
	for s.promise.state == Pending {
		s.tick()
		if s.promise.state != Pending {
			break
		}
		if s.cfg.PendingRule.leavesFirstLoad() && !s.alive() {
			break
		}
		// The original spins here if nothing is open. Only another thread can
		// end that, so waiting for one is the same.
		s.autoTick(true)
	}
	if s.promise.state == Rejected {
		s.print(s.promise)
		s.setPrinted()
		s.rewatchMain()
		s.tick()
		s.park()
	}
	s.report()
	for {
		for s.alive() {
			s.tick()
			s.report()
			s.autoTick(false)
		}
		s.runBeforeExit()
		s.report()
		s.park()
	}
}

// tick runs tasks and microtasks until there are none, or until it has filled
// its queue as often as it may.
func (s *System) tick() {
	s.takeTasks()
	refills := 0
	for {
		for s.runTasks() > 0 {
			s.takeTasks()
			if refills++; refills == s.cfg.RefillLimit && s.head < len(s.tasks) {
				return
			}
		}
		s.Deps.Microtasks.Drain()
		s.takeTasks()
		if s.head == len(s.tasks) {
			return
		}
	}
}

// takeTasks moves what other threads have pushed to the loop's own queue.
func (s *System) takeTasks() {
	if s.head == len(s.tasks) {
		s.tasks, s.head = s.tasks[:0], 0
	}
	s.tasks = s.Deps.Tasks.TakeAll(s.tasks)
}

// runTasks runs the queue and returns how many tasks it ran. It returns at
// once after a reload task, without draining the microtasks: the new load has
// not begun when the next task is looked at.
func (s *System) runTasks() int {
	n := 0
	for s.head < len(s.tasks) {
		t := s.tasks[s.head]
		s.head++
		if t.IsReload() {
			s.runReload()
			return 1
		}
		s.moduleArrived(t)
		s.Deps.Microtasks.Drain()
		n++
	}
	return n
}

// alive says whether the loop has work. One unhandled error and it never has
// again, until Bun #34657 let a reload clear the counter.
func (s *System) alive() bool {
	return s.errors == 0 && (s.referenced() || s.head < len(s.tasks))
}

// referenced says whether something open keeps the loop going. A module at the
// transpiler does: its job holds a reference.
func (s *System) referenced() bool {
	return len(s.timers) > 0 || s.handles > 0 || s.jobs > 0 || s.foreverVisible()
}

func (s *System) foreverVisible() bool { return s.forever && s.cfg.ForeverTimerVisible }

// autoTick waits for the next timer or a wake-up, and runs the timers that are
// due. It does not wait if tasks are queued, nor if nothing is open, unless
// idle says so.
func (s *System) autoTick(idle bool) {
	switch {
	case s.head < len(s.tasks) && s.waitsNot() || !s.referenced() && !idle:
		s.Deps.Loop.Poll(0)
	case len(s.timers) > 0:
		next := &s.timers[0]
		s.woken(s.Deps.Loop.PollUntil(next.mark, next.d), ByTimer)
	default:
		s.woken(s.Deps.Loop.Poll(s.idleBound()), ByTimeout)
	}
	s.runTimers()
}

// park is the wait of an idle loop. It runs no timers: a loop that is not
// alive because of an error has them armed, and never fires them.
func (s *System) park() {
	if !s.referenced() {
		s.forever = true // keeps the wait from returning at once
	}
	if s.head < len(s.tasks) && s.cfg.ZeroWait {
		s.Deps.Loop.Poll(0)
	} else {
		s.woken(s.Deps.Loop.Poll(s.cfg.ParkBound), ByTimeout)
	}
	s.takeTasks()
	s.tick()
}

// waitsNot says whether tasks that are left keep the loop from waiting.
func (s *System) waitsNot() bool { return s.cfg.RefillLimit == 0 || s.cfg.ZeroWait }

// idleBound is how long a wait without timers may last.
func (s *System) idleBound() time.Duration {
	if s.forever {
		return s.cfg.ParkBound
	}
	return env.Forever
}

// woken ends a wait that could block.
func (s *System) woken(wake bool, otherwise WakeReason) {
	if wake {
		s.j.p.Step("wake")
		otherwise = ByWake
	}
	s.probe.Woken(otherwise)
}

// runBeforeExit tells the program that the loop has run out of work, and runs
// what its listeners start. Before Bun #38638 nothing reports meanwhile.
func (s *System) runBeforeExit() {
	s.emitBeforeExit()
	for {
		ran := false
		for s.alive() {
			s.tick()
			if s.cfg.ReportInBeforeExit {
				s.report()
			}
			s.autoTick(false)
			ran = true
		}
		if !ran {
			return
		}
		s.emitBeforeExit()
		if !s.alive() {
			return
		}
	}
}

func (s *System) emitBeforeExit() {
	if len(s.beforeExit) == 0 {
		return
	}
	for i := range len(s.beforeExit) {
		s.beforeExit[i]()
	}
	s.Deps.Microtasks.Drain()
}
