package hotreload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// running makes a System in the middle of its event loop, with an entry promise
// in the given state and no process: the test calls what it wants to see.
func running(t *testing.T, cfg Config, state PromiseState) *world {
	w := newWorld(t, cfg)
	w.create("hot.js", "ok")
	s := w.sys
	s.j = thread{s: s, p: &proc{w: w}, fs: s.Deps.MainFS, who: Main}
	s.promise = s.newLoad()
	s.promise.state = state
	if state == Rejected {
		s.promise.err = &Error{Text: "E0"}
	}
	return w
}

func TestReloadWhileRejected(t *testing.T) {
	for _, c := range []struct {
		cfg     Config
		printed bool
		defers  bool
	}{
		{Config{}, false, false},
		{Config{DeferPending: true}, false, false}, // the hole that #29740 closed
		{Config{DeferUnreported: true, ReportBy: ByFlag}, false, true},
		{Config{DeferUnreported: true, ReportBy: ByFlag}, true, false},
		{Config{DeferUnreported: true, ReportBy: ByGeneration}, false, true},
		{Config{DeferUnreported: true, ReportBy: ByGeneration}, true, false},
	} {
		w := running(t, c.cfg, Rejected)
		if c.printed {
			w.sys.setPrinted()
		}
		w.sys.reload()
		assert.Equal(t, c.defers, w.sys.State().Deferred, "%+v", c)
		assert.Equal(t, !c.defers, w.sys.State().Generation == 1, "%+v", c)
	}
}

func TestReloadWhilePending(t *testing.T) {
	const (
		nothing = iota
		timerArmed
		foreverTimer
		jobInFlight
		evaluating
		rejectsInMicrotask
		fulfilsInMicrotask
	)
	yes, no := true, false
	for _, c := range []struct {
		rule PendingRule
		// does it defer, in each of the situations above?
		defers [7]bool
	}{
		{PendingAlways, [7]bool{yes, yes, yes, yes, yes, yes, yes}},
		{PendingA, [7]bool{no, yes, yes, yes, no, no, no}},
		{PendingB, [7]bool{no, no, no, no, no, yes, no}},
		{PendingC, [7]bool{no, yes, no, yes, no, no, no}},
		{PendingD, [7]bool{no, yes, no, yes, no, no, no}},
		{PendingE, [7]bool{no, yes, no, yes, no, no, no}},
		{PendingF, [7]bool{yes, yes, yes, yes, no, yes, yes}},
	} {
		for situation, want := range c.defers {
			cfg := Config{DeferPending: true, DeferUnreported: true, PendingRule: c.rule, ForeverTimerVisible: true}
			w := running(t, cfg, Pending)
			s, p := w.sys, w.sys.promise
			switch situation {
			case timerArmed:
				s.arm(timer{d: time.Second})
			case foreverTimer:
				s.forever = true
			case jobInFlight:
				s.jobs++
			case evaluating:
				p.evaluating = true
			case rejectsInMicrotask:
				s.Deps.Microtasks.Enqueue(func() { p.settle(&Error{Text: "E0"}) })
			case fulfilsInMicrotask:
				s.Deps.Microtasks.Enqueue(func() { p.settle(nil) })
			}
			s.reload()
			assert.Equal(t, want, s.deferred, "rule %d, situation %d", c.rule, situation)
			assert.Equal(t, !want, s.g == 1, "rule %d, situation %d", c.rule, situation)
		}
	}
}

func TestReportOfAPendingPromise(t *testing.T) {
	for _, c := range []struct {
		rule           PendingRule
		timer, evaling bool
		reloads        bool
	}{
		{PendingAlways, false, true, false},
		{PendingA, false, true, false},
		{PendingB, false, true, false},
		{PendingC, false, true, false},
		{PendingD, false, true, true},
		{PendingD, true, true, false},
		{PendingE, false, true, true},
		{PendingE, true, true, false},
		{PendingF, false, false, false},
		{PendingF, true, true, true},
	} {
		w := running(t, Config{DeferPending: true, PendingRule: c.rule}, Pending)
		s := w.sys
		s.deferred, s.promise.evaluating = true, c.evaling
		if c.timer {
			s.arm(timer{d: time.Second})
		}
		s.report()
		assert.Equal(t, c.reloads, s.g == 1, "%+v", c)
	}
}

