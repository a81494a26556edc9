package vfs

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// Read is read(2): `read`, preceded by `begin` if it is so large that others may
// come between. A call that has begun keeps its file, whatever becomes of the
// number. If Disk.ReadParts says so, it takes its bytes in several steps, the events
// `read.part`; each looks at where the file ends before the next takes bytes.
func (f *FS) Read(fd env.FD, n int) (env.Data, error) {
	l := f.d.labels.read[class(n)]
	p := f.d.w.Running(l)
	if class(n) == 0 {
		if !p.At(l) {
			return nil, env.EBADF
		}
		f.used(p, fd)
		f.noteTorn(fd)
		data, err := retry(f, p, func() (env.Data, error) { return f.d.k.Read(f.table, fd, n) })
		f.noteIO("read", fd, n, data.Len(), err)
		return data, err
	}
	if !p.At(f.d.labels.begin) {
		return nil, env.EBADF
	}
	f.used(p, fd)
	begun, err := retry(f, p, func() (kernel.Reading, error) { return f.d.k.BeginRead(f.table, fd, n) })
	if err != nil {
		f.noteIO("read", fd, n, 0, err)
		return nil, err
	}
	u := f.start(aRead)
	u.reading = begun
	r := &u.reading
	parts := max(f.d.ReadParts, 1)
	if parts > 1 {
		f.d.k.LookAtSize(r)
	}
	win := p.Window(l)
	for i := 1; i < parts; i++ {
		if !p.AtFor(f.d.labels.readPart, share(win, parts)) {
			return nil, env.EBADF
		}
		f.noteTorn(fd)
		f.d.k.ReadStep(r, n*i/parts)
		if r.Done() < n*i/parts { // as a real read: it has met the end, and looks no more
			r.Stop()
			break
		}
		f.d.k.LookAtSize(r)
	}
	if !p.AtFor(l, share(win, parts)) {
		return nil, env.EBADF
	}
	f.noteTorn(fd)
	data := f.d.k.EndRead(r)
	u.kind = noCall
	if parts > 1 && len(data.Versions()) > 1 {
		f.d.rule("read.parts")
	}
	f.noteIO("read", fd, n, data.Len(), nil)
	return data, nil
}

// Write is write(2): `write`. If Disk.Parts says so, a write of more than 16 KiB
// becomes visible in several steps, the events `write.part`; its record is
// queued at its end.
func (f *FS) Write(fd env.FD, data env.Data) (int, error) {
	return f.write(f.d.labels.write[class(data.Len())], "write", fd, data, func() (kernel.Writing, error) {
		return f.d.k.BeginWrite(f.table, fd, data)
	})
}

// Pwrite is pwrite(2): `pwrite`, otherwise like Write.
func (f *FS) Pwrite(fd env.FD, offset int64, data env.Data) (int, error) {
	return f.write(f.d.labels.pwrite[class(data.Len())], "pwrite", fd, data, func() (kernel.Writing, error) {
		return f.d.k.BeginPwrite(f.table, fd, offset, data)
	})
}

// write makes a call that writes data, in parts if it is large.
func (f *FS) write(l sim.Label, name string, fd env.FD, data env.Data, begin func() (kernel.Writing, error)) (int, error) {
	n := data.Len()
	p := f.d.w.Running(l)
	parts := 1
	if class(n) > 0 {
		parts = max(f.d.Parts, 1)
	}
	win := p.Window(l)
	if parts == 1 {
		if !p.AtFor(l, win) {
			return 0, env.EBADF
		}
		wr, err := retry(f, p, begin)
		done := 0
		if err == nil {
			done = f.d.k.EndWrite(&wr)
		}
		f.noteIO(name, fd, n, done, err)
		return done, err
	}
	if !p.At(f.d.labels.begin) {
		return 0, env.EBADF
	}
	wr, err := retry(f, p, begin)
	if err != nil {
		f.noteIO(name, fd, n, 0, err)
		return 0, err
	}
	u := f.start(aWrite)
	u.writing = wr
	if !f.writeParts(p, fd, &u.writing, parts, share(win, parts)) || !p.AtFor(l, share(win, parts)) {
		return 0, env.EBADF
	}
	f.d.written(f.d.inodeOf(f.table, fd))
	done := f.d.k.EndWrite(&u.writing)
	u.kind = noCall
	f.noteIO(name, fd, n, done, nil)
	return done, nil
}

// writeParts makes all parts of a write visible but the last.
func (f *FS) writeParts(p *sim.Proc, fd env.FD, wr *kernel.Writing, parts int, win sim.Window) bool {
	visible, rule := wr.Size(), "write.parts"
	if f.d.GrowsAtOnce {
		visible, rule = f.d.k.Overlap(wr), "write.over"
	}
	f.beginWriting(f.d.inodeOf(f.table, fd), rule)
	for i := 1; i < parts; i++ {
		if !p.AtFor(f.d.labels.part, win) {
			return false
		}
		f.d.k.WriteStep(wr, min(wr.Size()*i/parts, visible))
	}
	return true
}

// share is the window of one of n equal parts.
func share(w sim.Window, n int) sim.Window {
	if n == 1 {
		return w
	}
	d := time.Duration(n)
	s := sim.Window{Earliest: w.Earliest / d, Nominal: w.Nominal / d, Latest: w.Latest}
	if w.Latest < sim.Unbounded {
		s.Latest = max(w.Latest/d, s.Nominal)
	}
	return s
}

// inodeOf is the number of an open file, for notes: no part of a call. 0 if nobody
// takes notes.
func (d *Disk) inodeOf(t kernel.Table, fd env.FD) uint64 {
	if !d.w.Recording() {
		return 0
	}
	d.k.SetObserver(nil)
	defer d.k.SetObserver((*observer)(d))
	st, _ := d.k.Fstat(t, fd)
	return st.Inode
}

// torn is a file that is being written in parts, and the rule that a read owes it to if
// it sees a part.
type torn struct {
	by    *FS
	inode uint64
	rule  string
}

// beginWriting remembers that a write to an inode is under way, for notes.
func (f *FS) beginWriting(inode uint64, rule string) {
	if inode != 0 {
		f.d.writing = append(f.d.writing, torn{f, inode, rule})
	}
}

func (d *Disk) written(inode uint64) {
	for i, x := range d.writing {
		if x.inode == inode {
			d.writing = append(d.writing[:i], d.writing[i+1:]...)
			return
		}
	}
}

// noteTorn notes that a read meets a write in progress.
func (f *FS) noteTorn(fd env.FD) {
	inode := f.d.inodeOf(f.table, fd)
	for _, x := range f.d.writing {
		if x.inode == inode && inode != 0 {
			f.d.rule(x.rule)
		}
	}
}
