package startup

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// portLocks are the ports that were handed out lately in this process, as the package
// get-port keeps them: two generations, exchanged every LockPeriod from the first use,
// so that a lock lasts for one to two of them.
type portLocks struct {
	epoch env.Mark
	ports []lockedPort
}

type lockedPort struct{ port, generation int }

// generation counts the periods that have passed since the first use.
func (a *App) generation() int {
	l := &a.locks
	if l.epoch == 0 {
		l.epoch = a.deps.Clock.Mark()
		return 0
	}
	g := 0
	if n := len(l.ports); n > 0 {
		g = l.ports[n-1].generation
	}
	for a.deps.Clock.Elapsed(l.epoch, a.k.LockPeriod*time.Duration(g+1)) {
		g++
	}
	return g
}

// locked reports whether port must not be handed out.
func (a *App) locked(port int) bool {
	for _, p := range a.locks.ports {
		if p.port == port {
			return a.generation() <= p.generation+1
		}
	}
	return false
}

// lock keeps port from being handed out again for a while.
func (a *App) lock(port int) {
	g := a.generation()
	for i := range a.locks.ports {
		if a.locks.ports[i].port == port {
			a.locks.ports = append(a.locks.ports[:i], a.locks.ports[i+1:]...)
			break
		}
	}
	a.locks.ports = append(a.locks.ports, lockedPort{port, g})
}

// findFreePort looks for a port that can be bound on every address of the machine,
// from start, and in the end takes any.
func (a *App) findFreePort(c env.Async, start int) (int, *Failure) {
	for p := start; p < start+a.k.PortRange && p <= 65535; p++ {
		port, f := a.probePort(c, p)
		if f != nil || port != 0 {
			return port, f
		}
	}
	for {
		port, f := a.probePort(c, 0)
		if f != nil || port != 0 {
			return port, f
		}
	}
}

// probePort binds and closes p on every address in turn. It returns the port, 0 if
// that is taken or locked.
func (a *App) probePort(c env.Async, p int) (int, *Failure) {
	free := p
	for _, host := range a.hosts() {
		if f := a.illegal("bind"); f != nil {
			return 0, f
		}
		l, err := a.deps.Host.Bind(env.Addr{Host: host, Port: p})
		if err == nil && p == 0 {
			free = l.Addr().Port
		}
		// How long a bind and a close take; the port is visibly taken meanwhile.
		ioErr := a.io(c, "probe")
		if err == nil {
			// Closed before the loop has accepted anything: whoever has connected
			// meanwhile is in the backlog, and the kernel resets it (Linux,
			// inet_csk_listen_stop).
			l.DestroyAll()
			l.Close(nil)
		}
		if f := failureOf(ioErr); f != nil {
			return 0, f
		}
		switch err {
		case nil, env.ErrNoAddress: // an address that the machine does not have does not matter
		case env.ErrInUse, env.ErrForbidden:
			return 0, nil
		default:
			return 0, a.fail(SiteBind, "look for a free port", err)
		}
		if p == 0 {
			break
		}
	}
	if a.locked(free) {
		return 0, nil
	}
	a.lock(free)
	return free, nil
}

// hosts are the addresses that are probed: any v6, any v4, every interface.
func (a *App) hosts() []string {
	return append([]string{"::", "0.0.0.0"}, a.deps.Host.Addresses()...)
}
