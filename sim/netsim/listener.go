package netsim

import (
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// listener is a bound socket, an env.Listener.
type listener struct {
	n       *Net
	m       *Machine
	life    *life
	addr    env.Addr
	res     sim.Resource // its connections
	handler env.Handler
	conns   []*conn // accepted and open
	unread  []*call // that came while there was no handler
	closed  bool
	done    []func()
}

var _ env.Listener = (*listener)(nil)

func (l *life) listen(m *Machine, a env.Addr) *listener {
	s := &listener{n: l.h.n, m: m, life: l, addr: a, res: l.h.sockets}
	l.sockets = append(l.sockets, s)
	l.h.ref()
	return s
}

// Addr implements env.Listener.
func (l *listener) Addr() env.Addr { return l.addr }

// Serve implements env.Listener.
func (l *listener) Serve(h env.Handler) {
	if l.life.over {
		return
	}
	l.n.w.Write(l.res)
	l.handler = h
	if len(l.unread) > 0 {
		l.life.soon("serve", l.catchUp)
	}
}

// catchUp reads what came before there was a handler.
func (l *listener) catchUp() {
	unread := l.unread
	l.unread = nil
	for _, c := range unread {
		if !c.conn.serverOpen {
			continue
		}
		l.ask(c)
		if c.ended {
			l.readEnd(c)
		}
	}
}

// arrived is the arrival of a request at the machine of the server.
func (n *Net) arrived(c *call) {
	cn, m := c.conn, c.forth.to
	n.w.Read(m.res)
	if m.down {
		n.rule("net.half-open")
		n.waitFrom(c)
		return
	}
	c.came = true
	if cn.lst == nil {
		l := m.listening(c.ip, c.req.Addr.Port)
		if l == nil {
			c.fail(refused)
			return
		}
		n.w.Write(l.res)
		cn.accept(l)
	} else {
		n.w.Write(cn.lst.res)
		if !cn.serverOpen { // who knows nothing of a connection resets it
			n.rule("http.stale")
			c.fail(reset)
			return
		}
	}
	cn.heard = c
	l := cn.lst
	if l.handler == nil || len(l.unread) > 0 {
		l.unread = append(l.unread, c)
		n.waitFrom(c)
	} else {
		l.ask(c)
	}
	if c.ended { // its end has waited for it
		n.aborted(c)
	}
}

// fail tells the client of c that nothing will come of it.
func (c *call) fail(err env.NetError) {
	c.err = err
	if !c.ghost {
		if win := c.back.send(parcel{aFailure, c}); win.Latest >= sim.Unbounded {
			c.n.waitFrom(c)
		}
	}
}

// ask lets the program serve c.
func (l *listener) ask(c *call) {
	h := l.life.h
	if c.n.w.Recording() {
		c.n.w.Detail("%s: %s %s from %s", h.name, c.req.Method, c.req.Path, c.From())
	}
	if h.direct() {
		h.enter()
		l.handler(c)
	} else {
		h.run(l.life, c.ls.name, func() {
			if c.conn.serverOpen && !c.gone {
				l.handler(c)
			}
		})
	}
	if !c.replied {
		c.n.waitFrom(c)
	}
}

// aborted is the arrival of the end of a connection at the server.
func (n *Net) aborted(c *call) {
	if !c.came {
		c.ended = !c.forth.faults.Reorder
		return
	}
	cn := c.conn
	if cn.lst == nil {
		return // refused
	}
	l := cn.lst
	n.w.Write(l.res)
	if !cn.serverOpen || cn.heard != c {
		return
	}
	cn.end = sim.EventRef{}
	if l.handler == nil || len(l.unread) > 0 {
		c.ended = true
		n.rule("net.unread")
		return
	}
	l.readEnd(c)
}

// readEnd lets the server see that the caller of c hung up.
func (l *listener) readEnd(c *call) {
	h := l.life.h
	if h.direct() {
		h.enter()
		l.sawEnd(c)
		return
	}
	h.run(l.life, "close", func() { l.sawEnd(c) })
}

func (l *listener) sawEnd(c *call) {
	l.n.w.Write(l.res)
	c.conn.closeServer()
	if c.replied || c.gone {
		return
	}
	c.gone = true
	if c.onGone != nil {
		c.onGone()
	}
}

// Close implements env.Listener.
func (l *listener) Close(done func()) {
	if l.life.over {
		return
	}
	l.n.w.Write(l.res)
	if !l.closed {
		l.closed = true
		l.m.free(l)
		for _, cn := range l.conns {
			l.n.w.Read(cn.by.h.res)
			if cn.idle {
				cn.awaitEnd()
			}
		}
	}
	if done != nil {
		l.done = append(l.done, done)
	}
	if len(l.conns) == 0 {
		l.complete()
	}
}

// complete tells that the last connection is gone.
func (l *listener) complete() {
	if l.life.over {
		return
	}
	l.life.soon("close", l.completed)
}

func (l *listener) completed() {
	done := l.done
	l.done = nil
	l.life.h.unref(l.life)
	for _, fn := range done {
		if !l.life.over {
			fn()
		}
	}
}

// CloseIdle implements env.Listener.
func (l *listener) CloseIdle() { l.destroyAll(true) }

// DestroyAll implements env.Listener.
func (l *listener) DestroyAll() { l.destroyAll(false) }

func (l *listener) destroyAll(onlyIdle bool) {
	if l.life.over {
		return
	}
	l.n.w.Write(l.res)
	for i := 0; i < len(l.conns); {
		cn := l.conns[i]
		if onlyIdle && !cn.heard.replied {
			i++
			continue
		}
		cn.destroy(false)
	}
}
