package vfs

import (
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/fsnotify"
)

// System is where a FileWatcher gets its news from.
type System uint8

// The systems.
const (
	Inotify  System = iota // Linux
	Kqueue                 // macOS and BSD
	RDCW                   // ReadDirectoryChangesW: Windows
	FSEvents               // macOS; fsnotify has no such back end, other libraries do
)

var systemNames = [...]string{"inotify", "kqueue", "ReadDirectoryChangesW", "FSEvents"}

func (s System) String() string { return systemNames[s] }

// FileWatcher is an env.FileWatcher: what Go's fsnotify v1.10.1 makes of the news of
// a system. Its reader goroutine is a process of the world, called like the watcher.
// It reads (`read`, or `woken` if there was nothing yet), takes one record after the
// other into account (`handle`), and hands over what follows from it (`send`, and
// `taken` if nobody was there to receive). Consumers receive (`name.next`,
// `name.event`, `name.failure`, and `name.received` if they had to wait). Add, Remove
// and Close are `name.add`, `name.remove` and `name.close`.
//
// As in fsnotify the channels have no buffer: while an event is not received, nothing
// is read, and the system gathers and merges. On Windows there is room for 50 events,
// and Add and Remove have to wait until the reader has handed over what it has read.
type FileWatcher struct {
	d      *Disk
	name   string
	source source
	reader *sim.Proc
	labels watcherLabels

	chanRes, tableRes sim.Resource // the channels; the table of watches with its lock
	idle, sender      sim.Waitlist // the reader, with nothing to read; with something to send
	lockers, closers  sim.Waitlist // who waits for the lock; who waits in Close
	locked            bool         // the reader waits in send and holds the lock
	closed, ended     bool
	err               error    // of NewFileWatcher
	offer             delivery // what the reader has to send
	offered           bool
	buffer            []delivery // events that are in the channel
	room              int        // of the channel: none, but on Windows
	serial            bool       // Add and Remove are done by the reader, between batches
	receivers         []*receiver
}

var _ env.FileWatcher = (*FileWatcher)(nil)

// source is the state machine of one watcher on one system. Its methods are each a
// part of one event.
type source interface {
	add(path string) error
	remove(path string) error
	ready() bool // there is something to read
	take() int   // reads a batch, and returns how many records are in it
	handle(i int) []delivery
	close()
	appendState(dst []byte) []byte
}

// delivery is something that goes over a channel: an event or an error.
type delivery struct {
	ev env.FileEvent
	// err goes over Errors; nil for an event.
	err error
	// locked: the reader holds the lock until it is received.
	locked bool
}

func (d delivery) String() string {
	if d.err != nil {
		return "error " + d.err.Error()
	}
	return fsnotify.Event{Name: d.ev.Name, Op: fsnotify.Op(d.ev.Op), RenamedFrom: d.ev.RenamedFrom}.String()
}

// receiver is a consumer that waits.
type receiver struct {
	events, errors bool // which channels it receives from
	list           sim.Waitlist
	got            delivery
}

type watcherLabels struct {
	read, woken, handle, send, taken   sim.Label // of the reader
	next, event, failure, received     sim.Label // of consumers
	add, remove, locked, close, closed sim.Label
}

// NewFileWatcher makes a watcher for the processes of a group, and starts its reader. If
// fsnotify.NewWatcher fails, Err says why, and the watcher is closed from the start.
func (f *FS) NewFileWatcher(name string, on System) *FileWatcher {
	w := f.d.w
	fw := &FileWatcher{
		d: f.d, name: name, chanRes: w.Resource(name + " channels"), tableRes: w.Resource(name + " watches"),
		labels: watcherLabels{
			read: w.Label("read"), woken: w.Label("woken"), handle: w.Label("handle"), send: w.Label("send"), taken: w.Label("taken"),
			next: w.Label(name + ".next"), event: w.Label(name + ".event"), failure: w.Label(name + ".failure"),
			received: w.Label(name + ".received"), add: w.Label(name + ".add"), remove: w.Label(name + ".remove"),
			locked: w.Label(name + ".locked"), close: w.Label(name + ".close"), closed: w.Label(name + ".closed"),
		},
	}
	fw.source = f.newSource(fw, on)
	if on == RDCW {
		fw.room, fw.serial = 50, true
	}
	if s, ok := fw.source.(*inotifySource); ok && s.wt.err != nil {
		fw.err, fw.closed = s.wt.err, true
	}
	fw.reader = w.Process(name, fw.run)
	return fw
}

