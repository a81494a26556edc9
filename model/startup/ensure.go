package startup

import (
	"strconv"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// ensureEngine returns when an engine is healthy: one that is there, or its own child.
func (r *Registry) ensureEngine(c env.Async) *Failure {
	a := r.app
	for range 3 { // data, logs, and the directory above them
		if err := a.io(c, "mkdir"); err != nil {
			return failureOf(err)
		}
	}
	there, f := r.lookForEngine(c)
	if f != nil {
		return f
	}
	if there {
		if id, err := r.waitHealth(c); err != nil {
			return a.fail(SiteHealth, "an engine exists, but is not healthy", err)
		} else {
			a.deps.Probe.Adopted(r, id, false)
		}
		return nil
	}
	if f := r.ensureBinary(c); f != nil {
		return f
	}
	return r.spawnEngine(c)
}

// lookForEngine asks who is on the engine's port.
func (r *Registry) lookForEngine(c env.Async) (there bool, f *Failure) {
	a := r.app
	resp, err := a.get(c, env.Request{Label: "probe-health", Method: "GET", Addr: loopback(a.k.Port), Path: "/health", Timeout: a.sw.ProbeTimeout})
	if f := failureOf(err); f != nil {
		return false, f
	}
	if err != nil || !resp.OK() {
		return false, nil // refused, a network error, or not OK: nothing there
	}
	h, isHealth := resp.Body.(Health)
	switch {
	case !isHealth:
		return false, a.fail(SiteProbe, "what answers on the engine's port is not JSON", nil)
	case h.Runtime == "rivetkit":
		return false, a.fail(SiteProbe, "a manager is on the engine's port", nil)
	case h.Runtime != "engine":
		return false, a.fail(SiteProbe, "something else is on the engine's port", nil)
	case a.sw.EngineVersionCheck && h.Version != a.set.Version:
		return false, a.fail(SiteProbe, "the engine there is version "+h.Version+", not "+a.set.Version, nil)
	}
	return true, nil
}

// ensureBinary downloads the engine of this version, the first time.
func (r *Registry) ensureBinary(c env.Async) *Failure {
	a := r.app
	key := "engine-" + a.set.Version
	if _, ok := a.deps.Binaries.Load(key); ok {
		return nil
	}
	p, resolve, reject := a.deps.Loop.NewPromise()
	slow := a.deps.Loop.SetTimeout(func() { a.log(env.Warning, "the download of the engine is slow", nil) }, a.k.SlowDownload)
	a.deps.Download(a.set.Version, func(err error) {
		slow.Clear()
		if err != nil {
			reject(err)
			return
		}
		a.deps.Binaries.Save(key, true) // renamed from a unique temporary name
		resolve(nil)
	})
	if _, err := a.await(c, p, "download"); err != nil {
		return a.fail(SiteDownload, "could not download the engine", err)
	}
	return nil
}

// EngineProgram is the name of the engine's program; its argument is an EngineArg.
const EngineProgram = "engine"

// EngineArg is what an engine is started with.
type EngineArg struct {
	Version string
	Parent  string // the process that starts it
}

// spawnEngine starts an engine and waits until it, or whoever is there, is healthy.
func (r *Registry) spawnEngine(c env.Async) *Failure {
	a := r.app
	if f := a.illegal("spawn"); f != nil {
		return f
	}
	var exited *Failure
	child, err := a.deps.Host.Spawn(EngineProgram, EngineArg{a.set.Version, a.deps.Host.Name()}, func(code int) {
		exited = a.fail(SiteExit, "the engine ended", exitCode(code))
		a.log(env.Warning, "engine", exited)
	})
	if err != nil {
		return a.fail(SiteSpawn, "could not start the engine", err)
	}
	a.deps.Probe.Spawned(r, child.Name())
	id, err := r.waitHealth(c)
	if f := failureOf(err); f != nil {
		return f
	}
	if err != nil {
		f := a.fail(SiteHealth, "the engine is not healthy", err)
		f.Behind = exited
		return f
	}
	a.deps.Probe.Adopted(r, id, true)
	return nil
}

// waitHealth asks until somebody, whoever it is, is healthy.
func (r *Registry) waitHealth(c env.Async) (ServerID, error) {
	a := r.app
	var last error
	for i := range a.k.HealthTries {
		resp, err := a.get(c, env.Request{Label: "health", Method: "GET", Addr: loopback(a.k.Port), Path: "/health", Timeout: a.k.HealthAbort})
		if err == nil && resp.OK() {
			h, _ := resp.Body.(Health)
			return h.Server, nil
		}
		if f := failureOf(err); f != nil {
			return ServerID{}, f
		}
		if last = err; err == nil {
			last = &StatusError{resp.Status}
		}
		if i < a.k.HealthTries-1 {
			if err := a.pause(c, a.k.HealthPause); err != nil {
				return ServerID{}, err
			}
		}
	}
	return ServerID{}, last
}

// exitCode is the end of a child as an error.
type exitCode int

func (e exitCode) Error() string { return "exit code " + strconv.Itoa(int(e)) }
