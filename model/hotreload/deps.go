package hotreload

import "github.com/seed-3519b94c/simrun/sim/env"

// Deps is the world of one [System]. All fields are needed, but for those that
// say otherwise.
type Deps struct {
	// The files as each thread sees them. All three share one descriptor table.
	MainFS, WatcherFS, TranspilerFS env.FS

	Watcher env.Watcher // the inotify instance
	List    env.Mutex   // guards the watch list
	Maps    env.Mutex   // guards the source maps

	Pending env.Uint32      // reload requests since the last take
	Tasks   env.Queue[Task] // to the event loop, from any thread
	Jobs    env.Queue[Job]  // to the transpiler threads

	Loop env.Waker // wakes the event loop
	GC   env.Waker // tells the heartbeats of a load; unused if Config.Heartbeats is off

	Microtasks env.Microtasks
	Stderr     env.Output

	// Compile is the language: what the transpiler makes of a source text. It
	// must be a pure function. It may return the same Unit for the same text.
	Compile func(path string, source env.Data) Unit

	// Probe is told the facts that properties are made of. Nil: nobody is.
	Probe Probe
	// Touch is told of accesses to shared state that no lock guards. Nil:
	// nobody is.
	Touch Footprints
}

// Footprints takes note of what the current event reads and writes, for state
// that threads share without asking the environment: here the watch list, when
// it is looked up without the lock, the cached directory listing, and the
// generation. The call itself is not a scheduling point.
type Footprints interface {
	Reads(resource string)
	Writes(resource string)
}

// The resources told to [Footprints].
const (
	ResourceList       = "list"       // the watch list
	ResourceListing    = "listing"    // the cached listing of the entry's directory
	ResourceGeneration = "generation" // the current generation
)

type noFootprints struct{}

func (noFootprints) Reads(string)  {}
func (noFootprints) Writes(string) {}

// maxHashes is the capacity of a reload request.
const maxHashes = 8

// Hash names a watched path.
type Hash uint32

// HashOf is the 32-bit FNV-1a hash of path.
func HashOf(path string) Hash {
	h := uint32(2166136261)
	for i := range len(path) {
		h = (h ^ uint32(path[i])) * 16777619
	}
	return Hash(h)
}

// Task is an entry of the event loop's queue: a reload request, or a module
// that the transpiler has finished.
type Task struct {
	module *Module // nil: a reload request
	err    *Error
	stale  bool
	hashes [maxHashes]Hash
	n      uint8
}

// IsReload reports whether the task is a reload request.
func (t *Task) IsReload() bool { return t.module == nil }

// Hashes are the files that a reload request names.
func (t *Task) Hashes() []Hash { return t.hashes[:t.n] }

// Job is a module to transpile.
type Job struct {
	module *Module
}

// Path is the module's path.
func (j Job) Path() string { return j.module.path }

// Generation is the generation of the load that asked.
func (j Job) Generation() uint32 { return j.module.load.gen }

// Actor is a kind of thread.
type Actor uint8

// The actors.
const (
	Watcher    Actor = iota // F, the file watcher
	Main                    // J, the event loop
	Transpiler              // T, the transpiler pool
)

func (a Actor) String() string {
	switch a {
	case Watcher:
		return "F"
	case Main:
		return "J"
	case Transpiler:
		return "T"
	}
	return "?"
}