// Err is what fsnotify.NewWatcher returned: nil, or EMFILE if there were too many inotify
// instances.
func (fw *FileWatcher) Err() error { return fw.err }

// run is the reader goroutine.
func (fw *FileWatcher) run(p *sim.Proc) {
	for fw.batch(p) {
	}
	if p.Dying() {
		return
	}
	fw.ended = true // it closes both channels
	fw.d.w.Write(fw.chanRes)
	for _, r := range fw.receivers {
		r.got = delivery{err: env.ErrWatcherClosed}
		fw.d.w.Release(&r.list)
	}
	fw.receivers = fw.receivers[:0]
	for range fw.closers.Len() {
		fw.d.w.Release(&fw.closers)
	}
}

// batch reads once, and sends what follows. It reports whether to go on.
func (fw *FileWatcher) batch(p *sim.Proc) bool {
	w := fw.d.w
	if !p.At(fw.labels.read) {
		return false
	}
	for !fw.closed && !fw.source.ready() {
		w.Write(fw.chanRes)
		p.Block(&fw.idle, fw.chanRes, nil, fw.labels.woken)
		if p.Dying() {
			return false
		}
	}
	w.Read(fw.chanRes)
	if fw.closed {
		return false
	}
	n := fw.source.take()
	fw.lock(fw.serial)
	for i := range n {
		if !p.At(fw.labels.handle) {
			return false
		}
		w.Write(fw.tableRes)
		for _, d := range fw.source.handle(i) {
			if !fw.send(p, d) {
				return false
			}
		}
	}
	fw.lock(false)
	return true
}

// send hands d over. It reports whether the watcher is still open.
func (fw *FileWatcher) send(p *sim.Proc, d delivery) bool {
	w := fw.d.w
	fw.lock(d.locked || fw.serial)
	if !p.At(fw.labels.send) {
		return false
	}
	w.Write(fw.chanRes)
	if fw.closed {
		fw.lock(false)
		return false
	}
	if w.Recording() {
		w.Detail("send %s", d)
	}
	for i, r := range fw.receivers {
		if r.wants(d) && r.list.Len() > 0 { // who was killed waits no more
			fw.receivers = append(fw.receivers[:i], fw.receivers[i+1:]...)
			r.got = d
			w.Release(&r.list)
			fw.lock(fw.serial)
			return true
		}
	}
	if d.err == nil && len(fw.buffer) < fw.room {
		fw.buffer = append(fw.buffer, d)
		return true
	}
	fw.offer, fw.offered = d, true
	switch {
	case fw.serial:
		fw.d.rule("rdcw.serial")
	case d.locked:
		fw.d.rule("fsnotify.locked")
	}
	p.Block(&fw.sender, fw.chanRes, nil, fw.labels.taken)
	if p.Dying() {
		return false
	}
	w.Write(fw.chanRes)
	fw.lock(fw.serial)
	if fw.offered { // not taken: Close came first
		fw.offered = false
		return false
	}
	return true
}

func (r *receiver) wants(d delivery) bool {
	if d.err != nil {
		return r.errors
	}
	return r.events
}

// lock takes or gives back the lock of the table of watches, on behalf of the reader.
// Where it is held for no longer than one event nobody can tell.
func (fw *FileWatcher) lock(hold bool) {
	if fw.locked == hold {
		return
	}
	fw.locked = hold
	fw.d.w.Write(fw.tableRes)
	for range fw.lockers.Len() {
		fw.d.w.Release(&fw.lockers)
	}
}

