package conformance

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

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
	copying kernel.Copying
	begun   bool // reading is under way
	looked  bool // and knows where the file ends
	adding  kernel.Adding
	wd      env.WD      // of a watch or unwatch
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
	// splits are offsets at which a read or a write of several bytes may be interrupted
	// though they are within a page: bytes of one page are not copied all at once either.
	splits []int
	sure   struct{ raw, reads, errs int } // how much leadsTo has found to be as wanted
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
		p := proc{actor: actor{k: m.k, t: m.t, handles: slices.Clone(m.handles)}, ops: ops}
		p.call.InFlight = s.endsWatches()
		w.procs = append(w.procs, p)
	}
	return w, m.i, nil
}

// endsWatches reports whether watches may end or change while records are about to be
// queued.
func (s Script) endsWatches() bool {
	for _, op := range slices.Concat(append(s.Procs, s.Ops)...) {
		if op.Op == "unwatch" || slices.Contains(op.Mask, "ONESHOT") {
			return true
		}
	}
	return slices.ContainsFunc(slices.Concat(s.Procs...), func(op Op) bool { return op.Op == "watch" })
}

func (w *world) copyFrom(from *world) {
	if w.k == nil {
		w.k = kernel.New(kernel.Config{})
		w.procs = make([]proc, len(from.procs))
	}
	w.k.CopyFrom(from.k)
	w.inst, w.splits, w.sure = from.inst, from.splits, from.sure
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
	dst = w.k.AppendState(dst)
	for _, x := range w.wds {
		dst = append(append(dst, x.path...), byte(x.wd))
	}
	for i := range w.procs {
		p := &w.procs[i]
		for _, v := range [...]int{p.pos, p.sub, int(p.fd), int(p.wd)} {
			dst = binary.AppendVarint(dst, int64(v))
		}
		for _, e := range p.got {
			dst = append(binary.AppendVarint(dst, int64(e.Times)), e.Text...)
		}
		for _, n := range p.names {
			dst = append(append(dst, n...), '/')
		}
		dst = p.appendCall(dst)
		dst = p.call.AppendState(dst)
		for _, h := range p.handles {
			dst = append(append(dst, h.name...), byte(h.fd))
		}
	}
	for i := range w.reads {
		r := &w.reads[i]
		dst = append(append(dst, byte(r.P), byte(r.At), 'r'), r.Err...)
		for _, s := range r.Runs {
			dst = append(append(dst, s...), ';')
		}
		for _, s := range r.Ls {
			dst = append(append(dst, s...), '/')
		}
	}
	for _, e := range w.errs {
		dst = append(append(dst, byte(e.P), byte(e.At), 'e'), e.Err...)
	}
	return dst
}

// appendCall appends how far the call has come that p makes now. What earlier calls have
// left behind does not matter.
func (p *proc) appendCall(dst []byte) []byte {
	if p.pos >= len(p.ops) {
		return dst
	}
	switch p.ops[p.pos].Op {
	case "link":
		dst = fmt.Append(dst, p.linking)
	case "watch":
		dst = fmt.Append(dst, p.adding)
	case "write", "pwrite":
		dst = binary.AppendVarint(dst, int64(p.writing.NextPage()))
	case "copyrange", "sendfile":
		dst = fmt.Append(dst, p.copying)
	case "read", "readh":
		if p.begun {
			dst = fmt.Append(dst, p.reading, p.looked)
		}
	}
	return dst
}

// splits are the offsets at which the bytes of what was read change.
func (o *Outcome) splits() []int {
	var out []int
	for i := range o.Reads {
		at := 0
		for _, run := range o.Reads[i].Runs {
			_, n, _ := strings.Cut(run, "*")
			times, _ := strconv.Atoi(n)
			if at += times; at > 64 { // few bytes are copied at once
				out = append(out, at)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
