package netsim

import (
	"strings"

	"github.com/seed-3519b94c/simrun/sim/env"
)

var _ env.Exchange = (*call)(nil)

// Request implements env.Exchange.
func (c *call) Request() *env.Request { return &c.req }

// From implements env.Exchange.
func (c *call) From() string { return c.by.h.name }

// SetHeader implements env.Exchange.
func (c *call) SetHeader(name, value string) error {
	if err := env.CheckHeader(name, value); err != nil {
		return err
	}
	value = trimLeft(value)
	for i := range c.header {
		if strings.EqualFold(c.header[i].Name, name) {
			c.header[i].Value = value
			return nil
		}
	}
	c.header = append(c.header, env.Field{Name: name, Value: value})
	return nil
}

// Reply implements env.Exchange.
func (c *call) Reply(status int, body any) {
	cn := c.conn
	if c.replied || c.gone || !cn.serverOpen {
		return
	}
	if status < 100 || status > 599 {
		c.n.w.Mistake("%s answers %s with status %d: a status is 100 to 599", cn.lst.life.h.name, c.ls.name, status)
	}
	c.replied = true
	c.resp = env.Response{Status: status, Header: c.header, Body: body}
	l := cn.lst
	if c.ghost || c.n.keepAlive() < 0 || l.closed {
		c.n.w.Write(l.res)
		c.closes = true
		cn.closeServer()
	}
	if c.ghost {
		return
	}
	win := c.back.send(parcel{aReply, c})
	if win.Latest >= c.n.cfg.HeaderWait {
		c.n.waitFrom(c)
	}
}

// Gone implements env.Exchange.
func (c *call) Gone() bool { return c.gone || !c.conn.serverOpen }

// OnGone implements env.Exchange.
func (c *call) OnGone(fn func()) { c.onGone = fn }

// Destroy implements env.Exchange.
func (c *call) Destroy() {
	cn := c.conn
	if !cn.serverOpen {
		return
	}
	c.n.w.Write(cn.lst.res)
	cn.destroy(c.replied)
}
