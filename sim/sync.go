package sim

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// waiting is where a process is blocked without an event of its own.
type waiting struct {
	list    *waitlist
	on      Resource
	holder  *Proc // whom it waits for, if that is known
	timeout EventRef
	woken   Label
}

// waitlist is a queue of blocked processes.
type waitlist struct{ procs []*Proc }

// block parks p on list until release, or until its timeout fires. It reports
// whether it was released.
func (p *Proc) block(list *waitlist, on Resource, holder *Proc, woken Label) bool {
	p.wait.list, p.wait.on, p.wait.holder, p.wait.woken = list, on, holder, woken
	list.procs = append(list.procs, p)
	if rec := p.world.rec; rec != nil {
		rec.blocked(p)
	}
	p.yield()
	released := p.wait.list == nil
	p.leave()
	return released
}

// leave takes p off the list that it is blocked on, if any.
func (p *Proc) leave() {
	if l := p.wait.list; l != nil {
		for i, q := range l.procs {
			if q == p {
				l.procs = append(l.procs[:i], l.procs[i+1:]...)
				break
			}
		}
	}
	p.wait = waiting{}
}

// release lets the first process on list go on, when its `woken` event fires.
func (w *World) release(list *waitlist) {
	if len(list.procs) == 0 {
		return
	}
	p := list.procs[0]
	w.Cancel(p.wait.timeout)
	l := p.wait.woken
	p.leave()
	p.wake = w.arm(p, l, p.window(l), nil, 0)
}

// at is the scheduling point of a primitive. It reports whether the call goes
// on: not if p is being unwound.
func (p *Proc) at(l Label) bool {
	p.StepFor(l, p.window(l))
	return !p.killed
}

// primitive is what every shared thing has: a world, a resource, and labels.
type primitive struct {
	w   *World
	res Resource
}

// Pooled returns the T that this scenario got under this name in its last run
// in this World, or a new one: for parts of a world that keep memory from run
// to run. The caller resets it.
func Pooled[T any](w *World, name string) *T {
	if v, ok := w.pooled[name].(*T); ok {
		return v
	}
	v := new(T)
	w.pooled[name] = v
	return v
}

