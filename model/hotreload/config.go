package hotreload

import "time"

// Config is one build of the runtime, as a set of independent switches. Any
// combination runs. The zero value has every switch off, as no release ever
// had: it never defers a reload, keeps no descriptor in the watch list, looks
// the list up without the lock, publishes before it evicts, and has the read
// cursor of before Bun #27668. [Variants] has the builds that were released.
type Config struct {
	// Main is the path of the entry module. Empty means "hot.js".
	Main string

	// DeferPending remembers a reload request that arrives while the entry
	// promise is pending, instead of replacing the promise (Bun #29393).
	DeferPending bool
	// PendingRule says when DeferPending really defers. Zero: always.
	PendingRule PendingRule
	// DeferUnreported remembers a reload request that arrives while the entry
	// promise is rejected and its error not printed (Bun #29740, first half).
	DeferUnreported bool
	// KeepNonEmptyMap never lets a source map without mappings replace one
	// that has some (Bun #29740, second half).
	KeepNonEmptyMap bool
	// ReportBy says how an error is known to be printed. Zero: by a flag on
	// the promise.
	ReportBy ReportBy

	// LendFd keeps the descriptor of a file in the watch list, and lets who
	// reads the file again borrow the number.
	LendFd bool
	// EvictFirst evicts entries of the watch list before the reload request is
	// published; off: after.
	EvictFirst bool
	// LockedLookup makes readers of the watch list hold its lock.
	LockedLookup bool
	// MainRecreate requests a reload when a directory event names the entry
	// module and the file exists, whatever the watch list says.
	MainRecreate bool
	// WatchBeforeRead watches a file before it is read; off: after (Bun #42749).
	WatchBeforeRead bool
	// CursorReset forgets the cursor of a batch that did not fit into one
	// callback once the batch is used up; off: the rest is handed out again and
	// again, and nothing is ever read any more (Bun #27668).
	CursorReset bool

	// Coalesce says how often the watcher looks for more records before it
	// handles a batch. Zero: once.
	Coalesce Coalesce
	// CoalesceNs is how long each such look waits, in nanoseconds. Releases
	// wait 100 000. Zero only looks.
	CoalesceNs int64
	// DedupHashes keeps a reload request from naming a file twice (Bun #30617).
	DedupHashes bool

	// ParkBound bounds an idle wait of the event loop. Zero: 240 s.
	ParkBound time.Duration
	// ResetErrors clears the count of unhandled errors at a reload (Bun #34657).
	ResetErrors bool
	// ReportInBeforeExit also reports inside the loop that runs what beforeExit
	// listeners started (Bun #38638).
	ReportInBeforeExit bool
	// ForeverTimerVisible counts the timer that keeps an idle loop open as a
	// handle of the loop once it is armed. Windows does, Linux does not.
	ForeverTimerVisible bool
	// FetchInCall reads the entry module inside the call that starts the load;
	// off: in its first microtask.
	FetchInCall bool

	// LinkHops is the number of microtasks between the fetch of the last
	// module and evaluation. Zero: 3. Observed: 2 to 12.
	LinkHops int
	// Cache says what the transpile cache does for large sources. Zero: off.
	Cache Cache

	Platform

	// Heartbeats runs the garbage collector's timer, which wakes the event
	// loop 16 ms, 32 ms and 48 ms after each load and every second after that.
	Heartbeats bool
	// HeartbeatPhase is the time from the last of the three to the first of
	// the slow beats. Zero: a full second. Above a second: a second.
	HeartbeatPhase time.Duration
}

// PendingRule decides whether a reload request is deferred while the entry
// promise is pending. The letters are those of the proposals around
// Bun #29549 and #38613.
type PendingRule uint8

// The rules.
const (
	// PendingAlways defers.
	PendingAlways PendingRule = iota
	// PendingA defers iff anything can still settle the promise: a timer, a
	// handle, a module being transpiled, a queued task (#29549, first form).
	PendingA
	// PendingB drains the microtasks and looks again: it defers iff the promise
	// is then rejected and not printed (#29549, 2026-05-04).
	PendingB
	// PendingC is A without the timer that keeps an idle loop open.
	PendingC
	// PendingD is C, and report() of a pending promise performs a deferred
	// reload once nothing can settle the promise (#29549, 5215594).
	PendingD
	// PendingE is D, and a reload drains the microtasks once more after it has
	// started the load (#29549, e86f538).
	PendingE
	// PendingF asks the loader: defers while the entry module is loading or
	// linking, proceeds once it is evaluating; report() of a pending promise
	// asks again (#38613).
	PendingF
)

// leavesFirstLoad says whether the loop that waits for the first load ends
// when nothing is left that could settle the promise.
func (r PendingRule) leavesFirstLoad() bool { return r >= PendingA && r <= PendingE }

// ReportBy says how an error is known to be printed.
type ReportBy uint8

// The ways.
const (
	ByFlag       ReportBy = iota // a flag on the promise
	ByGeneration                 // the generation that was printed last
)

// Coalesce says how the watcher collects a batch of records.
type Coalesce uint8

// The ways.
const (
	OneExtra  Coalesce = iota // one more read, if more records come in time
	DrainLoop                 // reads until nothing comes in time, at most 32 (Bun #30617)
)

// Cache says what the on-disk transpile cache does. It is keyed by content and
// shared by all processes of a machine, so whether it hits is decided outside.
type Cache uint8

// The cases.
const (
	CacheOff Cache = iota
	CacheHit
	CacheMiss
)

const (
	defaultMain      = "hot.js"
	defaultParkBound = 240 * time.Second
	defaultLinkHops  = 3
)

// withDefaults fills in what a zero field stands for.
func (c Config) withDefaults() Config {
	if c.Main == "" {
		c.Main = defaultMain
	}
	if c.ParkBound <= 0 {
		c.ParkBound = defaultParkBound
	}
	if c.LinkHops <= 0 {
		c.LinkHops = defaultLinkHops
	}
	if c.HeartbeatPhase <= 0 || c.HeartbeatPhase > slowBeat {
		c.HeartbeatPhase = slowBeat
	}
	return c
}
