package simclock

import (
	"encoding/binary"
	"slices"
	"strings"
)

// AppendState appends what the clock is in: two runs that come to the same state go on
// alike. It does not tell how late it is, nor which events are pending: World.AppendState
// does.
func (c *Clock) AppendState(dst []byte) []byte {
	var makers []*maker
	for _, m := range c.makers { //simrun:allow map: sorted below
		if m.run == c.run {
			makers = append(makers, m)
		}
	}
	slices.SortFunc(makers, func(a, b *maker) int { return strings.Compare(a.name, b.name) })
	for _, m := range makers {
		dst = append(append(dst, m.name...), '\n')
		for k := range m.made {
			for _, e := range m.made[k].all[:m.made[k].n] {
				dst = e.appendState(dst)
			}
		}
	}
	return dst
}

func (e *entry) appendState(dst []byte) []byte {
	flags := [...]bool{e.unread, e.rest, e.background, e.since != 0, e.ctx != nil && e.ctx.err != nil}
	dst = append(dst, byte(e.kind))
	for _, f := range flags {
		b := byte(0)
		if f {
			b = 1
		}
		dst = append(dst, b)
	}
	dst = binary.AppendVarint(dst, int64(e.every))
	dst = binary.AppendVarint(dst, e.ticks)
	if e.c.Commit && e.unread { // otherwise the value is the nominal one, and says nothing
		dst = binary.AppendVarint(dst, int64(e.due))
	}
	if e.ctx != nil && e.ctx.err != nil {
		dst = append(dst, e.ctx.err.Error()...)
	}
	return append(dst, '\n')
}
