package netsim

import (
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// call is one request and what becomes of it. A call is not used again before the
// next run: code may hold on to its Exchange for as long as it likes.
type call struct {
	n     *Net
	index int
	req   env.Request
	ls    *labels
	forth *Link // to the server
	back  *Link
	ip    string // literal address of the server
	conn  *conn

	// The client's side.
	by            *life
	done          func(env.Response, error)
	over          bool // it waits no more
	timeout, wait sim.EventRef
	waits         bool // wait is armed

	// The server's side.
	came    bool         // the request
	err     env.NetError // what the client is told instead of a response
	ended   bool         // the end of the connection came, and was not read yet
	gone    bool         // it was read
	replied bool
	closes  bool // the response says that the connection ends with it
	lost    bool // the response is
	ghost   bool // a duplicate: nobody waits for the response
	onGone  func()
	resp    env.Response
	header  env.Header
}

const refused, reset = env.ErrRefused, env.ErrReset

func (n *Net) newCall() *call {
	if n.used == len(n.calls) {
		n.calls = append(n.calls, &call{n: n, index: n.used})
	}
	c := n.calls[n.used]
	n.used++
	*c = call{n: n, index: c.index, header: c.header[:0]}
	return c
}

// do sends r for by.
func (n *Net) do(by *life, r env.Request, done func(env.Response, error)) *call {
	h := by.h
	if r.Label == "" || r.Method == "" || done == nil {
		n.w.Mistake("%s sends %q %s %s: a request needs a label, a method and a callback", h.name, r.Label, r.Method, r.Path)
	}
	c := n.newCall()
	c.req, c.ls, c.by, c.done = r, n.labelsOf(r.Label), by, done
	c.req.Header = received(r.Header)
	by.calls = append(by.calls, c)
	h.ref()
	if r.Timeout > 0 {
		c.timeout = h.p.After(c.ls.timeout, h.late(c.ls.timeout).Plus(r.Timeout), (*timeouts)(n), c.event(atTimeout))
	}
	if cn := by.idle(r.Addr); cn != nil {
		cn.take(c)
	} else if !n.connect(c) {
		h.p.After(c.ls.refused, h.p.Window(c.ls.refused), (*timeouts)(n), c.event(atNoHost))
		return c
	}
	if win := c.forth.send(parcel{aRequest, c}); win.Latest >= sim.Unbounded {
		n.waitFrom(c)
	}
	return c
}

// connect gives c a connection of its own.
func (n *Net) connect(c *call) bool {
	m, ip, ok := n.resolve(c.by.h.m, c.req.Addr.Host)
	if !ok {
		return false
	}
	c.ip, c.forth, c.back = ip, n.Link(c.by.h.m, m), n.Link(m, c.by.h.m)
	c.conn = n.newConn(c)
	return true
}

// received is h as it arrives: without leading blanks in its values (RFC 9110 5.5
// speaks of both ends; Node 20 and 22 keep trailing ones).
func received(h env.Header) env.Header {
	for i, f := range h {
		if len(f.Value) > 0 && (f.Value[0] == ' ' || f.Value[0] == '\t') {
			h = slices.Clone(h)
			for j := range h[i:] {
				h[i+j].Value = trimLeft(h[i+j].Value)
			}
			return h
		}
	}
	return h
}

func trimLeft(s string) string {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	return s
}

// ghost is a second arrival of c, on a connection of its own.
func (n *Net) ghost(c *call) *call {
	g := n.newCall()
	g.req, g.ls, g.by, g.ip, g.forth, g.back = c.req, c.ls, c.by, c.ip, c.forth, c.back
	g.over, g.ghost = true, true
	g.conn = n.newConn(g)
	return g
}

// waitFrom starts the wait for a response header, if the client has one. Undici
// counts from when it has sent the request; here it counts from when the request
// came to the other side or was lost on the way. Its own clock for that is coarse,
// so that the difference is less than its error.
func (n *Net) waitFrom(c *call) {
	wait := n.cfg.HeaderWait
	if c.ghost || c.waits || wait < 0 || c.req.Timeout > 0 && c.req.Timeout <= wait {
		return
	}
	c.waits = true
	c.wait = c.by.h.p.After(c.ls.wait, sim.Exactly(wait), (*timeouts)(n), c.event(atWait))
	if c.over { // armed all the same: what it is called must not depend on who was first
		n.w.Cancel(c.wait)
	}
}

// heldUp notes that x does not arrive for now, or never unless it is parked.
func (n *Net) heldUp(x parcel, parked bool) {
	if x.kind != anAbort {
		n.waitFrom(x.c)
	}
	x.c.lost = x.c.lost || x.kind == aReply && !parked
}

// answered is the arrival of a response at the client.
func (n *Net) answered(c *call) {
	n.w.Read(c.by.h.res)
	if c.over {
		return
	}
	c.finish()
	c.conn.rest(c)
	c.deliver(c.resp, nil)
}

// failed is the arrival of a refusal or a reset at the client.
func (n *Net) failed(c *call) {
	cn := c.conn
	n.w.Write(c.by.h.res)
	if cn.clientOpen {
		cn.dropClient()
	}
	if last := cn.last; last != c && !last.over { // sent on it in the meantime
		last.err = reset
		c = last
	} else if c.over || c.replied && !c.lost { // a response that was sent before comes before
		return
	}
	c.finish()
	c.deliver(env.Response{}, c.err)
}

// finish ends the client's wait.
func (c *call) finish() {
	w := c.n.w
	w.Write(c.by.h.res)
	c.over = true
	w.Cancel(c.timeout)
	w.Cancel(c.wait)
	if i := slices.Index(c.by.calls, c); i >= 0 {
		c.by.calls = slices.Delete(c.by.calls, i, i+1)
	}
}

// deliver tells the client what came of it.
func (c *call) deliver(resp env.Response, err error) {
	h := c.by.h
	if c.n.w.Recording() {
		if err != nil {
			c.n.w.Note("%s: %s fails: %v", h.name, c.ls.name, err)
		} else {
			c.n.w.Detail("%s: %s %s is answered %d", h.name, c.req.Method, c.req.Path, resp.Status)
		}
	}
	if h.direct() {
		if !c.by.over {
			c.done(resp, err)
		}
		return
	}
	h.run(c.by, c.ls.name, func() {
		h.unref(c.by)
		c.done(resp, err)
	})
}

// hangUp ends the client's side before there is a response.
func (c *call) hangUp() {
	c.finish()
	if c.conn == nil {
		return
	}
	c.conn.dropClient()
	c.forth.send(parcel{anAbort, c})
}

// timeouts is what a client's clock does to its calls.
type timeouts Net

const (
	atTimeout = iota
	atWait
	atNoHost
)

// event is the argument of an event of c.
func (c *call) event(kind int64) int64 { return int64(c.index)<<2 | kind }

func (t *timeouts) rule(id string) { (*Net)(t).rule(id) }

// Fire gives up.
func (t *timeouts) Fire(_ *sim.World, arg int64) {
	c := t.calls[arg>>2]
	if c.over {
		return
	}
	err := env.ErrNoHost
	switch arg & 3 {
	case atTimeout:
		err = env.ErrTimeout
		t.rule("http.abort")
	case atWait:
		err = env.ErrHeaderTimeout
		t.rule("http.header-wait")
	}
	c.hangUp()
	c.deliver(env.Response{}, err)
}

// late is how late a timer of h called l may be: its own row if the profile has one,
// else that of all timers.
func (h *Host) late(l sim.Label) sim.Window {
	return rowOr(h.p, l, h.n.w.Profile().Timer)
}

// keepAlive is how long connections are kept; below zero they are not.
func (n *Net) keepAlive() time.Duration { return n.cfg.KeepAlive }
