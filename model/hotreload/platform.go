package hotreload

// Platform is what other platforms and earlier watchers do differently, each
// with its repair. The zero value is Linux as the builds here find it: the
// numbers of watches tell entries apart, no record is lost, and a tick ends
// when the queue is empty. All are switches of [Config].
type Platform struct {
	// RegisteredIndex finds the entry that a record speaks of by the position
	// in the watch list that the entry had when it was watched: what kqueue
	// hands back as user data. Off: by the number of the watch.
	RegisteredIndex bool
	// Reregister corrects that position when an eviction moves an entry
	// (Bun #29524, #29529).
	Reregister bool
	// AwaitRecreate does not request a reload when the entry module is renamed
	// or removed, but when its directory tells that it is there again.
	AwaitRecreate bool
	// Overflow says what the watcher makes of a queue that overflowed. Zero: it
	// does not notice.
	Overflow Overflow
	// LateArm loses what happens before the watcher thread waits for the first
	// time, as a system does that only reports to who has asked (Bun #40017).
	// Off: the system gathers from the first watch on.
	LateArm bool
	// RefillLimit ends a tick after that many refills of its queue, and leaves
	// what is queued to the next (Bun #42968). Zero: no limit.
	RefillLimit int
	// ZeroWait keeps a loop with a RefillLimit from waiting while tasks are
	// left. Without a limit nothing is ever left.
	ZeroWait bool
}

// Overflow says what the watcher makes of records that the system had to drop.
type Overflow uint8

// The ways.
const (
	OverflowIgnored  Overflow = iota // what was dropped never happened
	OverflowShutdown                 // taken for the end: the thread returns (Bun #42936)
	OverflowReloads                  // requests a reload, for anything may have changed
)
