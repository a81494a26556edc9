package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// Writing is a write(2) under way. It holds the lock of the inode, so other
// writers wait; readers do not.
type Writing struct {
	desc   int32
	inode  int32
	off    int64
	done   int // bytes that are visible
	data   env.Data
	total  int
	byTell bool // moves the offset of the description: not for pwrite
	whole  bool // one call: nobody can have waited for it
}

// BeginWrite starts a write of d at the offset of fd, or at the end of the file
// if it was opened to append. Nothing is visible yet.
func (k *Kernel) BeginWrite(t Table, fd env.FD, d env.Data) (Writing, error) {
	return k.lockToWrite(k.beginWrite(t, fd, -1, d))
}

// BeginPwrite starts a pwrite(2). On a file opened to append, off is ignored, as
// Linux does.
func (k *Kernel) BeginPwrite(t Table, fd env.FD, off int64, d env.Data) (Writing, error) {
	if off < 0 {
		return Writing{}, env.EINVAL
	}
	return k.lockToWrite(k.beginWrite(t, fd, off, d))
}

// lockToWrite notes that others will find the inode locked, unless the write is at its
// end before they come.
func (k *Kernel) lockToWrite(w Writing, err error) (Writing, error) {
	if err == nil {
		k.writes(Lock, k.inodes[w.inode].serial)
	}
	return w, err
}

func (k *Kernel) beginWrite(t Table, fd env.FD, off int64, d env.Data) (Writing, error) {
	id := k.description(t, fd)
	if id == 0 || !k.descriptions[id].writable() {
		return Writing{}, env.EBADF
	}
	desc := &k.descriptions[id]
	ino := k.inodeOf(id)
	in := &k.inodes[ino]
	byTell := off < 0
	if byTell {
		k.writes(Description, desc.serial) // also by a call that has to wait
	}
	if !k.free(ino) || byTell && desc.busy {
		return Writing{}, ErrBlocked
	}
	if byTell {
		desc.busy = true
		off = desc.offset
	}
	if desc.flags&env.Append != 0 {
		k.reads(Content, in.serial) // the end of the file, even if there is nothing to write
		off = in.size
	}
	in.locked = true
	desc.refs++
	return Writing{desc: id, inode: ino, off: off, data: d, total: d.Len(), byTell: byTell}, nil
}

// Size is the number of bytes to be written.
func (w *Writing) Size() int { return w.total }

// Page is the grain in which readers may see a write, and a writer a read.
const Page = 4096

// NextPage is how far, counted from the start of the write, the bytes reach that
// share a page of the file with the next one to become visible.
func (w *Writing) NextPage() int {
	at := w.off + int64(w.done)
	return min(w.done+int(Page-at%Page), w.total)
}

// Stop makes what is visible so far all that will be: who writes was killed.
func (w *Writing) Stop() { w.total = w.done }

// Range is where in the file the write began and has come to, and how far, counted from
// its start, NextPage reaches.
func (w *Writing) Range() (start, at int64, next int) {
	return w.off, w.off + int64(w.done), w.NextPage()
}

// Overlap is how many bytes of the write lie within the file as it is.
func (k *Kernel) Overlap(w *Writing) int {
	return int(max(0, min(int64(w.total), k.inodes[w.inode].size-w.off)))
}

// WriteStep makes the bytes up to upTo, counted from the start of the write,
// visible to readers.
func (k *Kernel) WriteStep(w *Writing, upTo int) {
	upTo = min(upTo, w.total)
	if upTo <= w.done {
		return
	}
	part := w.data
	if w.done > 0 || upTo < w.total {
		part = k.slice(w.data, int64(w.done), int64(upTo))
	}
	in := &k.inodes[w.inode]
	k.writes(Content, in.serial)
	in.data, in.size = k.splice(in.data, in.size, w.off+int64(w.done), part)
	w.done = upTo
}

// EndWrite makes the rest visible, lets other writers in, and queues MODIFY. A
// write of nothing queues nothing.
func (k *Kernel) EndWrite(w *Writing) int {
	k.WriteStep(w, w.total)
	desc := &k.descriptions[w.desc]
	if w.byTell {
		desc.busy = false
		desc.offset = w.off + int64(w.total)
	}
	c := k.begin()
	if w.total > 0 {
		k.changed(Wrote, desc.dentry)
		k.announce(c, desc.dentry, env.InModify, true)
	}
	k.inodes[w.inode].locked = false
	if !w.whole {
		k.writes(Description, desc.serial)
		k.unlocked(w.inode)
	}
	k.letGo(c, w.desc)
	k.end(c)
	return w.total
}

// Write is write(2) in one part.
func (k *Kernel) Write(t Table, fd env.FD, d env.Data) (int, error) {
	w, err := k.beginWrite(t, fd, -1, d)
	if err != nil {
		return 0, err
	}
	w.whole = true
	return k.EndWrite(&w), nil
}

// Pwrite is pwrite(2) in one part.
func (k *Kernel) Pwrite(t Table, fd env.FD, off int64, d env.Data) (int, error) {
	if off < 0 {
		return 0, env.EINVAL
	}
	w, err := k.beginWrite(t, fd, off, d)
	if err != nil {
		return 0, err
	}
	w.whole = true
	return k.EndWrite(&w), nil
}

// MmapWrite stores d at off through a shared mapping: MAP_SHARED needs a file
// opened for reading and writing. Stores behind the end of the file are lost;
// nothing is queued, ever.
func (k *Kernel) MmapWrite(t Table, fd env.FD, off int64, d env.Data) error {
	id := k.description(t, fd)
	if id == 0 || k.descriptions[id].path() {
		return env.EBADF
	}
	desc := &k.descriptions[id]
	if !desc.readable() || !desc.writable() {
		return env.EACCES
	}
	in := &k.inodes[k.inodeOf(id)]
	if room := in.size - off; room < int64(d.Len()) {
		d = k.slice(d, 0, max(room, 0))
	}
	k.writes(Content, in.serial)
	in.data, in.size = k.splice(in.data, in.size, off, d)
	return nil
}

// Fsync is fsync(2) and fdatasync(2): no event, no effect that others see.
func (k *Kernel) Fsync(t Table, fd env.FD) error {
	if id := k.description(t, fd); id == 0 || k.descriptions[id].path() {
		return env.EBADF
	}
	return nil
}