// changedTable is the scheduling point of Add and Remove, with the lock.
func (fw *FileWatcher) changedTable(l sim.Label) bool {
	p := fw.d.w.Running(l)
	if !p.At(l) {
		return false
	}
	fw.d.w.Read(fw.chanRes)
	fw.d.w.Write(fw.tableRes)
	for fw.locked && !fw.closed {
		p.Block(&fw.lockers, fw.tableRes, fw.reader, fw.labels.locked)
		if p.Dying() {
			return false
		}
		fw.d.w.Write(fw.tableRes)
	}
	return true
}

// Add watches a file or the entries of a directory.
func (fw *FileWatcher) Add(path string) error {
	switch {
	case !fw.changedTable(fw.labels.add):
		return env.ErrWatcherClosed
	case fw.closed:
		return env.ErrWatcherClosed
	}
	err := fw.source.add(path)
	if fw.d.w.Recording() {
		fw.d.w.Detail("watch %s%s", path, failed(err))
	}
	return err
}

// Remove ends the watch of a path. After Close it does nothing.
func (fw *FileWatcher) Remove(path string) error {
	if !fw.changedTable(fw.labels.remove) || fw.closed {
		return nil
	}
	err := fw.source.remove(path)
	if fw.d.w.Recording() {
		fw.d.w.Detail("unwatch %s%s", path, failed(err))
	}
	return err
}

// Next receives from both channels, whichever has something first.
func (fw *FileWatcher) Next() (env.FileEvent, error) {
	d := fw.receive(fw.labels.next, true, true)
	return d.ev, d.err
}

// Event receives from the channel of events.
func (fw *FileWatcher) Event() (env.FileEvent, error) {
	d := fw.receive(fw.labels.event, true, false)
	return d.ev, d.err
}

// Failure receives from the channel of errors.
func (fw *FileWatcher) Failure() error { return fw.receive(fw.labels.failure, false, true).err }

func (fw *FileWatcher) receive(l sim.Label, events, errors bool) delivery {
	w := fw.d.w
	p := w.Running(l)
	over := delivery{err: env.ErrWatcherClosed}
	if !p.At(l) {
		return over
	}
	w.Write(fw.chanRes)
	r := &receiver{events: events, errors: errors}
	switch {
	case fw.pop(r):
	case fw.ended:
		return over
	default:
		fw.receivers = append(fw.receivers, r)
		p.Block(&r.list, fw.chanRes, fw.reader, fw.labels.received)
		if p.Dying() {
			return over
		}
	}
	if w.Recording() {
		w.Detail("receive %s", r.got)
	}
	return r.got
}

// pop takes what is there for r, and lets the reader go on. With something in both
// channels, as is possible on Windows, either may come first.
func (fw *FileWatcher) pop(r *receiver) bool {
	offer, buffered := fw.offered && r.wants(fw.offer), r.events && len(fw.buffer) > 0
	if !buffered && !offer {
		return false
	}
	if buffered && !(offer && fw.offer.err != nil && fw.d.w.Fault(fw.name+".select")) {
		r.got = fw.buffer[0]
		fw.buffer = fw.buffer[1:]
		if offer = fw.offered && fw.offer.err == nil; offer {
			fw.buffer = append(fw.buffer, fw.offer)
		}
	} else {
		r.got = fw.offer
	}
	if offer {
		fw.offered = false
		fw.d.w.Release(&fw.sender)
	}
	return true
}

// Close ends the reader and waits until it has ended. What it had to send is lost.
func (fw *FileWatcher) Close() error {
	w := fw.d.w
	p := w.Running(fw.labels.close)
	if !p.At(fw.labels.close) {
		return nil
	}
	if fw.closed {
		w.Read(fw.chanRes)
		return nil
	}
	w.Write(fw.chanRes)
	fw.closed = true
	fw.source.close()
	w.Release(&fw.idle)
	w.Release(&fw.sender)
	for range fw.lockers.Len() {
		w.Release(&fw.lockers)
	}
	for !fw.ended && !p.Dying() {
		p.Block(&fw.closers, fw.chanRes, fw.reader, fw.labels.closed)
	}
	return nil
}

// wake lets the reader look again, as part of the event that made something ready.
func (fw *FileWatcher) wake() { fw.d.w.Release(&fw.idle) }
