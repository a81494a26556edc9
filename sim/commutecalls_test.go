package sim_test

import (
	"fmt"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/jsloop"
)

// file makes calls on files. Descriptors go by number, whoever opened them.
func (a *actor) file(c call) bool {
	fd := env.FD(c.number)
	note2 := func(v any, err error) { a.note(v, err) }
	switch c.do {
	case busyOpen:
		note2(a.fs.Open(c.path, env.ReadWrite|env.Create))
	case busyTruncate:
		note2(a.fs.Open(c.path, env.WriteOnly|env.Create|env.Truncate))
	case busyAppend:
		note2(a.fs.Open(c.path, env.WriteOnly|env.Append))
	case busyOpenDir:
		note2(a.fs.Open(c.path, env.Directory))
	case busyReadDir:
		note2(a.fs.ReadDir(fd))
	case busyRead:
		note2(a.fs.Read(fd, c.size<<12))
	case busyWrite:
		note2(a.fs.Write(fd, a.text(c.size)))
	case busyWriteLarge:
		note2(a.fs.Write(fd, a.text(6<<10)))
	case busySeek:
		a.note(a.fs.Seek(fd, int64(c.size)))
	case busyFtruncate:
		a.note(a.fs.Ftruncate(fd, int64(c.size)))
	case busyFstat:
		st, err := a.fs.Fstat(fd)
		st.Inode = 0 // numbers are given out in the order of making, and mean no more
		a.note(st, err)
	case busyFsync:
		a.note(a.fs.Fsync(fd))
	case busyClose:
		a.note(a.fs.Close(fd))
	case busyAccess:
		a.note(a.fs.Access(c.path))
	case busyRename:
		a.note(a.fs.Rename(c.path, c.other))
	case busyUnlink:
		a.note(a.fs.Unlink(c.path))
	case busyMkdir:
		a.note(a.fs.Mkdir(c.path))
	default:
		return false
	}
	return true
}

func (a *actor) watch(c call) bool {
	wt := a.run.watchers[c.number&1]
	switch c.do {
	case busyAddWatch:
		mask := []env.WatchMask{env.InAllEvents, env.InModify | env.InCreate, env.InAllEvents | env.InOneshot, env.InModify | env.InMaskAdd | env.InExclUnlink}
		wd, err := wt.AddWatch(c.path, mask[c.size&3])
		a.note(wd, err)
	case busyRmWatch:
		a.note(wt.RmWatch(env.WD(c.size & 3)))
	case busyReadWatch:
		evs, err := wt.Read(1 << c.size << 4)
		for _, ev := range evs {
			a.note(ev.WD, ev.Mask, ev.Name) // cookies pair records and mean no more
		}
		a.note(err)
	case busyPollWatch:
		a.note(wt.Poll(time.Duration(c.size) * time.Microsecond))
	default:
		return false
	}
	return true
}

// fileWatch makes calls on watcher libraries.
func (a *actor) fileWatch(c call) bool {
	if c.do < busyFileAdd || c.do > busyFileClose {
		return false
	}
	fw := a.run.files[c.number%len(a.run.files)]
	switch c.do {
	case busyFileAdd:
		a.note(fw.Add(c.path))
	case busyFileRemove:
		a.note(fw.Remove(c.path))
	case busyFileNext:
		ev, err := fw.Next()
		a.note(ev, err)
	case busyFileEvent:
		ev, err := fw.Event()
		a.note(ev, err)
	case busyFileFailure:
		a.note(fw.Failure())
	case busyFileClose:
		if c.size == 0 { // or too little would happen
			a.note(fw.Close())
		}
	}
	return true
}

func (a *actor) shared(c call) bool {
	r, i := a.run, c.number&1
	switch c.do {
	case busyLocked:
		r.mutexes[i].Lock()
		a.p.Step("inside")
		r.mutexes[i].Unlock()
	case busyPush:
		r.queues[i].Push(fmt.Sprint(a.name, len(a.log)))
	case busyPop:
		a.note(r.queues[i].Pop())
	case busyTakeAll:
		a.note(r.queues[i].TakeAll(nil))
	case busyWake:
		r.wakers[i].Wake()
	case busyPoll:
		a.note(r.wakers[i].Poll(time.Duration(c.size-1) * time.Microsecond))
	case busyAdd:
		a.note(r.numbers[i].Add(1))
	case busySwap:
		a.note(r.numbers[i].Swap(uint32(c.size)))
	case busyLoad:
		a.note(r.numbers[i].Load())
	case busySleep:
		a.p.Sleep("sleep", time.Duration(c.size)*time.Microsecond)
	case busyPost:
		if len(r.loops) > 0 {
			to := r.loops[c.number%len(r.loops)]
			to.js.Post([]string{"", "read", "write"}[c.size%3], func() { to.calls(c.code) })
		}
	case busyElapsed:
		if a.since == 0 {
			a.since = a.p.Mark()
		}
		a.note(a.p.Elapsed(a.since, time.Duration(c.size)*time.Microsecond))
	default:
		return false
	}
	return true
}

// script does what only code on a loop can.
func (a *actor) script(c call) {
	work := func() *jsloop.Promise {
		t := a.run.actor(a.name, a.fs)
		return a.js.Offload("work", func(p *sim.Proc) (jsloop.Value, error) {
			t.name = p.Name()
			t.as(p).calls(c.code)
			return len(t.log), nil
		})
	}
	switch c.do {
	case busyFSWatch:
		h, err := a.fsw.Watch(c.path, func(typ, name string) {
			a.note(typ, name)
			a.calls(c.code)
		})
		a.note(h, err)
		a.handles = append(a.handles, h)
	case busyFSClose:
		if len(a.handles) > 0 {
			a.fsw.Close(a.handles[c.number%len(a.handles)])
		}
	case busyMicrotask:
		a.js.QueueMicrotask(func() { a.calls(c.code) })
	case busyImmediate:
		a.js.SetImmediate(func() { a.calls(c.code) })
	case busyTimer:
		a.js.SetTimeout(func() { a.calls(c.code) }, float64(c.size))
	case busyOffload:
		work().Then(func(v jsloop.Value) (jsloop.Value, error) { a.note(v); return nil, nil }, nil)
	case busyAwait:
		a.js.Async(func(as *jsloop.Async) (jsloop.Value, error) {
			v, err := as.Await(work())
			a.note(v, err)
			a.calls(c.code)
			return nil, nil
		})
	}
}
