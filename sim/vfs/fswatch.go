package vfs

import (
	"errors"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/vfs/fswatch"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// EventLoop is what FSWatch needs of the loop that its listeners run on: a
// jsloop.Process has it.
type EventLoop interface {
	// Deliver hands the loop a callback from outside, as part of the current event.
	Deliver(name string, fn func())
	// PostNamed makes a callback of its own of fn, called on the loop itself.
	PostNamed(name string, fn func())
}

// FSWatch is fs.watch of Node.js: all watches of one event loop, which share an
// inotify instance. Records make the loop's poll phase run the callback `name`, which
// reads until there are none (`name.read`), and makes a callback of its own of every
// call of a listener. While the loop is busy the kernel merges.
type FSWatch struct {
	fs        *FS
	wt        *Watcher
	state     *fswatch.Watcher
	loop      EventLoop
	name      string
	read, add sim.Label
	stopped   sim.Label
	posted    bool
	listeners []listener
}

type listener struct {
	h  fswatch.Handle
	fn func(eventType, name string)
}

// NewFSWatch makes the watches of an event loop that belongs to the processes of f.
func (f *FS) NewFSWatch(name string, loop EventLoop) *FSWatch {
	w := f.d.w
	fw := &FSWatch{
		fs: f, wt: f.NewWatcher(name, 0), loop: loop, name: name,
		read: w.Label(name + ".read"), add: w.Label(name + ".add"), stopped: w.Label(name + ".close"),
	}
	fw.state = fswatch.New(&inotifySource{wt: fw.wt})
	fw.wt.ready = func(kernel.Fate) {
		if !fw.posted {
			fw.posted = true
			loop.Deliver(name, fw.drain)
		}
	}
	return fw
}

// Watch is fs.watch(path, listener). Call it, as all methods, on the loop. It does not
// keep the loop alive: see jsloop.Loop.Ref. ENOSPC is Node's "System limit for number of
// file watchers reached".
func (fw *FSWatch) Watch(path string, fn func(eventType, name string)) (fswatch.Handle, error) {
	if _, ok := fw.fs.at(fw.add); !ok {
		return 0, nil
	}
	if fw.wt.err != nil { // libuv asks for its instance now, and says what it got
		return 0, fw.wt.err
	}
	h, err := fw.state.Start(path)
	if err == nil {
		fw.listeners = append(fw.listeners, listener{h, fn})
	}
	if fw.fs.d.w.Recording() {
		fw.fs.d.w.Detail("fs.watch %s%s", path, failed(err))
	}
	return h, err
}

// Close ends one watch.
func (fw *FSWatch) Close(h fswatch.Handle) {
	if _, ok := fw.fs.at(fw.stopped); !ok {
		return
	}
	fw.state.Stop(h)
	for i := range fw.listeners {
		if fw.listeners[i].h == h {
			fw.listeners = append(fw.listeners[:i], fw.listeners[i+1:]...)
			return
		}
	}
}

// drain is the callback of the poll phase.
func (fw *FSWatch) drain() {
	var events []fswatch.Event
	d := fw.fs.d
	for {
		if _, ok := fw.fs.at(fw.read); !ok {
			return
		}
		var err error
		fw.wt.buf, err = d.k.ReadEvents(fw.wt.instance, fswatch.BufferSize, fw.wt.buf[:0])
		if errors.Is(err, kernel.ErrBlocked) {
			fw.posted = false
			return
		}
		if d.w.Recording() {
			d.w.Detail("read inotify: %s", DescribeAll(fw.wt.buf))
		}
		events = events[:0]
		for _, ev := range fw.wt.buf {
			if fw.state.Ended(ev) {
				d.rule("fswatch.deaf")
			}
			events = fw.state.Handle(ev, events)
		}
		for _, e := range events {
			fw.call(e)
		}
	}
}

func (fw *FSWatch) call(e fswatch.Event) {
	for _, l := range fw.listeners {
		if l.h == e.Handle {
			fw.loop.PostNamed(fw.name, func() { l.fn(e.Type.String(), e.Name) })
		}
	}
}
