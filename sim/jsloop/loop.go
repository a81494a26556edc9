package jsloop

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/coro"
)

// Value is a JavaScript value. nil is undefined.
type Value = any

// Flavour is whose rules a loop follows.
type Flavour uint8

const (
	// Node is Node v20.
	Node Flavour = iota
	// Bun is Bun 1.4.
	Bun
	// Browser is the event loop of the HTML standard.
	Browser
)

// String returns the flavour's name.
func (f Flavour) String() string { return [...]string{"node", "bun", "browser"}[f] }

// Entry is what kind of file the main script is.
type Entry uint8

const (
	// CJS is a CommonJS script: after it, ticks run before microtasks.
	CJS Entry = iota
	// ESM is an ECMAScript module. It runs inside a promise job: after it, and
	// after each of its awaits, microtasks run before ticks.
	ESM
)

// Origin is where an uncaught exception came from.
type Origin uint8

const (
	// FromException: thrown by a callback.
	FromException Origin = iota
	// FromRejection: the reason of a rejection that nobody handled (Node calls the
	// origin 'unhandledRejection').
	FromRejection
)

// Config configures a Loop. Only Now is required, and Start provides that itself.
type Config struct {
	// Now reads the clock: the time since any origin, never backwards. The loop reads
	// it at the start of each timers phase, for each timer that is set, and before
	// each run of an interval. Node's clock has whole milliseconds, so its loop drops
	// the rest.
	Now func() time.Duration
	// Due reports whether the clock shows at least so much. The loop asks it in place
	// of Now where all it wants to know is which timers are due, about their instants
	// in rising order and no further than to the first that is not. Nil: ask Now.
	Due     func(at time.Duration) bool
	Flavour Flavour
	Entry   Entry
	// Pool has the coroutines of async functions. Nil: the loop makes one of its
	// own, which Close closes.
	Pool *coro.Pool

	// The listeners of Node's process events of these names; nil: no listener. They
	// are called inside the step that has something to report.
	OnUnhandledRejection func(reason error, p *Promise)
	OnUncaughtException  func(reason error, from Origin)
	OnRejectionHandled   func(p *Promise)
	// OnBeforeExit is told that nothing is left to do, with the code to exit with. If
	// it finds something, the loop goes on, and it is told again. Browsers have no such
	// event.
	OnBeforeExit func(code int)
	// OnExit gets the code that a listener of 'exit' sees.
	OnExit func(code int)
	// OnEnd is told that the process ends, whatever listeners did, with its exit code:
	// see ExitCode.
	OnEnd func(code int)

	// Choose chooses one of n queues of tasks that are not empty, in browsers, by the
	// age of their first task: 0 is the oldest. Nil: always that one.
	Choose func(n int) int
}

// phase is where in its turn the loop is.
type phase uint8

const (
	phaseMain    phase = iota
	phaseTurn          // the turn begins; exits if nothing is left
	phaseUpdate        // the clock is read
	phaseTimers        // timers that are due
	phaseAgain         // timers that have become due meanwhile
	phasePoll          // waits for callbacks from outside
	phaseIO            // runs them
	phaseNative        // Node's own immediates
	phaseCheck         // immediates
	phaseClose         // handles that were closed are taken
	phaseClosing       // and their callbacks run
	phaseDry           // nothing is left: emit beforeExit
	phaseEmitted       // has been emitted
	phaseEnd           // nothing is left: emit exit
	phaseExited        // has been emitted
	phaseDone
)

// Loop is one event loop. It is not safe for concurrent use.
type Loop struct {
	cfg   Config
	pool  *coro.Pool
	owned bool // the pool is ours to close

	phase  phase
	main   func()
	module func(*Async) error // a main module with top-level await
	code   int                // exit code of the process
	chosen bool               // by SetExitCode or Exit
	// telling: the listener of exit runs. left: Exit leaves what runs.
	telling, left bool
	// awaiting: the main module has not settled.
	awaiting bool

	ticks   queue[job]
	micro   queue[job]
	drain   drain
	tracker tracker
	// tickScheduled is Node's kHasTickScheduled: it stays set when a tick throws.
	tickScheduled bool

	ms         int64 // the length of 1 ms in the loop's unit of time
	timers     timerQueue
	tp         timersPhase
	loopTime   int64 // libuv's cached time
	handleAt   int64 // when libuv's one timer is due
	nextExpiry int64

	immediates    []*Immediate
	immediateRefs int
	cp            checkPhase

	posted  queue[post]
	batch   int      // posted callbacks that this poll phase runs
	closing []func() // of CloseHandle
	closed  []func() // of the current closing phase
	ran     bool     // one of either has, and its ticks are next
	refs    int      // Ref calls that keep the loop alive

	bun     bunState
	browser browserState
}

// New makes a loop. Give it its main script with Main or MainAsync.
func New(cfg Config) *Loop {
	l := &Loop{cfg: cfg, pool: cfg.Pool, ms: 1, handleAt: never, nextExpiry: never}
	if cfg.Flavour != Node {
		l.ms = int64(time.Millisecond)
		l.timers.single = true
	}
	if l.pool == nil {
		l.pool, l.owned = &coro.Pool{}, true
	}
	return l
}

