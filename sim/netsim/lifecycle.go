package netsim

import (
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

var _ env.Host = (*life)(nil)

// sigHandler is a handler of a signal.
type sigHandler struct {
	sig    env.Signal
	fn     func()
	number int64
}

// Name implements env.Lifecycle.
func (l *life) Name() string { return l.h.name }

// Life implements env.Lifecycle.
func (l *life) Life() int { return l.number }

// Exit implements env.Lifecycle.
func (l *life) Exit(code int) {
	if !l.over {
		l.h.end(code, false)
	}
}

// OnSignal implements env.Lifecycle.
func (l *life) OnSignal(s env.Signal, fn func()) env.Ticket {
	if l.over {
		return env.Ticket{}
	}
	l.h.enter()
	l.nsignal++
	l.signals = append(l.signals, sigHandler{s, fn, l.nsignal})
	return l.ticketOf(ofSignal, l.nsignal)
}

func (l *life) removeSignal(number int64) bool {
	n := len(l.signals)
	l.signals = slices.DeleteFunc(l.signals, func(s sigHandler) bool { return s.number == number })
	return len(l.signals) < n
}

// Kill implements env.Lifecycle.
func (l *life) Kill(s env.Signal) { l.signal(s) }

// Signal sends s to the program, as an event of that name.
func (h *Host) Signal(s env.Signal) {
	h.n.w.Read(h.res)
	if h.cur != nil {
		h.cur.signal(s)
	}
}

func (l *life) signal(s env.Signal) {
	l.h.n.w.Write(l.h.res)
	if l.over {
		return
	}
	at := l.h.n.w.Label(s.String())
	l.arm(at, l.h.p.Window(at), task{kind: aSignal, sig: s, label: s.String()})
}

// Stop sends SIGTERM, and SIGKILL if the program still runs grace later.
func (h *Host) Stop(grace time.Duration) {
	h.n.w.Write(h.res)
	l := h.cur
	if l == nil || l.over {
		return
	}
	l.signal(env.SIGTERM)
	l.arm(h.n.w.Label("SIGKILL"), sim.Exactly(grace), task{kind: aSignal, sig: env.SIGKILL, label: "SIGKILL"})
}

// dies reports whether s ends l without asking it.
func (l *life) dies(s env.Signal) bool {
	return s == env.SIGKILL || !slices.ContainsFunc(l.signals, func(h sigHandler) bool { return h.sig == s })
}

// signalled runs the handlers of s, or ends l.
func (l *life) signalled(s env.Signal) {
	if l.dies(s) {
		if s != env.SIGKILL {
			l.h.n.rule("os.default-signal")
		}
		l.h.end(s.ExitCode(), false)
		return
	}
	for _, h := range slices.Clone(l.signals) {
		if h.sig == s && !l.over {
			h.fn()
		}
	}
}

// program is what Spawn can start.
type program struct {
	name string
	make func(arg any) *Host
}

// Program says what Spawn of name starts: a host that does not run, or nil if it
// cannot start. Hosts that are made while the world is built have short names.
func (n *Net) Program(name string, make func(arg any) *Host) {
	n.programs = append(n.programs, program{name, make})
}

// Spawn implements env.Lifecycle. The child begins after the window `spawn`.
func (l *life) Spawn(name string, arg any, exited func(code int)) (env.Child, error) {
	if l.over {
		return nil, env.ErrNoProgram
	}
	for _, p := range l.h.n.programs {
		if p.name != name {
			continue
		}
		h := p.make(arg)
		if h == nil {
			break
		}
		h.start(h.p.Window(l.h.n.w.Label("spawn")), l, exited)
		return &child{h.cur}, nil
	}
	return nil, env.ErrNoProgram
}

// child is an env.Child.
type child struct{ l *life }

// Name implements env.Child.
func (c *child) Name() string { return c.l.h.name }

// Signal implements env.Child.
func (c *child) Signal(s env.Signal) { c.l.signal(s) }

// Log implements env.Lifecycle.
func (l *life) Log(level env.Level, line string) {
	if l.over {
		return
	}
	l.h.log = append(l.h.log, Line{l.number, level, line})
	if l.h.n.w.Recording() {
		l.h.n.w.Note("%s: %s: %s", l.h.name, level, line)
	}
}

// Do implements env.Client.
func (l *life) Do(r env.Request, done func(env.Response, error)) env.Ticket {
	if l.over {
		return env.Ticket{}
	}
	return l.ticketOf(ofCall, int64(l.h.n.do(l, r, done).index))
}

// Bind implements env.Binder.
func (l *life) Bind(a env.Addr) (env.Listener, error) {
	if l.over {
		return nil, env.ErrForbidden
	}
	s, err := l.h.m.bind(l, a)
	if err != nil {
		if l.h.n.w.Recording() {
			l.h.n.w.Detail("%s: bind %s: %v", l.h.name, a, err)
		}
		return nil, err
	}
	if l.h.n.w.Recording() {
		l.h.n.w.Detail("%s: bind %s", l.h.name, s.addr)
	}
	return s, nil
}

// Addresses implements env.Binder.
func (l *life) Addresses() []string { return slices.Clone(l.h.m.addrs) }

// Disk implements env.Host.
func (l *life) Disk() env.Store { return storeOf{l, l.h.disk} }
