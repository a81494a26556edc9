package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// proc is one process of a concurrent script, between two steps.
type proc struct {
	actor
	ops     []Op
	pos     int
	sub     int      // how many system calls of the operation are done
	fd      env.FD   // of a read or ls
	got     env.Data // what a read has seen
	writing kernel.Writing
	linking kernel.Linking
	reading kernel.Reading
	looked  bool
	names   []string    // of a list
	call    kernel.Call // the system call under way
}

// world is a concurrent script under way.
type world struct {
	k     *kernel.Kernel
	inst  kernel.Instance
	wds   []watchOf // of the last watch of a path text
	procs []proc
	reads []Read
	errs  []Err
	bad   error // an operation that is not supported
}

type watchOf struct {
	path string
	wd   env.WD
}

// newWorld runs the setup of a script.
func newWorld(s Script) (*world, kernel.Instance, error) {
	m := newModel(lazy, s.MaxQ)
	for at, op := range s.Ops {
		if err := m.do(at, op); err != nil {
			return nil, 0, err
		}
	}
	w := &world{k: m.k, inst: m.i}
	for _, path := range slices.Sorted(maps.Keys(m.wdOf)) {
		w.wds = append(w.wds, watchOf{path, m.wdOf[path]})
	}
	for _, ops := range s.Procs {
		w.procs = append(w.procs, proc{actor: actor{k: m.k, t: m.t, handles: slices.Clone(m.handles)}, ops: ops})
	}
	return w, m.i, nil
}

func (w *world) copyFrom(from *world) {
	if w.k == nil {
		w.k = kernel.New(kernel.Config{})
		w.procs = make([]proc, len(from.procs))
	}
	w.k.CopyFrom(from.k)
	w.inst = from.inst
	w.wds = append(w.wds[:0], from.wds...)
	for i := range w.procs {
		p, f := &w.procs[i], &from.procs[i]
		handles, call := append(p.handles[:0], f.handles...), p.call
		*p = *f
		p.k, p.handles, p.call = w.k, handles, call
		p.call.CopyFrom(&f.call)
	}
	w.reads = append(w.reads[:0], from.reads...)
	w.errs = append(w.errs[:0], from.errs...)
}

// step lets process i go on by one visible step, and reports whether it could.
func (w *world) step(i int) bool {
	p := &w.procs[i]
	if p.call.Pending() {
		return w.k.Step(&p.call) != kernel.Blocked
	}
	if p.pos >= len(p.ops) {
		return false
	}
	if p.ops[p.pos].Op == "barrier" {
		return w.meet()
	}
	w.k.Defer(&p.call)
	done, err := w.begin(i, p)
	w.k.Defer(nil)
	if errors.Is(err, kernel.ErrBlocked) {
		return false
	}
	if errors.Is(err, errUnsupported) {
		w.bad = err
	}
	if err != nil {
		w.errs = append(w.errs, Err{At: p.pos, P: i + 1, Err: err.Error()})
	}
	if done {
		p.pos, p.sub = p.pos+1, 0
	} else {
		p.sub++
	}
	return true
}

