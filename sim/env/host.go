package env

import "time"

// Canceler takes back what it has given a Ticket for.
type Canceler interface {
	// CancelTicket reports whether id was still outstanding.
	CancelTicket(id int64) bool
}

// Ticket names something that will happen, so that it can be called off: a timer, a
// piece of work, a request. The zero Ticket names nothing.
type Ticket struct {
	by Canceler
	id int64
}

// NewTicket is for implementations.
func NewTicket(by Canceler, id int64) Ticket { return Ticket{by, id} }

// Cancel calls it off and reports whether it was still to happen. Calling off what
// has happened, or was called off, does nothing.
func (t Ticket) Cancel() bool { return t.by != nil && t.by.CancelTicket(t.id) }

// Timers lets the logic of an event loop or an actor wait. No callback is called
// before the method that got it has returned, and none after the process has ended.
type Timers interface {
	// Work does the piece of work called label, which takes as long as the world
	// says: fn is its effect, at its end. err is nil unless a fault of the world
	// made it fail; work that is stuck never ends.
	Work(label string, fn func(err error)) Ticket
	// After calls fn once, d after now or a little later.
	After(label string, d time.Duration, fn func()) Ticket
	// Every calls fn every period, first a period after now, until it is cancelled.
	// There is no drift, and a tick does not wait for the work of the one before.
	// Ticks that came due while the process was stalled are one, at its end.
	Every(label string, period time.Duration, fn func()) Ticket
}

// WallClock is the clock by which a process tells the time of day. It may be set,
// forwards and backwards, and run too fast or too slow; timers do not follow it.
type WallClock interface {
	// Now reads it: the time since some instant before the world began. Reading
	// commits to a value; logic that only asks whether something is due asks
	// Elapsed, which commits to less.
	Now() time.Duration
	// Mark remembers what it shows, for Elapsed. Release it when it is no longer
	// needed: each costs something on every later event.
	Mark() Mark
	// Elapsed reports whether the clock shows at least d more than at m. For more
	// than d, ask for d+1.
	Elapsed(m Mark, d time.Duration) bool
	// Release forgets m.
	Release(m Mark)
}

// Signal is a signal that a process can be sent.
type Signal uint8

// The signals in use, in the meaning of signal(7).
const (
	SIGTERM Signal = iota + 1
	SIGINT
	SIGKILL // no handler is asked
)

// String is the name of the signal.
func (s Signal) String() string {
	names := [...]string{SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGKILL: "SIGKILL"}
	if s == 0 || int(s) >= len(names) {
		return "no signal"
	}
	return names[s]
}

// ExitCode is the exit code of a process that died of s: 128 and its number.
func (s Signal) ExitCode() int {
	switch s {
	case SIGTERM:
		return 128 + 15
	case SIGINT:
		return 128 + 2
	}
	return 128 + 9
}

// Level is how serious a line of a log is.
type Level uint8

// The levels.
const (
	Debug Level = iota
	Info
	Warning
	Error
)

// String is the name of the level.
func (l Level) String() string { return [...]string{"debug", "info", "warning", "error"}[l] }

// Child is a process that another one started.
type Child interface {
	Name() string
	// Signal sends s; it takes effect a little later.
	Signal(s Signal)
}

// Lifecycle is a process as the operating system sees it.
type Lifecycle interface {
	// Name is the process's name, unique in its world.
	Name() string
	// Life counts the incarnations: 1, and 2 after a restart.
	Life() int
	// Exit ends the process at once. Its ports are free, its connections are reset,
	// its timers are forgotten, and whatever the caller does after it has no effect.
	Exit(code int)
	// OnSignal adds a handler. A signal runs all handlers in the order in which
	// they were added, and does nothing else; without one it ends the process at
	// once. SIGKILL always does. Cancelling the ticket removes the handler.
	OnSignal(s Signal, fn func()) Ticket
	// Kill sends a signal to this process itself.
	Kill(s Signal)
	// Spawn starts a program, which gets arg. exited, if not nil, is called when it
	// ended. Errors: ErrNoProgram, if there is none of that name or it cannot start.
	Spawn(program string, arg any, exited func(code int)) (Child, error)
	// Log writes a line that people read.
	Log(l Level, line string)
}

// Store is what survives the end of a process: a disk or a database. A call takes
// effect at once; how long it takes is Work of the caller's. Values must not be
// changed once they are stored.
type Store interface {
	Load(key string) (v any, ok bool)
	Save(key string, v any)
	Delete(key string)
	// Keys lists the keys that begin with prefix, sorted.
	Keys(prefix string) []string
}

// Host is the whole world of a program that reacts to events: everything else that
// it knows is volatile, and gone with the incarnation.
type Host interface {
	Lifecycle
	Timers
	WallClock
	Net
	// Disk is the storage that the machine lends the program.
	Disk() Store
}
