package hotreload

import "github.com/seed-3519b94c/simrun/sim/env"

// Probe is told what happens, at the instant it happens: a call stands between
// the same two scheduling points as the step it tells of. Properties are made
// of these facts; the logic never depends on them. Embed [NopProbe] to care for
// some of them only. Data and slices handed over must not be changed; slices
// other than env.Data are valid during the call only.
type Probe interface {
	// Published: the watcher has counted a reload request for the files.
	Published(hashes []Hash)
	// Taken: the event loop takes n requests at once.
	Taken(n uint32)
	// DeferredSet: the first request is put off while generation gen is as the
	// state says. DeferredCleared: no request is put off any more.
	DeferredSet(gen uint32, state PromiseState)
	DeferredCleared(gen uint32)
	// PromiseReplaced: a reload drops the promise of generation gen; printed
	// says whether its error, if any, has been printed.
	PromiseReplaced(gen uint32, state PromiseState, printed bool)

	// LoadStarted: a load chain begins, as generation gen.
	LoadStarted(gen uint32)
	// SourceRead ends each read of a source, for a load or for an error's
	// excerpt. err is nil if data is the whole text.
	SourceRead(by Actor, path string, data env.Data, err error)
	// ModuleNotFound: a load of generation gen found no file.
	ModuleNotFound(gen uint32, path string)
	// Fetched: generation gen has transpiled path from data.
	Fetched(gen uint32, path string, data env.Data)
	// JobStale: a transpiler thread drops a job of a replaced generation.
	JobStale(gen uint32, path string)
	// EvaluateStarted: the chain of generation gen leaves the loader.
	EvaluateStarted(gen uint32)
	// TopLevel: top-level code of path runs; continued after an await or not.
	TopLevel(gen uint32, path string, continued bool)
	// Settled: the entry promise of generation gen is fulfilled (err is nil)
	// or rejected. current is false if it has been replaced.
	Settled(gen uint32, err *Error, current bool)

	// MapPut: a module's map was offered to the store.
	MapPut(put MapPut)
	// Printed: the error of a generation was written to standard error.
	Printed(r Report)

	// TimerArmed and TimerFired: a ref'd timer of a program of generation gen.
	TimerArmed(gen uint32, path string)
	TimerFired(gen uint32, path string)

	// WatchAdded: path joined the watch list.
	WatchAdded(by Actor, path string, wd env.WD)
	// WatchFailed: path could not be watched.
	WatchFailed(by Actor, path string, err error)
	// Evicted: the entry left the watch list.
	Evicted(path string, wd env.WD)

	// DescriptorObtained: the thread holds a number that denotes path; lent if
	// it comes from the watch list, else newly opened.
	DescriptorObtained(by Actor, fd env.FD, path string, lent bool)
	// DescriptorUsed: a call on that number has returned.
	DescriptorUsed(by Actor, fd env.FD, call Call, err error)

	// Woken: an idle wait or a wait for timers ended; by a wake-up or by time.
	Woken(by WakeReason)
}

// PromiseState is the state of the entry promise.
type PromiseState uint8

// The states.
const (
	NoPromise PromiseState = iota
	Pending
	Fulfilled
	Rejected
)

func (s PromiseState) String() string {
	return [...]string{"none", "pending", "fulfilled", "rejected"}[s]
}

// MapPut is an offer of a source map to the store, which has one slot per path.
type MapPut struct {
	Path       string
	Generation uint32
	Mappings   int
	Outcome    MapOutcome
	// What the slot held before; zero if Outcome is MapStored.
	OldGeneration uint32
	OldMappings   int
}

// MapOutcome is what became of an offered map.
type MapOutcome uint8

// The outcomes.
const (
	MapStored      MapOutcome = iota // the first map of its path
	MapOverwritten                   // replaced another
	MapKept                          // dropped: the slot keeps the map it has
)

func (o MapOutcome) String() string {
	return [...]string{"stored", "overwritten", "kept"}[o]
}

// Report is an error as printed.
type Report struct {
	Generation uint32
	Err        *Error
	// Lookup says how the position was found.
	Lookup Lookup
	// MapGeneration is the generation whose map was asked; only if one was.
	MapGeneration uint32
	At            Position
	// Excerpt is the source line shown, with its ghost versions; none if empty.
	Excerpt env.Data
	Text    string // all that was written
}

// Lookup says how a printed position was found.
type Lookup uint8

// The ways.
const (
	NoFrame   Lookup = iota // the error has no position
	NoSource                // the source could not be read again: the generated position
	NoMap                   // no map for the path: the generated position
	NotMapped               // the map does not know the position: the generated position
	FromMap                 // the position of the source
)

func (l Lookup) String() string {
	return [...]string{"no frame", "no source", "no map", "not mapped", "mapped"}[l]
}

// Call is a system call on a descriptor.
type Call uint8

// The calls.
const (
	CallRead Call = iota
	CallSeek
	CallFstat
	CallReadDir
	CallClose
)

func (c Call) String() string {
	return [...]string{"read", "seek", "fstat", "readdir", "close"}[c]
}

// WakeReason says what ended a wait of the event loop.
type WakeReason uint8

// The reasons.
const (
	ByWake    WakeReason = iota // another thread
	ByTimer                     // a timer of a program
	ByTimeout                   // the bound of an idle wait
)

func (r WakeReason) String() string {
	return [...]string{"wake", "timer", "timeout"}[r]
}

// NopProbe is a [Probe] that does nothing.
type NopProbe struct{}

var _ Probe = NopProbe{}

// The facts.
func (NopProbe) Published([]Hash)                               {}
func (NopProbe) Taken(uint32)                                   {}
func (NopProbe) DeferredSet(uint32, PromiseState)               {}
func (NopProbe) DeferredCleared(uint32)                         {}
func (NopProbe) PromiseReplaced(uint32, PromiseState, bool)     {}
func (NopProbe) LoadStarted(uint32)                             {}
func (NopProbe) SourceRead(Actor, string, env.Data, error)      {}
func (NopProbe) ModuleNotFound(uint32, string)                  {}
func (NopProbe) Fetched(uint32, string, env.Data)               {}
func (NopProbe) JobStale(uint32, string)                        {}
func (NopProbe) EvaluateStarted(uint32)                         {}
func (NopProbe) TopLevel(uint32, string, bool)                  {}
func (NopProbe) Settled(uint32, *Error, bool)                   {}
func (NopProbe) MapPut(MapPut)                                  {}
func (NopProbe) Printed(Report)                                 {}
func (NopProbe) TimerArmed(uint32, string)                      {}
func (NopProbe) TimerFired(uint32, string)                      {}
func (NopProbe) WatchAdded(Actor, string, env.WD)               {}
func (NopProbe) WatchFailed(Actor, string, error)               {}
func (NopProbe) Evicted(string, env.WD)                         {}
func (NopProbe) DescriptorObtained(Actor, env.FD, string, bool) {}
func (NopProbe) DescriptorUsed(Actor, env.FD, Call, error)      {}
func (NopProbe) Woken(WakeReason)                               {}
