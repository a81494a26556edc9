package sim_test

import (
	"fmt"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// main does one thing after another.
func (p *netProg) main(h env.Host) {
	s := &netLife{p: p, h: h}
	p.note("life", h.Life())
	h.OnSignal(env.SIGTERM, func() { p.note("term") })
	s.next(0)
}

func (p *netProg) note(args ...any) { p.log = fmt.Appendln(p.log, args...) }

// netLife is what a life of a program knows.
type netLife struct {
	p         *netProg
	h         env.Host
	listeners []env.Listener
	tickets   []env.Ticket
	marks     []env.Mark
}

func (s *netLife) next(i int) {
	if i == len(s.p.code.acts) {
		return
	}
	s.h.After("next", s.p.code.acts[i].after, func() {
		s.act(s.p.code.acts[i])
		s.next(i + 1)
	})
}

func (s *netLife) act(a netAct) {
	if !s.network(a) {
		s.local(a)
	}
}

func (s *netLife) network(a netAct) bool {
	h, p := s.h, s.p
	whom := p.run.progs[a.whom%len(p.run.progs)].h.Machine().Name()
	switch a.do {
	case netListen, netListenSilent:
		l, err := h.Bind(env.Addr{Host: "::", Port: 80 + a.size/4})
		p.note("bind", err)
		if err == nil {
			s.listeners = append(s.listeners, l)
			if a.do == netListen {
				l.Serve(s.serve)
			}
		}
	case netClose, netDestroy:
		for _, l := range s.listeners {
			if a.do == netDestroy {
				l.DestroyAll()
			} else {
				l.Close(func() { p.note("closed") })
			}
		}
	case netAsk:
		s.ask(whom, 0)
	case netAskName:
		s.ask("service", 0)
	case netAskBalancer:
		s.ask("lb", 0)
	case netAskImpatient:
		s.ask(whom, time.Duration(a.size)*30*time.Microsecond)
	case netCancel:
		for _, t := range s.tickets {
			p.note("cancel", t.Cancel())
		}
	default:
		return false
	}
	return true
}

func (s *netLife) ask(host string, timeout time.Duration) {
	r := env.Request{Label: "ask", Method: "GET", Addr: env.Addr{Host: host, Port: 80}, Path: "/", Body: s.p.h.Name(), Timeout: timeout}
	s.tickets = append(s.tickets, s.h.Do(r, func(r env.Response, err error) { s.p.note("got", r.Status, r.Body, err) }))
}

func (s *netLife) serve(x env.Exchange) {
	s.p.note("asked by", x.From(), x.Request().Body)
	x.OnGone(func() { s.p.note("gone") })
	switch len(s.p.log) % 3 {
	case 0:
		x.Reply(200, s.p.h.Name())
	case 1:
		s.h.After("think", 50*time.Microsecond, func() { x.Reply(201, len(s.p.log)) })
	}
}

func (s *netLife) local(a netAct) {
	h, p, db := s.h, s.p, s.p.run.shared
	key := fmt.Sprint("k", a.whom)
	switch a.do {
	case netAfter:
		s.tickets = append(s.tickets, h.After("timer", time.Duration(a.size)*10*time.Microsecond, func() { p.note("timer") }))
	case netEvery:
		n := 0
		var tick env.Ticket
		tick = h.Every(fmt.Sprint("tick", len(p.log)), time.Duration(a.size+1)*20*time.Microsecond, func() {
			p.note("tick")
			if n++; n == 4 {
				tick.Cancel()
			}
		})
		s.tickets = append(s.tickets, tick)
	case netWork:
		s.tickets = append(s.tickets, h.Work("work", func(err error) { p.note("work", err) }))
	case netSave:
		if a.size == 0 {
			db.Delete(key)
			return
		}
		db.Save(key, p.h.Name())
	case netLoad:
		v, ok := db.Load(key)
		p.note("load", v, ok)
	case netKeys:
		p.note(db.Keys("k"))
	case netMark:
		s.marks = append(s.marks, h.Mark())
	case netElapsed:
		for _, m := range s.marks {
			p.note(h.Elapsed(m, time.Duration(a.size)*30*time.Microsecond))
		}
	case netExit:
		if a.size == 0 {
			h.Exit(1)
		}
	case netLog:
		h.Log(env.Info, key)
	}
}