// Close ends the async functions that still wait, with their deferred functions,
// if the loop has its own pool.
func (l *Loop) Close() {
	if l.owned {
		l.pool.Close()
	}
}

// Main sets the main script.
func (l *Loop) Main(script func()) { l.main = script }

// MainAsync sets a main module with top-level await; the entry must be ESM. What it
// returns, it throws.
func (l *Loop) MainAsync(module func(a *Async) error) { l.module = module }

// Ref keeps the loop alive although it has nothing to do, as an open socket does;
// each call needs its Unref.
func (l *Loop) Ref() { l.refs++ }

// Release undoes one Ref.
func (l *Loop) Release() { l.refs-- }

// nodeOnly throws in a browser, which has nothing of this name.
func (l *Loop) nodeOnly(name string) {
	if l.cfg.Flavour == Browser {
		Throw(&ReferenceError{name})
	}
}

// alive reports whether something is left that the loop must wait for.
func (l *Loop) alive() bool {
	if l.cfg.Flavour == Bun {
		return l.bunAlive()
	}
	return l.timers.refs > 0 || l.immediateRefs > 0 || l.refs > 0 || l.posted.n > 0 || len(l.closing) > 0 ||
		l.browser.page.due() != never
}

// Next says what the loop would do next. It changes nothing that can be observed:
// between Next and Step, the world may Post and let time pass.
func (l *Loop) Next() Step {
	for l.phase != phaseDone {
		if l.drain != drainOff {
			if s, ok := l.advanceDrain(); ok {
				return s
			}
			continue
		}
		if s, ok := l.advance(); ok {
			return s
		}
	}
	return Step{}
}

// advance moves through the phases to the next step outside of a drain.
func (l *Loop) advance() (Step, bool) {
	switch l.phase {
	case phaseMain:
		return Step{Kind: StepMain}, true
	case phaseTurn:
		return l.advanceTurn()
	case phaseUpdate:
		return l.advanceUpdate()
	case phaseTimers:
		return l.advanceTimers()
	case phaseAgain:
		return l.advanceAgain()
	case phasePoll:
		return l.advancePoll()
	case phaseIO:
		return l.advanceIO()
	case phaseNative:
		l.openCheck()
		return Step{}, false
	case phaseCheck:
		return l.advanceCheck()
	case phaseClose:
		l.closed, l.closing = l.closing, l.closed[:0]
		l.phase = phaseClosing
		return Step{}, false
	case phaseClosing:
		return l.advanceClosing()
	case phaseDry:
		return Step{Kind: StepBeforeExit}, true
	case phaseEmitted:
		l.advanceEmitted()
		return Step{}, false
	}
	return Step{Kind: StepExit}, true
}

// Step does what Next says, and returns it.
func (l *Loop) Step() (s Step) {
	defer func() { stopExiting(recover()) }()
	s = l.Next()
	if l.cfg.Flavour == Browser && l.phase == phaseTurn && l.drain == drainOff && s.Kind != StepPoll {
		l.stepTask()
		return s
	}
	switch s.Kind {
	case StepMain:
		l.stepMain()
	case StepTick:
		l.stepTick()
	case StepMicrotask:
		l.stepMicrotask()
	case StepTimers:
		l.openTimers()
	case StepTimer:
		l.stepTimer()
	case StepPoll:
		l.stepPoll()
	case StepCallback:
		l.stepCallback()
	case StepImmediate:
		l.stepImmediate()
	case StepClose:
		l.stepClose()
	case StepBeforeExit:
		l.stepBeforeExit()
	case StepReport, StepHandled:
		l.stepReport()
	case StepExit:
		l.stepExit()
	}
	l.endExited()
	return s
}

// advanceTurn begins a turn of the loop (uv_run, libuv src/unix/core.c).
func (l *Loop) advanceTurn() (Step, bool) {
	if l.cfg.Flavour == Browser {
		return l.advanceBrowser()
	}
	if l.cfg.Flavour == Bun {
		l.advanceBunTurn()
		return Step{Kind: StepReport}, l.bun.main != nil && l.drain == drainOff
	}
	if !l.alive() {
		l.runDry()
		return Step{}, false
	}
	l.phase = phaseUpdate
	return Step{}, false
}

// advanceUpdate reads the clock, if there is a timer for which it matters: one that was
// cleared may have left libuv's timer behind.
func (l *Loop) advanceUpdate() (Step, bool) {
	if len(l.timers.lists) == 0 && l.handleAt == never {
		l.phase = l.afterTimers()
		return Step{}, false
	}
	return Step{Kind: StepTimers}, true
}

// afterTimers is the phase that follows the timers phase. Node's turn is timers,
// poll, check; Bun's is check, poll, timers.
func (l *Loop) afterTimers() phase {
	if l.cfg.Flavour == Bun {
		return phaseTurn
	}
	return phasePoll
}
