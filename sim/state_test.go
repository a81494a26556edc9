package sim

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// AppendState appends a description of what the world is about to do to dst: which
// events are pending, and where every process stands. For tests that compare states.
func (w *World) AppendState(dst []byte) []byte {
	var ids []uint64
	for _, k := range w.pending.keys {
		ids = append(ids, uint64(w.pending.slab[k.slot].id))
	}
	slices.Sort(ids)
	for _, id := range ids {
		dst = binary.BigEndian.AppendUint64(dst, id)
	}
	procs := slices.Clone(w.procs)
	slices.SortFunc(procs, func(a, b *Proc) int { return cmp.Compare(a.name, b.name) })
	for _, p := range procs {
		dst = fmt.Appendf(dst, "\n%s %v %x", p.name, p.done, uint64(p.last))
		if l := p.wait.list; l != nil {
			dst = fmt.Appendf(dst, " waits for %s behind %d", w.resources.names.list[p.wait.on], slices.Index(l.procs, p))
		}
	}
	return w.AppendShared(append(dst, '\n'))
}

// AppendShared appends what is in the primitives of the world.
func (w *World) AppendShared(dst []byte) []byte {
	type keyed struct {
		name  string
		state interface{ appendState(dst []byte) []byte }
	}
	var all []keyed
	for k, v := range w.pooled {
		if s, ok := v.part.(interface{ appendState(dst []byte) []byte }); ok {
			all = append(all, keyed{k.kind.String() + " " + k.name, s})
		}
	}
	slices.SortFunc(all, func(a, b keyed) int { return cmp.Compare(a.name, b.name) })
	for _, k := range all {
		dst = append(k.state.appendState(fmt.Appendf(dst, "%s: ", k.name)), '\n')
	}
	return dst
}

func (m *Mutex) appendState(dst []byte) []byte {
	if m.holder == nil {
		return dst
	}
	return append(dst, m.holder.name...)
}

func (u *Uint32) appendState(dst []byte) []byte { return fmt.Append(dst, u.v) }

func (q *Queue[T]) appendState(dst []byte) []byte { return fmt.Append(dst, q.items) }

func (k *Waker) appendState(dst []byte) []byte { return fmt.Append(dst, k.set) }
