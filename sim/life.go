package sim

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/seed-3519b94c/simrun/sim/coro"
)

// procJob is the Proc as the coroutine pool sees it.
type procJob Proc

// Run is the life of the process, and of those that begin when it has ended.
func (j *procJob) Run(c *coro.Coro) { j.world.live((*Proc)(j), c) }

// live is a frame on the stack of every process by which OwnsGoroutine knows whose it is.
// The runtime tells an argument for certain only of a function that still needs it.
//
//go:noinline
func (w *World) live(p *Proc, c *coro.Coro) {
	for ; p != nil; p = p.successor(c) {
		p.body(p)
	}
	runtime.KeepAlive(w)
}

// successor ends the life of p, and asks for the next event. If that begins the life of
// a process, this one goes on in c; else the one goes on whose it is. A life that is
// ended from outside has no say in that.
func (p *Proc) successor(c *coro.Coro) *Proc {
	w := p.world
	if p.killed {
		return nil
	}
	p.ended()
	next := w.advance()
	switch {
	case next == nil || w.stale != nil:
		w.next = next
		return nil
	case next.coro == nil:
		next.begin(c)
		w.goesOn(next)
		return next
	}
	w.goesOn(next)
	c.EndFor(next.coro)
	return nil
}

// OwnsGoroutine reports whether a goroutine is that of a process of w, by its dump as the
// runtime prints it (runtime.Stack). Like Where, it may be called from another goroutine.
func (w *World) OwnsGoroutine(dump string) bool {
	return strings.Contains(dump, fmt.Sprintf("/sim.(*World).live(%p,", w))
}

// begin gives p a coroutine for its next life.
func (p *Proc) begin(c *coro.Coro) {
	p.life++
	p.coro = c
}

func (p *Proc) ended() {
	p.done, p.coro = true, nil
	p.world.Write(p.being)
}

// Life counts the incarnations of p: 1 in its first life, 2 after a restart.
func (p *Proc) Life() int { return p.life }

// Kill ends the current life of p, wherever it is blocked: its deferred
// functions run, but nothing they do has an effect. What it holds stays held.
func (p *Proc) Kill() {
	w := p.world
	w.touch(uint64(p.hash), true) // it matters how far p has come
	if p.done || p.killed {
		return
	}
	w.Cancel(p.wake)
	w.Cancel(p.wait.timeout)
	if p.wait.list != nil {
		w.touch(w.resources.names.hash[p.wait.on], true)
	}
	p.leave()
	if w.stack == p && p.coro != nil {
		// This runs on the stack of p: by its own hand, or in a handler, since p asked
		// for the next event itself. It is unwound as soon as it has handed over.
		w.stale = p
		p.done = true
		w.Write(p.being)
		if !w.inHandler {
			p.coro.Yield()
		}
		return
	}
	p.kill()
}

// unwindStale ends the coroutine of a life that ended while its stack was in use. The
// next life may have begun.
func (p *Proc) unwindStale() {
	p.killed = true
	if p.unwind() == coro.Survived {
		p.survived()
	}
	p.coro, p.killed = nil, false
}

func (p *Proc) survived() {
	p.world.misuse("process %q goes on after it was killed: does a deferred function recover from every panic?", p.name)
}

func (p *Proc) kill() {
	p.killed = true
	if p.coro != nil && p.unwind() == coro.Survived {
		p.survived()
	}
	p.ended()
	p.killed = false
}

// Restart begins the next life of a process that ended or was killed.
func (p *Proc) Restart() {
	if !p.done {
		p.world.misuse("restart process %q: it is still running", p.name)
	}
	p.done = false
	p.world.Write(p.being)
	p.wake = p.world.arm(p, p.label("start"), p.startWindow(), nil, 0)
}

// Alive reports whether p has a life that has not ended. Asking conflicts with its
// ending, being killed and being restarted.
func (p *Proc) Alive() bool {
	p.world.Read(p.being)
	return !p.done
}

// unwind ends every process that is still somewhere in its body.
func (w *World) unwind() {
	w.stopped = true
	w.cur.proc = w.procs[0] // nobody's turn
	for i := 0; i < len(w.procs); i++ {
		p := w.procs[i]
		if p.coro == nil {
			continue
		}
		p.killed = true
		p.unwind()
		p.coro = nil
	}
	w.parts.KillAll()
	for _, f := range w.exits {
		f()
	}
}

// unwind ends p's coroutine where it is blocked. Whatever its deferred functions
// call is told so by running.
func (p *Proc) unwind() coro.Status {
	outer := p.world.unwinding
	p.world.unwinding = p
	s := p.coro.Kill()
	p.world.unwinding = outer
	return s
}

func capturePanic(v any) *coro.Panic { return &coro.Panic{Value: v, Stack: debug.Stack()} }
