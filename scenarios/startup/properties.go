package startup

import "github.com/seed-3519b94c/simrun/sim"

// The properties. Where a statement has parts, each is a property.
const (
	once     = "INV-ONCE"
	errA     = "INV-ERR(a)"
	errB     = "INV-ERR(b)"
	errC     = "INV-ERR(c)"
	readyA   = "INV-READY(a)"
	readyB   = "INV-READY(b)"
	cfg      = "INV-CFG"
	mode     = "INV-MODE"
	progress = "INV-PROG"
	own      = "INV-OWN"
	exitA    = "INV-EXIT(a)"
	exitB    = "INV-EXIT(b)"
)

// docs documents properties.
func docs(names ...string) []sim.PropertyDoc {
	var out []sim.PropertyDoc
	for _, n := range names {
		out = append(out, sim.PropertyDoc{Name: n, Doc: docOf(n)})
	}
	return out
}

func docOf(name string) string {
	switch name {
	case once:
		return "per registry at most one create without a failure before it, one manager bind, one engine spawn"
	case errA:
		return "every failure is delivered to at least one caller or logged as warning or error"
	case errB:
		return "every public call that returned a promise settles, and when it fails, with the cause that made it fail, not a later one"
	case errC:
		return "no failure ends a process in which every caller has handled its own call"
	case readyA:
		return "when handler, start or startAndWait has succeeded, a server of this system accepts on the advertised port at that instant"
	case readyB:
		return "construction with a lawful configuration completes on every runtime kind"
	case cfg:
		return "every change of the configuration is in the snapshot in use, or refused or logged"
	case mode:
		return "every mode request takes effect or its caller gets the error"
	case progress:
		return "once nothing is late any more: a client is connected within 20 s of a server for it, a pool is configured within 60 s, a call succeeds, and a world that is lawfully configured for it has a server"
	case own:
		return "who answers on the port that a registry advertises, or that its client dials, belongs to that registry, and is of the version that it asked for"
	case exitA:
		return "5 s after SIGTERM, or after the application's own drain, the process is gone"
	case exitB:
		return "a script that never called its registry ends by itself within 5 s"
	}
	return ""
}
