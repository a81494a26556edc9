package sim

import (
	"reflect"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// waiting is where a process is blocked without an event of its own.
type waiting struct {
	list    *Waitlist
	on      Resource
	holder  *Proc // whom it waits for, if that is known
	timeout EventRef
	woken   Label
}

// Waitlist is a queue of blocked processes, for those who build primitives.
type Waitlist struct{ procs []*Proc }

// Len is the number of processes that are blocked on l.
func (l *Waitlist) Len() int { return len(l.procs) }

// Reset empties l, for use in the next run.
func (l *Waitlist) Reset() { l.procs = l.procs[:0] }

// Block parks p on list until Release; on is what it waits for and holder who has
// it, if that is known. p goes on in an event called woken.
func (p *Proc) Block(list *Waitlist, on Resource, holder *Proc, woken Label) {
	p.block(list, on, holder, woken)
}

// block is Block for a p that may have a timeout armed. It reports whether it was
// released.
func (p *Proc) block(list *Waitlist, on Resource, holder *Proc, woken Label) bool {
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

// Release lets the first process on list go on, when its `woken` event fires. It
// does nothing if none is blocked.
func (w *World) Release(list *Waitlist) {
	if len(list.procs) == 0 {
		return
	}
	p := list.procs[0]
	w.Cancel(p.wait.timeout)
	l := p.wait.woken
	p.leave()
	p.wake = w.arm(p, l, p.window(l), nil, 0)
}

// At is the scheduling point of a primitive, with the window that the profile
// gives it. It reports whether the call goes on: not if p is being unwound.
func (p *Proc) At(l Label) bool { return p.AtFor(l, p.window(l)) }

// AtFor is At with a window of the caller's.
func (p *Proc) AtFor(l Label, win Window) bool {
	p.StepFor(l, win)
	return !p.killed
}

// Dying reports whether p is being unwound: what it calls must have no effect.
func (p *Proc) Dying() bool { return p.killed }

// primitive is what every shared thing has: a world, a resource, and labels.
type primitive struct {
	w   *World
	res Resource
}

// Pooled returns the T that this scenario got under this name in its last run
// in this World, or a new one: for parts of a world that keep memory from run
// to run. The caller resets it.
func Pooled[T any](w *World, name string) *T {
	k := pooledKey{reflect.TypeFor[T](), name}
	if v, ok := w.pooled[k]; ok {
		return v.(*T)
	}
	v := new(T)
	w.pooled[k] = v
	return v
}

type pooledKey struct {
	kind reflect.Type
	name string
}

// Mutex is an env.Mutex. Whoever unlocks it wakes the longest waiting process,
// which then tries again: another one may come first.
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
	if u.w.Running(u.add).At(u.add) {
		u.w.Write(u.res)
		u.v += delta
	}
	return u.v
}

// Swap stores v and returns what was there.
func (u *Uint32) Swap(v uint32) uint32 {
	old := u.v
	if u.w.Running(u.swap).At(u.swap) {
		u.w.Write(u.res)
		old, u.v = u.v, v
	}
	return old
}

// Load returns the value.
func (u *Uint32) Load() uint32 {
	if u.w.Running(u.load).At(u.load) {
		u.w.Read(u.res)
	}
	return u.v
}

// Queue is an env.Queue.
type Queue[T any] struct {
	primitive
	push, pop, take, woken Label
	items                  []T
	waiters                Waitlist
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
	if !q.w.Running(q.push).At(q.push) {
		return
	}
	q.w.Write(q.res)
	q.items = append(q.items, v)
	q.w.Release(&q.waiters)
}

// Pop blocks while the queue is empty and takes the first item.
func (q *Queue[T]) Pop() (v T) {
	p := q.w.Running(q.pop)
	if !p.At(q.pop) {
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
	if !q.w.Running(q.take).At(q.take) {
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
	set, idle                  bool
	waiters                    Waitlist
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
	k.set, k.idle, k.waiters.procs = false, false, k.waiters.procs[:0]
	return k
}

// Idle says that the bound of a Poll is no activity: a process that waits in one,
// and nothing else going on, is a world at rest. PollUntil, which waits for
// something that is due, stays activity. It returns k.
func (k *Waker) Idle() *Waker {
	k.idle = true
	return k
}

// Wake lets the present or the next Poll return.
func (k *Waker) Wake() {
	if !k.w.Running(k.wake).At(k.wake) {
		return
	}
	k.w.Write(k.res)
	k.set = true
	k.w.Release(&k.waiters)
}

// Poll waits for a wake-up, for at most timeout from now.
func (k *Waker) Poll(timeout time.Duration) bool { return k.PollUntil(0, timeout) }

// PollUntil waits for a wake-up, for at most timeout from since.
func (k *Waker) PollUntil(since env.Mark, timeout time.Duration) bool {
	p := k.w.Running(k.poll)
	if !p.At(k.poll) {
		return false
	}
	k.w.Write(k.res)
	if !k.set {
		if timeout == 0 {
			return false
		}
		k.w.idle = k.idle && since == 0
		if !p.BlockFor(&k.waiters, k.res, k.woken, k.timeout, since, timeout) || p.killed {
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
func (p *Proc) BlockFor(list *Waitlist, on Resource, woken, timedOut Label, since env.Mark, timeout time.Duration) bool {
	w := p.world
	if timeout >= 0 {
		p.wait.timeout = p.armTimeout(timedOut, since, timeout)
	}
	w.idle = false
	released := p.block(list, on, nil, woken)
	if !released && !p.killed {
		w.Write(on)
	}
	return released
}

func (p *Proc) armTimeout(l Label, since env.Mark, timeout time.Duration) EventRef {
	w := p.world
	slack := p.slack(l)
	win := slack.Plus(timeout)
	if since == 0 {
		return w.arm(p, l, win, nil, 0)
	}
	if p.elapsed(w.markOf(since), int64(timeout)) {
		return w.arm(p, l, slack, nil, 0)
	}
	// Not yet due, so it will be: exactly when counts from the mark. How late the
	// system may be counts from when it is due.
	return w.armAt(p, l, win, int(since), nil, 0)
}

// Output is an env.Output, and the pipe to whoever reads it.
type Output struct {
	primitive
	write, read, woken Label
	hook               func(s string)
	unread             string
	waiters            Waitlist
}

var _ env.Output = (*Output)(nil)

// NewOutput makes an output. Its events are `name.write`, and for a reader
// `name.read` and `name.woken`. hook, if not nil, is called with every text at the
// moment at which it is written.
func (w *World) NewOutput(name string, hook func(s string)) *Output {
	o := Pooled[Output](w, name)
	if o.w == nil {
		*o = Output{
			primitive: primitive{w, w.Resource(name)},
			write:     w.Label(name + ".write"), read: w.Label(name + ".read"), woken: w.Label(name + ".woken"),
		}
	}
	o.hook, o.unread, o.waiters.procs = hook, "", o.waiters.procs[:0]
	return o
}

// Write appends s.
func (o *Output) Write(s string) {
	if !o.w.Running(o.write).At(o.write) {
		return
	}
	o.w.Write(o.res)
	if o.w.rec != nil {
		o.w.Note("write %q", s)
	}
	if o.hook != nil {
		o.hook(s)
	}
	o.unread += s
	o.w.Release(&o.waiters)
}

// Read blocks until something was written and returns all that nobody has read
// yet: the other end of the pipe.
func (o *Output) Read() string {
	p := o.w.Running(o.read)
	if !p.At(o.read) {
		return ""
	}
	o.w.Write(o.res)
	for o.unread == "" {
		p.block(&o.waiters, o.res, nil, o.woken)
		if p.killed {
			return ""
		}
		o.w.Write(o.res)
	}
	s := o.unread
	o.unread = ""
	return s
}
