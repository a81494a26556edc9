package netsim

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// conn is a connection, of which either side knows only what came to it.
type conn struct {
	n    *Net
	addr env.Addr // what the client asked for
	by   *life
	last *call // the latest request that was sent on it

	clientOpen bool
	idle       bool // in by.pool
	since      env.Mark
	end        sim.EventRef // the arrival of the end of an idle connection, if it matters

	lst        *listener
	heard      *call // the latest request that came
	serverOpen bool
}

func (n *Net) newConn(c *call) *conn {
	if n.nconn == len(n.conns) {
		n.conns = append(n.conns, new(conn))
	}
	cn := n.conns[n.nconn]
	n.nconn++
	*cn = conn{n: n, addr: c.req.Addr, by: c.by, last: c, clientOpen: true}
	return cn
}

// idle takes a connection to addr out of the pool of by that is not too old; nil if
// there is none.
func (l *life) idle(addr env.Addr) *conn {
	p := l.h.p
	for i := 0; i < len(l.pool); i++ {
		cn := l.pool[i]
		if cn.addr != addr {
			continue
		}
		if p.Elapsed(cn.since, l.h.n.keepAlive()) {
			// Its end is long on its way; nobody asked, so it is not an event.
			cn.expire()
			i--
			continue
		}
		l.unpool(cn)
		return cn
	}
	return nil
}

// unpool takes cn out of the pool.
func (l *life) unpool(cn *conn) {
	i := slices.Index(l.pool, cn)
	l.pool = slices.Delete(l.pool, i, i+1)
	l.h.p.Release(cn.since)
	cn.idle, cn.since = false, 0
}

// expire ends an idle connection that the client has kept for long enough. Its end
// came to the server at an instant that nothing depended on.
func (cn *conn) expire() {
	cn.by.unpool(cn)
	cn.clientOpen = false
	cn.n.w.Write(cn.lst.res)
	if cn.end == (sim.EventRef{}) {
		cn.closeServer()
	}
}

// take sends c on an idle connection.
func (cn *conn) take(c *call) {
	cn.n.rule("http.kept")
	cn.n.w.Cancel(cn.end)
	cn.end = sim.EventRef{}
	c.conn, c.ip, c.forth, c.back = cn, cn.last.ip, cn.last.forth, cn.last.back
	cn.last = c
}

// rest puts the connection of c into the pool, or ends it.
func (cn *conn) rest(c *call) {
	if cn.n.keepAlive() < 0 || c.by.over || !cn.clientOpen || c.closes {
		cn.clientOpen = false
		return
	}
	cn.idle, cn.since = true, c.by.h.p.Mark()
	c.by.pool = append(c.by.pool, cn)
}

// dropClient ends the client's side without a word.
func (cn *conn) dropClient() {
	if cn.idle {
		cn.by.unpool(cn)
	}
	cn.clientOpen = false
}

// accept opens the server's side.
func (cn *conn) accept(l *listener) {
	cn.lst, cn.serverOpen = l, true
	l.conns = append(l.conns, cn)
}

// closeServer ends the server's side: it has read the end, or destroyed it.
func (cn *conn) closeServer() {
	if !cn.serverOpen {
		return
	}
	cn.serverOpen = false
	l := cn.lst
	if i := slices.Index(l.conns, cn); i >= 0 {
		l.conns = slices.Delete(l.conns, i, i+1)
	}
	if l.closed && len(l.conns) == 0 {
		l.complete()
	}
}

// destroy ends the server's side, and tells the client unless silent.
func (cn *conn) destroy(silent bool) {
	if !cn.serverOpen {
		return
	}
	cn.closeServer()
	if c := cn.heard; !silent && !c.ghost {
		c.err = reset
		c.back.send(parcel{aFailure, c})
	}
}

// awaitEnd arms the arrival of the end of an idle connection, which matters once
// somebody waits for it.
func (cn *conn) awaitEnd() {
	n, c := cn.n, cn.last
	p, keep := cn.by.h.p, n.keepAlive()
	win := c.forth.delay(c.ls.abort)
	to, h, arg := c.forth.to.p, (*arrivals)(n), int64(c.index)<<2|int64(anAbort)
	if p.Elapsed(cn.since, keep) {
		win.Earliest = 0 // it is on its way already, or should have come
		cn.end = to.After(c.ls.abort, win, h, arg)
		return
	}
	cn.end = to.AfterSince(cn.since, c.ls.abort, win.Plus(keep), h, arg)
}
