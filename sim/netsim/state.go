package netsim

import (
	"fmt"
	"slices"
	"strings"
)

// AppendState appends a description of everything that the network is to dst: equal
// for equal states, whatever the order in which things were made. For tests that
// compare states.
func (n *Net) AppendState(dst []byte) []byte {
	for _, m := range n.machines {
		dst = fmt.Appendf(dst, "machine %s %v %d\n", m.name, m.down, m.ephemeral)
		for _, l := range m.links {
			if l != nil {
				dst = l.appendState(dst)
			}
		}
	}
	for _, e := range n.names {
		dst = fmt.Appendf(dst, "name %s", e.name)
		for _, m := range e.machines {
			dst = fmt.Appendf(dst, " %s", m.name)
		}
		dst = append(dst, '\n')
	}
	for _, h := range n.hosts {
		dst = h.appendState(dst)
		dst = h.disk.AppendState(dst)
	}
	return n.appendCalls(dst)
}

func (l *Link) appendState(dst []byte) []byte {
	dst = fmt.Appendf(dst, "link %s %d", l.name, l.cut)
	for _, x := range l.parked {
		dst = fmt.Appendf(dst, " %d %s of %s", x.kind, x.c.ls.name, x.c.by.h.name)
	}
	return append(dst, '\n')
}

func (h *Host) appendState(dst []byte) []byte {
	dst = fmt.Appendf(dst, "host %s life %d code %d stalled %v backlog %d wall %v log %v\n", h.name, h.nlives, h.code, h.stalled, len(h.backlog), h.wall.offset, h.log)
	if l := h.cur; l != nil {
		dst = fmt.Appendf(dst, " over %v calls %d pool %d signals %d\n", l.over, len(l.calls), len(l.pool), len(l.signals))
		for _, s := range l.sockets {
			dst = fmt.Appendf(dst, " socket %s served %v closed %v open %d unread %d\n", s.addr, s.handler != nil, s.closed, len(s.conns), len(s.unread))
		}
	}
	var tasks []string
	for _, t := range h.tasks {
		if t.gen&1 == 1 {
			tasks = append(tasks, fmt.Sprintf(" task %d %s %s", t.kind, t.label, t.sig))
		}
	}
	slices.Sort(tasks)
	for _, e := range h.n.chains.all[:h.n.chains.nall] {
		if e.life.h == h && !e.dead {
			tasks = append(tasks, fmt.Sprintf(" every %s %v due %v queued %v", e.name, e.period, e.due, e.queued))
		}
	}
	return append(append(dst, strings.Join(tasks, "\n")...), '\n')
}

// AppendState appends what is stored.
func (s *Store) AppendState(dst []byte) []byte {
	for _, v := range s.values {
		dst = fmt.Appendf(dst, "store %s %s=%v\n", s.name, v.key, v.v)
	}
	return dst
}

// appendCalls appends how far every request has come. Those of one program are told in
// the order in which it made them; ghosts of them are summed up.
func (n *Net) appendCalls(dst []byte) []byte {
	for _, h := range n.hosts {
		ghosts := 0
		for _, c := range n.calls[:n.used] {
			switch {
			case c.by.h != h:
			case c.ghost:
				ghosts++
			default:
				dst = c.appendState(dst)
			}
		}
		if ghosts > 0 {
			dst = fmt.Appendf(dst, "ghosts %s %d\n", h.name, ghosts)
		}
	}
	return dst
}

func (c *call) appendState(dst []byte) []byte {
	dst = fmt.Appendf(dst, "call %s %s over %v waits %v err %v came %v ended %v gone %v replied %v closes %v lost %v: %d %v",
		c.by.h.name, c.ls.name, c.over, c.waits && !c.over, c.err, c.came, c.ended, c.gone, c.replied, c.closes, c.lost, c.resp.Status, c.resp.Body)
	if cn := c.conn; cn != nil && cn.last == c {
		dst = fmt.Appendf(dst, " conn client %v idle %v server %v", cn.clientOpen, cn.idle, cn.serverOpen)
		if cn.lst != nil {
			dst = fmt.Appendf(dst, " of %s", cn.lst.life.h.name)
		}
	}
	return append(dst, '\n')
}

// AppendState appends what the balancer thinks of its targets.
func (b *Balancer) AppendState(dst []byte) []byte {
	for _, t := range b.targets {
		dst = fmt.Appendf(dst, "target %s %s streak %d open %d\n", t.h.name, t.health, t.streak, len(t.open))
	}
	return fmt.Appendf(dst, "next %d sticky %d\n", b.next, len(b.sticky))
}