// meet lets all processes pass a barrier if all have come.
func (w *world) meet() bool {
	for i := range w.procs {
		p := &w.procs[i]
		if p.call.Pending() || p.pos >= len(p.ops) || p.ops[p.pos].Op != "barrier" {
			return false
		}
	}
	for i := range w.procs {
		w.procs[i].pos++
	}
	return true
}

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
	case "write":
		return w.writePart(p, op)
	case "readh":
		d, err := p.k.Read(p.t, p.handle(op.H), op.N)
		if errors.Is(err, kernel.ErrBlocked) {
			return false, err
		}
		r := Read{At: p.pos, P: i + 1, Path: "#" + op.H}
		r.content(d, err)
		w.reads = append(w.reads, r)
		return true, nil
	case "ls":
		return w.listPart(i, p, op)
	case "stat":
		r := (&model{actor: p.actor}).see(p.pos, op)
		r.P = i + 1
		w.reads = append(w.reads, r)
		return true, nil
	case "watch":
		mask, err := parseMask(op.Mask)
		if err != nil {
			return true, err
		}
		wd, err := p.k.AddWatch(p.t, w.inst, op.Path, mask)
		if err == nil {
			w.wds = slices.DeleteFunc(w.wds, func(x watchOf) bool { return x.path == op.Path })
			w.wds = append(w.wds, watchOf{op.Path, wd})
		}
		return true, err
	case "unwatch":
		for _, x := range w.wds {
			if x.path == op.Path {
				return true, p.k.RmWatch(w.inst, x.wd)
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
		p.writing, err = p.k.BeginWrite(p.t, fd, env.Fill(op.Ch, op.N*len(op.Ch), 0))
		if err != nil {
			return true, err
		}
	}
	if next := p.writing.NextPage(); next < p.writing.Size() {
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
	if !p.looked {
		if p.reading, err = p.k.BeginRead(p.t, p.fd, 4<<20); err != nil {
			return false, err
		}
		p.k.LookAtSize(&p.reading)
		p.looked = true
		return false, nil
	}
	d := p.k.EndRead(&p.reading)
	p.looked = false
	if len(d) > 0 {
		p.got = append(slices.Clip(p.got), d...)
		return false, nil
	}
	fd := p.fd
	p.fd = env.NoFD
	return false, p.k.Close(p.t, fd)
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

// done reports whether every process is at its end.
func (w *world) done() bool {
	for i := range w.procs {
		if w.procs[i].call.Pending() || w.procs[i].pos < len(w.procs[i].ops) {
			return false
		}
	}
	return true
}

// raw is the queue as a column.
func (w *world) raw(i kernel.Instance) []Raw {
	var cookies renumber
	out := []Raw{}
	for _, ev := range w.k.Waiting(i) {
		out = append(out, Raw{-1, int(ev.WD), maskString(ev.Mask), cookies.of(ev.Cookie), ev.Name})
	}
	return out
}

// outcome is what the recorder would have written now. It changes w.
func (w *world) outcome(i kernel.Instance) Outcome {
	o := Outcome{Raw: w.raw(i)}
	end := model{actor: actor{k: w.k, t: w.procs[0].t}}
	for _, op := range []Op{{Op: "read", Path: "a"}, {Op: "read", Path: "b"}, {Op: "ls", Path: "."}} {
		o.Reads = append(o.Reads, end.see(-1, op))
	}
	o.Reads = append(o.Reads, w.reads...)
	o.Errs = append(o.Errs, w.errs...)
	return o.normal()
}

// normal puts reads and errors into the order of process and position.
func (o Outcome) normal() Outcome {
	o.N = 0
	o.Reads = slices.Clone(o.Reads)
	for i := range o.Reads {
		if len(o.Reads[i].Ls) == 0 {
			o.Reads[i].Ls = nil
		}
	}
	slices.SortStableFunc(o.Reads, func(a, b Read) int { return (a.P-b.P)*1000 + a.At - b.At })
	o.Errs = slices.Clone(o.Errs)
	slices.SortStableFunc(o.Errs, func(a, b Err) int { return (a.P-b.P)*1000 + a.At - b.At })
	return o
}

func (o Outcome) key() string {
	b, _ := json.Marshal(o)
	return string(b)
}

// appendState appends all that the future of w depends on.
func (w *world) appendState(dst []byte) []byte {
	dst = fmt.Append(w.k.AppendState(dst), w.wds)
	for i := range w.procs {
		p := &w.procs[i]
		dst = append(dst, byte(p.pos), byte(p.sub), byte(p.fd))
		dst = append(dst, p.got.String()...)
		dst = fmt.Append(dst, p.names)
		dst = fmt.Append(dst, p.linking, p.writing.NextPage(), p.reading, p.looked)
		dst = p.call.AppendState(dst)
		for _, h := range p.handles {
			dst = append(append(dst, h.name...), byte(h.fd))
		}
	}
	for _, r := range w.reads {
		dst = append(fmt.Append(dst, r.P, r.At, r.Err), fmt.Sprint(r.Runs, r.Ls)...)
	}
	for _, e := range w.errs {
		dst = fmt.Append(dst, e.P, e.At, e.Err)
	}
	return dst
}
