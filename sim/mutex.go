package sim

import (
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Mutex is an env.Mutex. Whoever unlocks it wakes the longest waiting process,
// which then tries again: another one may come first. Mutexes that are waited for in a
// circle when the world comes to rest are a deadlock: see LockOrder.
type Mutex struct {
	primitive
	lock, unlock, woken Label
	holder              *Proc
	waiters             Waitlist
}

var _ env.Mutex = (*Mutex)(nil)

// NewMutex makes a mutex. Its events are `name.lock`, `name.unlock` and, for a
// process that had to wait, `name.woken`.
func (w *World) NewMutex(name string) *Mutex {
	m := Pooled[Mutex](w, name)
	if m.w == nil {
		*m = Mutex{
			primitive: primitive{w, w.Resource(name)},
			lock:      w.Label(name + ".lock"), unlock: w.Label(name + ".unlock"), woken: w.Label(name + ".woken"),
		}
	}
	m.holder, m.waiters.procs = nil, m.waiters.procs[:0]
	return m
}

// Lock blocks until the mutex is free and takes it.
func (m *Mutex) Lock() {
	p := m.w.Running(m.lock)
	if !p.At(m.lock) {
		return
	}
	m.w.Write(m.res)
	for m.holder != nil {
		p.block(&m.waiters, m.res, m.holder, m.woken)
		if p.killed {
			return
		}
		m.w.Write(m.res)
	}
	m.holder = p
	for _, q := range m.waiters.procs {
		q.wait.holder = p
	}
}

// Unlock gives the mutex back. Only its holder may.
func (m *Mutex) Unlock() {
	p := m.w.Running(m.unlock)
	if !p.At(m.unlock) {
		return
	}
	if m.holder != p {
		m.w.misuse("%s by %q: it does not hold the mutex", m.w.labels.list[m.unlock], p.name)
	}
	m.w.Write(m.res)
	m.holder = nil
	m.w.Release(&m.waiters)
}