// Mutex is an env.Mutex. Whoever unlocks it wakes the longest waiting process,
// which then tries again: another one may come first.
type Mutex struct {
	primitive
	lock, unlock, woken Label
	holder              *Proc
	waiters             waitlist
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
	p := m.w.running(m.lock)
	if !p.at(m.lock) {
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
}

// Unlock gives the mutex back. Only its holder may.
func (m *Mutex) Unlock() {
	p := m.w.running(m.unlock)
	if !p.at(m.unlock) {
		return
	}
	if m.holder != p {
		m.w.misuse("%s by %q: it does not hold the mutex", m.w.labels.list[m.unlock], p.name)
	}
	m.w.Write(m.res)
	m.holder = nil
	m.w.release(&m.waiters)
}

// Uint32 is an env.Uint32.
type Uint32 struct {
	primitive
	add, swap, load Label
	v               uint32
}

var _ env.Uint32 = (*Uint32)(nil)

// NewUint32 makes a counter that starts at zero. Its events are `name.add`,
// `name.swap` and `name.load`.
func (w *World) NewUint32(name string) *Uint32 {
	u := Pooled[Uint32](w, name)
	if u.w == nil {
		*u = Uint32{
			primitive: primitive{w, w.Resource(name)},
			add:       w.Label(name + ".add"), swap: w.Label(name + ".swap"), load: w.Label(name + ".load"),
		}
	}
	u.v = 0
	return u
}

// Add adds delta and returns the sum.
func (u *Uint32) Add(delta uint32) uint32 {
	if u.w.running(u.add).at(u.add) {
		u.w.Write(u.res)
		u.v += delta
	}
	return u.v
}

// Swap stores v and returns what was there.
func (u *Uint32) Swap(v uint32) uint32 {
	old := u.v
	if u.w.running(u.swap).at(u.swap) {
		u.w.Write(u.res)
		old, u.v = u.v, v
	}
	return old
}

// Load returns the value.
func (u *Uint32) Load() uint32 {
	if u.w.running(u.load).at(u.load) {
		u.w.Read(u.res)
	}
	return u.v
}

// Queue is an env.Queue.
type Queue[T any] struct {
	primitive
	push, pop, take, woken Label
	items                  []T
	waiters                waitlist
}

// NewQueue makes an empty queue. Its events are `name.push`, `name.pop`,
// `name.take` and, for a process that waited in Pop, `name.woken`.
func NewQueue[T any](w *World, name string) *Queue[T] {
	q := Pooled[Queue[T]](w, name)
	if q.w == nil {
		*q = Queue[T]{
			primitive: primitive{w, w.Resource(name)},
			push:      w.Label(name + ".push"), pop: w.Label(name + ".pop"),
			take: w.Label(name + ".take"), woken: w.Label(name + ".woken"),
		}
	}
	clear(q.items)
	q.items, q.waiters.procs = q.items[:0], q.waiters.procs[:0]
	return q
}

// Push appends v.
func (q *Queue[T]) Push(v T) {
	if !q.w.running(q.push).at(q.push) {
		return
	}
	q.w.Write(q.res)
	q.items = append(q.items, v)
	q.w.release(&q.waiters)
}

// Pop blocks while the queue is empty and takes the first item.
func (q *Queue[T]) Pop() (v T) {
	p := q.w.running(q.pop)
	if !p.at(q.pop) {
		return v
	}
	q.w.Write(q.res)
	for len(q.items) == 0 {
		p.block(&q.waiters, q.res, nil, q.woken)
		if p.killed {
			return v
		}
		q.w.Write(q.res)
	}
	v = q.items[0]
	n := copy(q.items, q.items[1:])
	clear(q.items[n:])
	q.items = q.items[:n]
	return v
}

// TakeAll appends everything queued to dst.
func (q *Queue[T]) TakeAll(dst []T) []T {
	if !q.w.running(q.take).at(q.take) {
		return dst
	}
	q.w.Write(q.res)
	dst = append(dst, q.items...)
	clear(q.items)
	q.items = q.items[:0]
	return dst
}

// Waker is an env.Waker.
type Waker struct {
	primitive
	wake, poll, woken, timeout Label
	set                        bool
	waiters                    waitlist
}

var _ env.Waker = (*Waker)(nil)

// NewWaker makes a waker. Its events are `name.wake`, `name.poll` and, for a
// process that waited in Poll, `name.woken` or `name.timeout`.
func (w *World) NewWaker(name string) *Waker {
	k := Pooled[Waker](w, name)
	if k.w == nil {
		*k = Waker{
			primitive: primitive{w, w.Resource(name)},
			wake:      w.Label(name + ".wake"), poll: w.Label(name + ".poll"),
			woken: w.Label(name + ".woken"), timeout: w.Label(name + ".timeout"),
		}
	}
	k.set, k.waiters.procs = false, k.waiters.procs[:0]
	return k
}

// Wake lets the present or the next Poll return.
func (k *Waker) Wake() {
	if !k.w.running(k.wake).at(k.wake) {
		return
	}
	k.w.Write(k.res)
	k.set = true
	k.w.release(&k.waiters)
}

// Poll waits for a wake-up, for at most timeout from now.
func (k *Waker) Poll(timeout time.Duration) bool { return k.PollUntil(0, timeout) }

// PollUntil waits for a wake-up, for at most timeout from since.
func (k *Waker) PollUntil(since env.Mark, timeout time.Duration) bool {
	p := k.w.running(k.poll)
	if !p.at(k.poll) {
		return false
	}
	k.w.Write(k.res)
	if !k.set {
		if timeout == 0 || !p.BlockFor(&k.waiters, k.res, k.woken, k.timeout, since, timeout) || p.killed {
			return false
		}
		k.w.Write(k.res)
	}
	k.set = false
	return true
}

// BlockFor blocks p on list for at most timeout, counted from since or, if that
// is 0, from now, and reports whether it was released. A timeout that is past
// already is due at once.
func (p *Proc) BlockFor(list *waitlist, on Resource, woken, timedOut Label, since env.Mark, timeout time.Duration) bool {
	w := p.world
	if timeout >= 0 {
		p.wait.timeout = p.armTimeout(timedOut, since, timeout)
	}
	released := p.block(list, on, nil, woken)
	if !released && !p.killed {
		w.Write(on)
	}
	return released
}

func (p *Proc) armTimeout(l Label, since env.Mark, timeout time.Duration) EventRef {
	w := p.world
	win := p.profile.Timer.Plus(timeout)
	if since == 0 {
		return w.arm(p, l, win, nil, 0)
	}
	if p.elapsed(w.markOf(since), int64(timeout)) {
		return w.arm(p, l, p.profile.Timer, nil, 0)
	}
	// Not yet due, so it will be: exactly when counts from the mark. How late the
	// system may be counts from when it is due.
	return w.armAt(p, l, win, int(since), nil, 0)
}

// Output is an env.Output. What is written is kept for the properties to see.
type Output struct {
	primitive
	write Label
	hook  func(s string)
}

var _ env.Output = (*Output)(nil)

// NewOutput makes an output whose event is `name.write`. hook, if not nil, is
// called with every text at the moment at which it is written.
func (w *World) NewOutput(name string, hook func(s string)) *Output {
	o := Pooled[Output](w, name)
	if o.w == nil {
		*o = Output{primitive: primitive{w, w.Resource(name)}, write: w.Label(name + ".write")}
	}
	o.hook = hook
	return o
}

// Write appends s.
func (o *Output) Write(s string) {
	if !o.w.running(o.write).at(o.write) {
		return
	}
	o.w.Write(o.res)
	if o.w.rec != nil {
		o.w.Note("write %q", s)
	}
	if o.hook != nil {
		o.hook(s)
	}
}
