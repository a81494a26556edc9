package startup

import (
	"github.com/seed-3519b94c/simrun/model/coord"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Site is a place in the library where something fails.
type Site string

// The sites.
const (
	SiteConfig   Site = "config"   // the configuration is wrong
	SiteGlobal   Site = "global"   // timers or I/O outside of a request, on a worker
	SiteProbe    Site = "probe"    // what answers on the engine's port is no engine
	SiteDownload Site = "download" // no binary
	SiteSpawn    Site = "spawn"    // the binary does not start
	SiteExit     Site = "exit"     // the engine ended
	SiteHealth   Site = "health"   // the engine did not become healthy
	SiteImport   Site = "import"   // the server library does not load
	SiteBind     Site = "bind"     // the port is taken
	SiteMode     Site = "mode"     // the runtime has the other mode
	SiteRouter   Site = "router"   // the router cannot be built
	SiteRoute    Site = "route"    // assertions in front of the router
	SitePort     Site = "port"     // the assertion in afterReady, r0
	SitePool     Site = "pool"     // the pool cannot be configured
	SiteReady    Site = "ready"    // startAndWait, r5
	SiteListen   Site = "listen"   // listen(), r5
	SiteMissing  Site = "missing"  // this release has no such method
)

// Failure is an error of the library.
type Failure struct {
	ID    int // of its process, from 1
	Site  Site
	What  string
	Cause error // what it wraps; may be nil

	// Behind is the failure that really made this one happen, if the library did not
	// say so: the logic does not know it, properties do.
	Behind *Failure
}

func (f *Failure) Error() string {
	if f.Cause != nil {
		return string(f.Site) + ": " + f.What + ": " + f.Cause.Error()
	}
	return string(f.Site) + ": " + f.What
}

// Unwrap is the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// fail makes a failure.
func (a *App) fail(site Site, what string, cause error) *Failure {
	a.failures++
	f := &Failure{ID: a.failures, Site: site, What: what, Cause: cause}
	a.deps.Probe.Raised(f)
	return f
}

// loose lets nobody wait for p: a failure is one line of the log.
func (a *App) loose(line string, p env.Promise) {
	l := coord.Loose{Log: func(what string, err error) { a.log(env.Error, what, failureOf(err)) }}
	l.Go(line, func(done func(error)) {
		p.Catch(func(reason error) (any, error) {
			done(reason)
			return nil, nil
		})
	})
}

// log writes a line. f is the failure that it tells of; nil if it tells of none.
func (a *App) log(l env.Level, line string, f *Failure) {
	if f != nil {
		line += ": " + f.Error()
	}
	a.deps.Host.Log(l, line)
	if f != nil {
		a.deps.Probe.Logged(l, f)
	}
}
