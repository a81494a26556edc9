package vfs

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// Watcher is an env.Watcher: an inotify instance. Its events are `name.add`,
// `name.rm`, `name.read`, `name.poll`, and for who had to wait `name.woken` and
// `name.timeout`.
type Watcher struct {
	d        *Disk
	name     string
	table    kernel.Table
	instance kernel.Instance
	res      sim.Resource
	waiters  sim.Waitlist
	ready    func(kernel.Fate) // called when a record was queued, if not nil
	buf      []env.WatchEvent
	err      error // of inotify_init

	add, rm, read, poll, woken, timeout sim.Label
}

var _ env.Watcher = (*Watcher)(nil)

// NewWatcher makes an inotify instance for the processes of a group. maxQueued
// is how many records it holds, 0 the 16,384 that Linux is shipped with. If there are
// too many instances, Err of the watcher says so, and all that it does fails.
func (f *FS) NewWatcher(name string, maxQueued int) *Watcher {
	d := f.d
	key := name
	for n, other := range d.watchers {
		if other.name == name { // of another group
			key = fmt.Sprintf("%s %d", name, n+1)
		}
	}
	wt := sim.Pooled[Watcher](d.w, key)
	if wt.d == nil {
		w := d.w
		*wt = Watcher{
			d: d, name: name, add: w.Label(name + ".add"), rm: w.Label(name + ".rm"), read: w.Label(name + ".read"),
			poll: w.Label(name + ".poll"), woken: w.Label(name + ".woken"), timeout: w.Label(name + ".timeout"),
		}
	}
	wt.table = f.table
	if wt.instance, wt.err = d.k.InotifyInit(maxQueued); wt.err != nil {
		wt.instance = d.k.NewClosedInstance()
	}
	wt.res = d.cache.find(kernel.Resource{Kind: kernel.Queue, ID: uint64(wt.instance)})
	wt.waiters.Reset()
	wt.ready, wt.buf = nil, wt.buf[:0]
	d.watchers = append(d.watchers, wt)
	return wt
}

// AddWatch is inotify_add_watch(2).
func (wt *Watcher) AddWatch(path string, mask env.WatchMask) (env.WD, error) {
	if !wt.d.w.Running(wt.add).At(wt.add) {
		return 0, env.EBADF
	}
	wd, err := wt.watch(path, mask)
	if wt.d.w.Recording() {
		wt.d.w.Detail("watch %s = %s", path, number(int(wd), err))
	}
	return wd, err
}

// watch is AddWatch within the event of who calls.
func (wt *Watcher) watch(path string, mask env.WatchMask) (env.WD, error) {
	if wt.err != nil {
		return 0, env.EBADF
	}
	wd, err := wt.d.k.AddWatch(wt.table, wt.instance, path, mask)
	if err == env.ENOSPC {
		wt.d.rule("inotify.watches")
	}
	return wd, err
}

// Err is what inotify_init(2) said: nil, or EMFILE if there were too many instances.
func (wt *Watcher) Err() error { return wt.err }

// RmWatch is inotify_rm_watch(2).
func (wt *Watcher) RmWatch(wd env.WD) error {
	if !wt.d.w.Running(wt.rm).At(wt.rm) || wt.err != nil {
		return env.EBADF
	}
	return wt.d.k.RmWatch(wt.instance, wd)
}

// Read is read(2) on the instance. The records are valid until the next Read.
func (wt *Watcher) Read(size int) ([]env.WatchEvent, error) {
	w := wt.d.w
	p := w.Running(wt.read)
	if !p.At(wt.read) || wt.err != nil {
		return nil, env.EBADF
	}
	for wt.d.k.Queued(wt.instance) == 0 {
		w.Write(wt.res) // stands in line
		p.Block(&wt.waiters, wt.res, nil, wt.woken)
		if p.Dying() {
			return nil, env.EBADF
		}
	}
	var err error
	wt.buf, err = wt.d.k.ReadEvents(wt.instance, size, wt.buf[:0])
	if w.Recording() {
		w.Detail("read inotify: %s", DescribeAll(wt.buf))
	}
	return wt.buf, err
}

// Poll is poll(2) on the instance.
func (wt *Watcher) Poll(timeout time.Duration) bool {
	w := wt.d.w
	p := w.Running(wt.poll)
	if !p.At(wt.poll) || wt.err != nil {
		return false
	}
	w.Read(wt.res)
	ready := wt.d.k.Queued(wt.instance) > 0
	for !ready && timeout != 0 {
		w.Write(wt.res) // stands in line
		released := p.BlockFor(&wt.waiters, wt.res, wt.woken, wt.timeout, 0, timeout)
		if p.Dying() {
			return false
		}
		ready = wt.d.k.Queued(wt.instance) > 0
		if !released {
			break
		}
	}
	if w.Recording() && timeout != 0 {
		w.Detail("poll inotify: %s", map[bool]string{true: "data", false: "quiet"}[ready])
	}
	return ready
}

// Inode is the number of the inode that a watch is on, 0 if the watch is no more. Like
// Disk.Inode, with whose answers it can be compared, it has no effect.
func (wt *Watcher) Inode(wd env.WD) uint64 { return wt.d.k.Watched(wt.instance, wd) }

// maskNames are the bits of a record in the order of inotify(7).
var maskNames = [...]struct {
	bit  env.WatchMask
	name string
}{
	{env.InAccess, "ACCESS"}, {env.InModify, "MODIFY"}, {env.InAttrib, "ATTRIB"},
	{env.InCloseWrite, "CLOSE_WRITE"}, {env.InCloseNoWrite, "CLOSE_NOWRITE"}, {env.InOpen, "OPEN"},
	{env.InMovedFrom, "MOVED_FROM"}, {env.InMovedTo, "MOVED_TO"}, {env.InCreate, "CREATE"},
	{env.InDelete, "DELETE"}, {env.InDeleteSelf, "DELETE_SELF"}, {env.InMoveSelf, "MOVE_SELF"},
	{env.InUnmount, "UNMOUNT"}, {env.InQOverflow, "Q_OVERFLOW"}, {env.InIgnored, "IGNORED"}, {env.InIsDir, "ISDIR"},
}

// Describe is a record in words: what happened, to which name, by which watch.
func Describe(ev env.WatchEvent) string {
	var b strings.Builder
	for _, m := range maskNames {
		if ev.Mask&m.bit != 0 {
			if b.Len() > 0 {
				b.WriteByte('|')
			}
			b.WriteString(m.name)
		}
	}
	if ev.Name != "" {
		b.WriteString(" " + ev.Name)
	}
	b.WriteString(" (wd " + strconv.Itoa(int(ev.WD)) + ")")
	return b.String()
}

// DescribeAll describes records in order.
func DescribeAll(evs []env.WatchEvent) string {
	parts := make([]string, len(evs))
	for i, ev := range evs {
		parts[i] = Describe(ev)
	}
	return strings.Join(parts, ", ")
}