func TestReportPrintsOnceThenPerformsWhatWasDeferred(t *testing.T) {
	for _, by := range []ReportBy{ByFlag, ByGeneration} {
		w := running(t, Config{DeferPending: true, DeferUnreported: true, ReportBy: by}, Rejected)
		w.sys.reload()
		w.sys.reload()
		w.sys.report()
		w.sys.report()
		w.expect(`
			W defer: generation 0 is rejected
			W stderr: error: E0
			W load generation 1
			W open . = 3
			W watch . = wd 1
			W watch hot.js = wd 2
`)
	}
}

func TestRequestsCollapse(t *testing.T) {
	w := running(t, Config{}, Fulfilled)
	f := w.watcher()
	for range 5 {
		f.request(1)
		f.publish()
	}
	w.take()
	w.sys.tick()
	assert.EqualValues(t, 1, w.sys.State().Generation, "five tasks, one take, one reload")
}

// A reload during a tick is taken up in the same tick, before any report: this
// is where an error can get lost.
func TestOneTickTakesReloadsAfterMicrotasks(t *testing.T) {
	w := running(t, Config{}, Fulfilled)
	f, s := w.watcher(), w.sys
	s.Deps.Microtasks.Enqueue(func() {
		f.request(1)
		f.publish()
	})
	s.tick()
	assert.EqualValues(t, 1, s.State().Generation)
}

func TestEvaluatesAtOnceOnlyWithTheExtraDrain(t *testing.T) {
	for _, name := range []string{"V2w+D", "V2w+E"} {
		w, _, _ := boot(t, name, "never")
		w.settle()
		w.sys.reload()
		state := w.sys.State()
		assert.Equal(t, name == "V2w+E", state.Evaluating, name)
	}
}

func TestFetchInCall(t *testing.T) {
	for _, inCall := range []bool{false, true} {
		w := running(t, Config{FetchInCall: inCall}, Fulfilled)
		w.sys.reload()
		assert.Equal(t, inCall, len(w.sys.list) > 0)
		w.sys.tick()
		assert.Equal(t, State{Generation: 1, Promise: Fulfilled}, w.sys.State())
	}
}

func TestAliveEndsWithTheFirstError(t *testing.T) {
	w := running(t, Config{ForeverTimerVisible: true}, Fulfilled)
	s := w.sys
	assert.False(t, s.alive())
	s.arm(timer{d: time.Second})
	assert.True(t, s.alive())
	s.errors++
	assert.False(t, s.alive())
	s.timers, s.errors = nil, 0
	s.forever = true
	assert.True(t, s.alive(), "an armed timer of the loop itself counts where it is visible")
}

func TestBeforeExit(t *testing.T) {
	// The save comes while the loop runs what a beforeExit listener started.
	for _, name := range []string{"V2w", "V2w+H"} {
		w, _, _ := boot(t, name, "keepalive 20ms")
		w.settle()
		w.wait(30 * ms)
		w.write("hot.js", "// two\nthrow E1")
		w.take()
		w.wait(5 * ms)
		log := w.take()
		if name == "V2w" {
			require.NotContains(t, log, "stderr", "nothing reports inside the loop of beforeExit")
		} else {
			require.Contains(t, log, "stderr: error: E1")
		}
	}
}

func TestTimersFireInOrderOfDeadline(t *testing.T) {
	w := running(t, Config{}, Fulfilled)
	s := w.sys
	var fired []int
	arm := func(id int, d time.Duration) { s.arm(timer{d: d, fn: func() { fired = append(fired, id) }}) }
	arm(1, 10*ms)
	arm(2, 5*ms)
	arm(3, 10*ms)
	w.now = 6 * ms
	arm(4, 3*ms)
	arm(5, 4*ms) // due with 1 and 3, but armed later
	s.runTimers()
	assert.Equal(t, []int{2}, fired)
	w.now = 10 * ms
	s.runTimers()
	assert.Equal(t, []int{2, 4, 1, 3, 5}, fired)
}

func TestHeartbeats(t *testing.T) {
	w := newWorld(t, Config{Heartbeats: true, HeartbeatPhase: 100 * ms})
	var beats []time.Duration
	w.start("H", w.sys.RunHeartbeats)
	w.start("J", func(p env.Proc) {
		for {
			w.sys.Deps.Loop.Poll(env.Forever)
			beats = append(beats, w.now/ms)
		}
	})
	w.wait(500 * ms)
	w.sys.loadDone()
	w.wait(1500 * ms)
	assert.Equal(t, []time.Duration{100, 516, 532, 548, 648, 1648}, beats)
}
