package startup

import (
	"slices"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// RuntimeKind is the kind of JavaScript runtime that an application runs on.
type RuntimeKind uint8

// The runtime kinds.
const (
	Node   RuntimeKind = iota
	Worker             // timers and I/O are illegal outside of a request: the call throws
)

// RejectionPolicy is what the runtime does about a rejection that nobody handles and
// no listener is told of (Node's --unhandled-rejections).
type RejectionPolicy uint8

// The policies.
const (
	PolicyThrow  RejectionPolicy = iota // raised as an uncaught error, unless there is a listener
	PolicyWarn                          // one line; a listener is told too
	PolicyIgnore                        // nothing, even if there is a listener
)

// Host is the operating system as an application sees it. Its callbacks run as tasks
// of the application's loop, and what is pending keeps the loop alive.
type Host interface {
	env.Lifecycle
	env.Net
}

// Clock tells whether something is due.
type Clock interface {
	Mark() env.Mark
	Elapsed(m env.Mark, d time.Duration) bool
	Release(m env.Mark)
}

// Deps is the world of an [App]. All fields are needed, but for those that say
// otherwise.
type Deps struct {
	Loop  env.Loop
	Host  Host
	Clock Clock
	// Binaries remembers the engines that were downloaded.
	Binaries env.Store
	// Download fetches the engine of a version; done is called in a task of the loop.
	Download func(version string, done func(error))
	// BuildRouter makes the routes of a serverless runtime, and may fail.
	BuildRouter func() error
	// Import loads one of the two modules of the server library, and may fail.
	Import func() error
	Probe  Probe
	// Touch is told of accesses to shared state. Nil: nobody is.
	Touch Footprints
}

// Footprints takes note of what the current event reads and writes.
type Footprints interface {
	Reads(resource string)
	Writes(resource string)
}

type noFootprints struct{}

func (noFootprints) Reads(string)  {}
func (noFootprints) Writes(string) {}

// Settings is how an application runs.
type Settings struct {
	Switches  Switches
	Constants Constants
	Environ   Environ
	Kind      RuntimeKind
	Policy    RejectionPolicy
	Version   string // of the library, and so of the engine that it asks for
}

// App is one life of an application's process: what its registries share.
type App struct {
	deps      Deps
	set       Settings
	sw        Switches
	k         Constants
	locks     portLocks
	failures  int
	calls     int
	requests  int  // being served: on a worker, only then timers and I/O are legal
	listener  bool // of rejections
	drain     drain
	registers []*Registry
	waits     []string // what the library waits for, oldest first
}

// WaitsFor tells what the library waits for, in words; "" if for nothing.
func (a *App) WaitsFor() string { return strings.Join(a.waits, ", ") }

// await waits for p, which is called what.
func (a *App) await(c env.Async, p env.Promise, what string) (any, error) {
	a.waits = append(a.waits, what)
	v, err := c.Await(p)
	if i := slices.Index(a.waits, what); i >= 0 {
		a.waits = slices.Delete(a.waits, i, i+1)
	}
	return v, err
}

// NewApp makes an App.
func NewApp(s Settings, d Deps) *App {
	if d.Touch == nil {
		d.Touch = noFootprints{}
	}
	return &App{deps: d, set: s, sw: s.Switches, k: s.Constants}
}

// Unhandled is what happens to a rejection that nobody handled: the runtime calls it,
// once for each.
func (a *App) Unhandled(reason error) {
	f := failureOf(reason)
	switch {
	case a.set.Policy == PolicyIgnore:
	case a.listener:
		a.deps.Probe.Reported(f)
		if a.set.Policy == PolicyWarn {
			a.log(env.Warning, "UnhandledPromiseRejectionWarning", f)
		}
	case a.set.Policy == PolicyWarn:
		a.log(env.Warning, "UnhandledPromiseRejectionWarning", f)
	default:
		a.throw(reason)
	}
}

// throw throws where nobody catches it.
func (a *App) throw(reason error) {
	if f := failureOf(reason); f != nil {
		a.deps.Probe.Uncaught(f)
	}
	a.deps.Loop.Throw(reason)
}

// failureOf is the failure in an error; nil if it is none of the library's.
func failureOf(err error) *Failure {
	for err != nil {
		if f, ok := err.(*Failure); ok {
			return f
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return nil
		}
		err = u.Unwrap()
	}
	return nil
}

// illegal is the error of a timer or I/O that the runtime does not allow here.
func (a *App) illegal(what string) *Failure {
	if a.set.Kind != Worker || a.requests > 0 {
		return nil
	}
	return a.fail(SiteGlobal, what+" is not allowed outside of a request", nil)
}

// get sends a request to this machine.
func (a *App) get(c env.Async, r env.Request) (env.Response, error) {
	if f := a.illegal(r.Label); f != nil {
		return env.Response{}, f
	}
	p, _ := env.Fetch(a.deps.Loop, a.deps.Host, r)
	v, err := a.await(c, p, r.Label)
	if err != nil {
		return env.Response{}, err
	}
	resp, _ := v.(env.Response)
	return resp, nil
}

// io waits for work that is done elsewhere.
func (a *App) io(c env.Async, label string) error {
	if f := a.illegal(label); f != nil {
		return f
	}
	_, err := a.await(c, a.deps.Loop.IO(label), label)
	return err
}
