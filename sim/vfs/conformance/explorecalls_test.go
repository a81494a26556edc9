package conformance

import (
	"errors"
	"fmt"
	"slices"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// begin starts the next system call of process p and reports whether it is the
// last of its operation.
func (w *world) begin(i int, p *proc) (done bool, err error) {
	op := p.ops[p.pos]
	switch op.Op {
	case "read":
		return w.readPart(i, p, op)
	case "link":
		if p.sub == 0 {
			p.linking, err = p.k.BeginLink(p.t, op.Path)
			return err != nil, err
		}
		return true, p.k.EndLink(p.t, p.linking, op.To)
	case "write", "pwrite":
		return w.writePart(p, op)
	case "copyrange", "sendfile":
		return w.copyPart(p, op)
	case "storm":
		return w.stormPart(p, op)
	case "readh":
		r := Read{At: p.pos, P: i + 1, Path: "#" + op.H}
		if p.handle(op.H) == env.NoFD {
			w.reads = append(w.reads, r)
			return true, nil
		}
		d, done, err := w.readSome(p, p.handle(op.H), op.N)
		if errors.Is(err, kernel.ErrBlocked) {
			return false, err
		}
		if done || err != nil {
			r.content(d, err)
			w.reads = append(w.reads, r)
		}
		return done || err != nil, nil
	case "ls":
		return w.listPart(i, p, op)
	case "stat":
		return w.statPart(i, p, op)
	case "watch":
		switch p.sub {
		case 1:
			p.wd, err = p.k.EndAddWatch(w.inst, p.adding)
			return err != nil, err
		case 2: // the table of wds is shared, and is no part of the call
			w.wds = slices.DeleteFunc(w.wds, func(x watchOf) bool { return x.path == op.Path })
			w.wds = append(w.wds, watchOf{op.Path, p.wd})
			return true, nil
		}
		mask, err := parseMask(op.Mask)
		if err != nil {
			return true, err
		}
		p.adding, err = p.k.BeginAddWatch(p.t, op.Path, mask)
		return err != nil, err
	case "unwatch":
		if p.sub == 1 {
			return true, p.k.RmWatch(w.inst, p.wd)
		}
		for _, x := range w.wds {
			if x.path == op.Path {
				p.wd = x.wd
				return false, nil
			}
		}
		return true, env.EINVAL
	case "drain": // the outcome would have to say when
		return true, fmt.Errorf("%w: operation %q in a process", errUnsupported, op.Op)
	}
	return true, p.change(op)
}

// writePart is a write that becomes visible page by page.
func (w *world) writePart(p *proc, op Op) (done bool, err error) {
	if p.sub == 0 {
		fd := p.handle(op.H)
		if fd == env.NoFD {
			return true, withoutHandle(op)
		}
		data := env.Fill(op.Ch, op.N*len(op.Ch), 0)
		if op.Op == "pwrite" {
			p.writing, err = p.k.BeginPwrite(p.t, fd, op.Off, data)
		} else {
			p.writing, err = p.k.BeginWrite(p.t, fd, data)
		}
		if err != nil {
			return true, err
		}
	}
	if next := w.split(p.writing.Range()); next < p.writing.Size() {
		p.k.WriteStep(&p.writing, next)
		return false, nil
	}
	p.k.EndWrite(&p.writing)
	return true, nil
}

// readPart is open, reads until there is no more, close.
func (w *world) readPart(i int, p *proc, op Op) (done bool, err error) {
	r := Read{At: p.pos, P: i + 1, Path: op.Path}
	switch {
	case p.sub == 0:
		p.fd, err = p.k.Open(p.t, op.Path, env.ReadOnly)
		if err != nil {
			r.Err = err.Error()
			w.reads = append(w.reads, r)
			return true, nil
		}
		p.got = nil
		return false, nil
	case p.fd == env.NoFD:
		r.content(p.got, nil)
		w.reads = append(w.reads, r)
		return true, nil
	}
	d, end, err := w.readSome(p, p.fd, 4<<20)
	if err != nil || !end {
		return false, err
	}
	if len(d) > 0 {
		p.got = append(slices.Clip(p.got), d...)
		return false, nil
	}
	fd := p.fd
	p.fd = env.NoFD
	return false, p.k.Close(p.t, fd)
}

// readSome is a step of read(2): it looks where the file ends, or takes the bytes of a
// page. It reports whether the call is at its end.
func (w *world) readSome(p *proc, fd env.FD, n int) (d env.Data, end bool, err error) {
	if !p.begun {
		if p.reading, err = p.k.BeginRead(p.t, fd, n); err != nil {
			return nil, false, err
		}
		p.begun = true
	}
	if !p.looked {
		p.k.LookAtSize(&p.reading)
		p.looked = true
		return nil, false, nil
	}
	p.looked = false
	next := w.split(p.reading.Range())
	if next < n {
		p.k.ReadStep(&p.reading, next)
		if p.reading.Done() == next {
			return nil, false, nil
		}
		p.reading.Stop()
	}
	p.begun = false
	return p.k.EndRead(&p.reading), true, nil
}

// split is where a call that has come to the offset at is to be interrupted, if not
// after next bytes: counted, as they are, from its start.
func (w *world) split(start, at int64, next int) int {
	for _, s := range w.splits {
		if int64(s) > at && int64(s) < start+int64(next) {
			return int(int64(s) - start)
		}
	}
	return next
}

// copyPart is a copy that becomes visible page by page.
func (w *world) copyPart(p *proc, op Op) (done bool, err error) {
	from, to := p.handle(op.H), p.handle(op.To)
	if p.sub == 0 {
		switch {
		case from == env.NoFD:
			return true, withoutHandle(op)
		case op.Op == "sendfile":
			a, _ := p.k.Fstat(p.t, from)
			if b, _ := p.k.Fstat(p.t, to); a.Inode != 0 && a.Inode == b.Inode {
				return true, env.EXDEV
			}
			p.copying, err = p.k.BeginSendfile(p.t, from, to, op.N)
		default:
			p.copying, err = p.k.BeginCopyFileRange(p.t, from, to, op.N)
		}
		return err != nil, err
	}
	if !p.copying.Over() {
		return false, p.k.CopyStep(&p.copying, w.split(p.copying.Range()))
	}
	_, err = p.k.EndCopy(&p.copying)
	return true, err
}

// stormPart opens and closes one file after the other.
func (w *world) stormPart(p *proc, op Op) (done bool, err error) {
	if p.sub >= 2*op.N {
		return true, nil
	}
	if p.sub%2 == 0 {
		p.fd, err = p.k.Open(p.t, fmt.Sprintf("%s/s%d", op.Path, p.sub/2), env.WriteOnly|env.Create)
		return err != nil && !errors.Is(err, kernel.ErrBlocked), err
	}
	return p.sub == 2*op.N-1, p.k.Close(p.t, p.fd)
}

// statPart is stat(2): it finds the file, and holds it until it has looked.
func (w *world) statPart(i int, p *proc, op Op) (done bool, err error) {
	r := Read{At: p.pos, P: i + 1, Path: "stat:" + op.Path}
	switch p.sub {
	case 0:
		if p.fd, err = p.k.Open(p.t, op.Path, env.PathOnly); err == nil {
			return false, nil
		}
		r.Err = err.Error()
		w.reads = append(w.reads, r)
		return true, nil
	case 1:
		st, err := p.k.Fstat(p.t, p.fd)
		r.facts(st)
		w.reads = append(w.reads, r)
		return false, err
	}
	return true, p.k.Close(p.t, p.fd)
}

// listPart is open, getdents until there is no more, close.
func (w *world) listPart(i int, p *proc, op Op) (done bool, err error) {
	switch p.sub {
	case 0:
		p.fd, err = p.k.Open(p.t, op.Path, env.ReadOnly|env.Directory)
		if err != nil {
			w.reads = append(w.reads, Read{At: p.pos, P: i + 1, Path: "ls:" + op.Path, Err: err.Error()})
			return true, nil
		}
		p.names = nil
		return false, nil
	case 1, 2:
		p.names, err = p.k.ReadDir(p.t, p.fd, slices.Clip(p.names))
		return false, err
	}
	slices.Sort(p.names)
	w.reads = append(w.reads, Read{At: p.pos, P: i + 1, Path: "ls:" + op.Path, Ls: p.names})
	return true, p.k.Close(p.t, p.fd)
}
