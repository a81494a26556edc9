package sim

import (
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Output is an env.Output, and the pipe to whoever reads it.
type Output struct {
	primitive
	write, read, woken Label
	hook               func(s string)
	unread             string
	waiters            Waitlist
}

var _ env.Output = (*Output)(nil)

// NewOutput makes an output. Its events are `name.write`, and for a reader
// `name.read` and `name.woken`. hook, if not nil, is called with every text at the
// moment at which it is written.
func (w *World) NewOutput(name string, hook func(s string)) *Output {
	o := Pooled[Output](w, name)
	if o.w == nil {
		*o = Output{
			primitive: primitive{w, w.Resource(name)},
			write:     w.Label(name + ".write"), read: w.Label(name + ".read"), woken: w.Label(name + ".woken"),
		}
	}
	o.hook, o.unread, o.waiters.procs = hook, "", o.waiters.procs[:0]
	return o
}

// Write appends s.
func (o *Output) Write(s string) {
	if !o.w.Running(o.write).At(o.write) {
		return
	}
	o.w.Write(o.res)
	if o.w.rec != nil {
		o.w.Note("write %q", s)
	}
	if o.hook != nil {
		o.hook(s)
	}
	o.unread += s
	o.w.Release(&o.waiters)
}

// Read blocks until something was written and returns all that nobody has read
// yet: the other end of the pipe.
func (o *Output) Read() string {
	p := o.w.Running(o.read)
	if !p.At(o.read) {
		return ""
	}
	o.w.Write(o.res)
	for o.unread == "" {
		p.block(&o.waiters, o.res, nil, o.woken)
		if p.killed {
			return ""
		}
		o.w.Write(o.res)
	}
	s := o.unread
	o.unread = ""
	return s
}
