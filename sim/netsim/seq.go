package netsim

import (
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// seq is a program that is a sequential process.
type seq struct {
	h        *Host
	p        *sim.Proc
	list     sim.Waitlist
	resp     env.Response
	err      error
	answered bool
	ending   bool
}

// Process makes a program that is a sequential process, running at once: it blocks
// through p, and calls others through c. If it is ended by Host.Crash or the like, it
// is unwound where it is blocked; Host.Start and Restart run body anew.
func (n *Net) Process(name string, m *Machine, body func(p *sim.Proc, c env.Caller)) *Host {
	n.checkName(name)
	at := n.w.Actor(name + ".net")
	h := n.host(name, m, at, nil)
	s := &seq{h: h}
	s.p = n.w.Process(name, func(p *sim.Proc) {
		s.list.Reset()
		s.ending = false
		body(p, s)
		if !p.Dying() {
			s.ending = true
			h.end(0, false)
		}
	})
	h.seq = s
	h.newLife()
	return h
}

func (s *seq) end() {
	if !s.ending {
		s.p.Kill()
	}
}

// Call implements env.Caller: an event of the process called as the label of r, and
// one called `label.woken` when the response is there.
func (s *seq) Call(r env.Request) (env.Response, error) {
	w := s.h.n.w
	if r.Label == "" {
		w.Mistake("%s calls %s %s: a request needs a label", s.h.name, r.Method, r.Path)
	}
	p := w.Running(w.Label(r.Label))
	if p != s.p {
		w.Mistake("call %q: made by %q through the Caller of %q", r.Label, p.Name(), s.h.name)
	}
	if !p.At(w.Label(r.Label)) {
		return env.Response{}, env.ErrReset
	}
	s.answered = false
	s.h.enter()
	s.h.n.do(s.h.cur, r, s.got)
	p.Block(&s.list, s.h.res, nil, w.Label(r.Label+".woken"))
	if !s.answered { // unwound
		return env.Response{}, env.ErrReset
	}
	return s.resp, s.err
}

func (s *seq) got(resp env.Response, err error) {
	s.h.enter()
	s.resp, s.err, s.answered = resp, err, true
	s.h.n.w.Release(&s.list)
}
