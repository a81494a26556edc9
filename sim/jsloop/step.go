package jsloop

import (
	"fmt"
	"time"
)

// Kind says what a step does.
type Kind uint8

const (
	// StepDone: the loop has exited; there is no step.
	StepDone Kind = iota
	// StepMain runs the main script up to its end or its first await.
	StepMain
	// StepTick runs one callback of NextTick.
	StepTick
	// StepMicrotask runs one microtask: a callback of QueueMicrotask, a
	// PromiseReactionJob or a NewPromiseResolveThenableJob.
	StepMicrotask
	// StepTimers reads the clock and opens the timers phase.
	StepTimers
	// StepTimer runs one callback of SetTimeout or SetInterval.
	StepTimer
	// StepPoll takes the callbacks that have been posted; see Step.Wait.
	StepPoll
	// StepCallback runs one callback of Post.
	StepCallback
	// StepImmediate runs one callback of SetImmediate.
	StepImmediate
	// StepClose runs one callback of CloseHandle.
	StepClose
	// StepFrame runs one callback of RequestAnimationFrame.
	StepFrame
	// StepReport reports one unhandled rejection, uncaught if nobody listens.
	StepReport
	// StepHandled reports that a reported rejection has been handled after all.
	StepHandled
	// StepBeforeExit reports that nothing is left to do.
	StepBeforeExit
	// StepExit reports the exit code; the loop is done.
	StepExit
)

// String returns the kind's name, in lower case.
func (k Kind) String() string {
	names := [...]string{"done", "main", "tick", "microtask", "timers", "timer", "poll",
		"callback", "immediate", "close", "frame", "report", "handled", "before-exit", "exit"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Step is one atomic piece of the loop's work.
type Step struct {
	Kind Kind
	// Name is what a posted callback was called, see PostNamed.
	Name string
	// Wait is set on a StepPoll with nothing to take: the loop sleeps until a Post or,
	// if Timed, until its clock shows Deadline. A Poll that is stepped before that
	// is a spurious wake-up and does no harm.
	Wait     bool
	Timed    bool
	Deadline time.Duration // on the loop's clock
}
