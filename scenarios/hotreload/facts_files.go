package hotreload

import (
	"time"

	model "github.com/seed-3519b94c/simrun/model/hotreload"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs"
)

// numbers is the ghost of descriptor numbers: which open file each stood for when it
// was opened for a path. Who borrows a number from the watch list obtains it for the
// file that the list was given.
type numbers struct {
	opened  []number
	holding []holding // what each process is using
}

type number struct {
	fd      env.FD
	path    string
	denotes uint64
}

// holding is a number in a process's hands.
type holding struct {
	proc *sim.Proc
	number
}

func (n numbers) cleared() numbers {
	return numbers{opened: n.opened[:0], holding: n.holding[:0]}
}

// DescriptorObtained remembers what a number stands for.
func (f *facts) DescriptorObtained(by model.Actor, fd env.FD, path string, lent bool) {
	if f.h.runtime.Uses == nil || by == model.Watcher {
		return
	}
	n := number{fd, path, f.h.runtime.Denotes(fd)}
	ns := &f.numbers
	f.touch(f.res.numbers, !lent, propS8)
	if lent {
		n.denotes = 0
		for i := len(ns.opened) - 1; i >= 0; i-- {
			if o := &ns.opened[i]; o.fd == fd && o.path == path {
				n = *o
				break
			}
		}
	} else {
		ns.opened = append(ns.opened, n)
	}
	p := f.w.Running(f.h.woken)
	for i := range ns.holding {
		if ns.holding[i].proc == p && ns.holding[i].fd == fd {
			ns.holding[i].number = n
			return
		}
	}
	ns.holding = append(ns.holding, holding{p, n})
}

// uses is S8: J or T calls something with a number. F, which only closes, is asked
// whether somebody else is reading.
func (f *facts) uses(p *sim.Proc, fd env.FD, denotes uint64) {
	if p == f.h.f {
		f.closing(fd)
		return
	}
	for i := range f.numbers.holding {
		n := &f.numbers.holding[i]
		if n.proc != p || n.fd != fd || n.denotes == denotes {
			continue
		}
		switch {
		case denotes == 0:
			f.violated(propS8, "free", "%s uses number %d, obtained for %s, which is free", p.Name(), fd, n.path)
		default:
			f.violated(propS8, "reused", "%s uses number %d, obtained for %s, which stands for another file by now", p.Name(), fd, n.path)
		}
	}
}

// closing is where F closes a number.
func (f *facts) closing(fd env.FD) {
	for i := range f.numbers.holding {
		if n := &f.numbers.holding[i]; n.fd == fd && n.path != "" {
			f.closes.reached()
		}
	}
}

// SourceRead is S7, at the end of a read.
func (f *facts) SourceRead(_ model.Actor, path string, data env.Data, err error) {
	if f.h.runtime.Uses != nil {
		p := f.w.Running(f.h.woken)
		for i := range f.numbers.holding {
			if n := &f.numbers.holding[i]; n.proc == p && n.path == path {
				n.number = number{fd: env.NoFD}
			}
		}
	}
	if err != nil || f.whole(path, data) != 0 {
		return
	}
	f.torn.reached()
	f.violated(propS7, "", "%d bytes were read of %s, which is no version of it", data.Len(), path)
}

// watched is L5: every module that is there is watched where it is now.
func (f *facts) watched() bool {
	for _, path := range f.graph {
		inode := f.h.disk.Inode(path)
		if inode == 0 {
			continue
		}
		found := false
		for _, wd := range f.h.sys.EachWatched {
			found = found || f.h.inotify.Inode(wd) == inode
		}
		if !found {
			return false
		}
	}
	return true
}

// polls passes on what an inotify instance does, and tells of polls that hit.
func (f *facts) polls(w *vfs.Watcher) env.Watcher {
	if !f.hit.stated {
		return w
	}
	return &pollWatcher{w, f}
}

type pollWatcher struct {
	*vfs.Watcher
	facts *facts
}

// Poll tells of a hit.
func (p *pollWatcher) Poll(timeout time.Duration) bool {
	hit := p.Watcher.Poll(timeout)
	if hit {
		p.facts.hit.reached()
	}
	return hit
}
