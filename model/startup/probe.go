package startup

import (
	"strconv"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// ServerID says which server answers. It is for properties: the logic does not look.
type ServerID struct {
	Process  string // the process that answers
	Registry int    // the registry whose manager it is, from 1; 0 for an engine
	Version  string // of an engine
}

// String is how people call it.
func (id ServerID) String() string {
	switch {
	case id.Registry != 0:
		return "the manager of registry " + strconv.Itoa(id.Registry) + " of " + id.Process
	case id.Process == "":
		return "something else"
	}
	return id.Process + " " + id.Version
}

// Probe is told the facts that properties are made of.
type Probe interface {
	// Raised: an error came into being.
	Raised(f *Failure)
	// Logged: a line about f was written.
	Logged(l env.Level, f *Failure)
	// Uncaught: f is about to be thrown where nobody catches it. The runtime writes it to
	// the standard error and ends the process.
	Uncaught(f *Failure)
	// Reported: the rejection listener of the application was called with f.
	Reported(f *Failure)
	// Constructing and Constructed: a registry is made. f is what the constructor threw.
	Constructing(r *Registry)
	Constructed(r *Registry, f *Failure)
	// Creating: a runtime begins to be made. Created: that has ended; f is nil if it
	// is there.
	Creating(r *Registry)
	Created(r *Registry, f *Failure)
	// Snapshot: c is put to use.
	Snapshot(r *Registry, c Config)
	// Mutated: the application changed a field of the raw configuration.
	Mutated(r *Registry, field string)
	// Bound: a manager of r listens on port. Closed: it does not any more, but lives on.
	Bound(r *Registry, port int)
	Closed(r *Registry, port int)
	// Spawned: r started an engine. Adopted: r uses the engine that answered with id;
	// spawned says whether it had started one itself.
	Spawned(r *Registry, engine string)
	Adopted(r *Registry, id ServerID, spawned bool)
	// Called: a public method returned. Its promise may settle later.
	Called(c *Call)
	// Mode: a runtime of r has this mode now.
	Mode(r *Registry, k Kind)
	// Refused: what was asked for mode k got f instead.
	Refused(r *Registry, k Kind, f *Failure)
	// PoolWanted and PoolConfigured: a serverless pool is asked for, and there.
	PoolWanted(r *Registry)
	PoolConfigured(r *Registry)
	// Draining: the application's own listener of SIGTERM was called.
	Draining()
	// Done: the script has come to its end.
	Done()
}
