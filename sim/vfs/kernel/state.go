package kernel

import (
	"encoding/binary"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// CopyFrom makes k what from is. The two share nothing afterwards except
// content, which is immutable. The observer stays.
func (k *Kernel) CopyFrom(from *Kernel) {
	observer := k.cfg.Observer
	k.cfg = from.cfg
	k.cfg.Observer = observer
	k.inodes = append(k.inodes[:0], from.inodes...)
	k.dentries = append(k.dentries[:0], from.dentries...)
	k.descriptions = append(k.descriptions[:0], from.descriptions...)
	k.watches = append(k.watches[:0], from.watches...)
	k.freeInode, k.freeDentry = from.freeInode, from.freeDentry
	k.freeDescription, k.freeWatch = from.freeDescription, from.freeWatch
	k.serial, k.opens, k.cookie, k.marks = from.serial, from.opens, from.cookie, from.marks
	k.arena = nil // content of k may be in use by other copies
	k.own.CopyFrom(&from.own)
	k.split = nil

	k.tables = k.tables[:0]
	for i := range from.tables {
		t := k.NewTable()
		k.tables[t].cwd = from.tables[i].cwd
		k.tables[t].slots = append(k.tables[t].slots, from.tables[i].slots...)
	}
	k.instances = k.instances[:0]
	for i := range from.instances {
		f := &from.instances[i]
		q := &k.instances[k.NewInstance(f.max)]
		q.open, q.overflowed, q.wd = f.open, f.overflowed, f.wd
		q.buf = append(q.buf, f.buf[f.head:]...)
	}
}

// Usage is how many of a kind are in use.
type Usage struct {
	Inodes, Names, Descriptions, Watches int
}

// Usage counts what is in use; Names includes removed ones that are still held.
func (k *Kernel) Usage() Usage {
	u := Usage{len(k.inodes) - 1, len(k.dentries) - 1, len(k.descriptions) - 1, len(k.watches) - 1}
	for i := k.freeInode; i != 0; i = k.inodes[i].next {
		u.Inodes--
	}
	for i := k.freeDentry; i != 0; i = k.dentries[i].next {
		u.Names--
	}
	for i := k.freeDescription; i != 0; i = k.descriptions[i].next {
		u.Descriptions--
	}
	for i := k.freeWatch; i != 0; i = k.watches[i].next {
		u.Watches--
	}
	return u
}

// inodeNumber numbers the inodes in the order in which AppendState meets them.
type inodeNumber struct {
	inode int32
	n     uint32
}

// AppendState appends a description of the whole state to dst: two kernels of
// which nobody could tell the difference by any sequence of calls, inode numbers
// and the values of cookies aside, have the same.
func (k *Kernel) AppendState(dst []byte) []byte {
	k.seen, k.opened = k.seen[:0], k.opened[:0]
	dst = k.appendInode(dst, k.dentries[rootDentry].inode)
	for i := range k.tables {
		dst = k.appendDentry(dst, k.tables[i].cwd)
		for fd, desc := range k.tables[i].slots {
			if desc != 0 {
				dst = k.appendDescription(dst, fd, desc)
			}
		}
		dst = append(dst, 0xff)
	}
	for i := range k.instances {
		dst = k.appendQueue(dst, &k.instances[i])
	}
	return dst
}

func (k *Kernel) appendInode(dst []byte, id int32) []byte {
	for _, s := range k.seen {
		if s.inode == id {
			return binary.AppendUvarint(append(dst, '='), uint64(s.n))
		}
	}
	k.seen = append(k.seen, inodeNumber{id, uint32(len(k.seen))})
	in := &k.inodes[id]
	dst = append(dst, byte(in.kind))
	dst = binary.AppendUvarint(dst, uint64(in.mode))
	dst = binary.AppendUvarint(dst, uint64(in.links))
	if in.locked {
		dst = append(dst, 'l')
	}
	dst = appendText(dst, in.target)
	dst = binary.AppendUvarint(dst, uint64(in.size))
	for _, e := range in.data {
		dst = appendText(dst, e.Text)
		dst = binary.AppendUvarint(dst, uint64(e.Times))
		dst = binary.AppendUvarint(dst, uint64(e.Version))
	}
	// Chains of watches differ in order only between instances.
	for i := range k.instances {
		for w := in.watch; w != 0; w = k.watches[w].next {
			if wa := &k.watches[w]; wa.instance == Instance(i) {
				dst = append(dst, 'w', byte(i))
				dst = binary.AppendUvarint(dst, uint64(wa.wd))
				dst = binary.AppendUvarint(dst, uint64(wa.mask))
				if wa.ending {
					dst = append(dst, 'e')
				}
			}
		}
	}
	for d := in.first; d != 0; d = k.dentries[d].next {
		dst = appendText(append(dst, 'n'), k.dentries[d].name)
		dst = k.appendInode(dst, k.dentries[d].inode)
	}
	return append(dst, '.')
}

// appendDentry tells which name of an inode is meant.
func (k *Kernel) appendDentry(dst []byte, d int32) []byte {
	for d != rootDentry {
		de := &k.dentries[d]
		if de.unlinked {
			dst = append(dst, 'u')
		}
		dst = appendText(dst, de.name)
		if de.inode != 0 {
			dst = k.appendInode(dst, de.inode)
		}
		d = de.parent
	}
	return append(dst, '/')
}

func (k *Kernel) appendDescription(dst []byte, fd int, id int32) []byte {
	desc := &k.descriptions[id]
	dst = binary.AppendUvarint(dst, uint64(fd))
	for i, other := range k.opened {
		if other == id { // by dup
			return binary.AppendUvarint(append(dst, '='), uint64(i))
		}
	}
	k.opened = append(k.opened, id)
	dst = binary.AppendUvarint(dst, uint64(desc.flags))
	dst = binary.AppendUvarint(dst, uint64(desc.offset))
	dst = binary.AppendUvarint(dst, uint64(desc.refs))
	return k.appendDentry(dst, desc.dentry)
}

func (k *Kernel) appendQueue(dst []byte, q *instance) []byte {
	dst = binary.AppendUvarint(append(dst, 'q'), uint64(q.wd))
	dst = binary.AppendUvarint(dst, uint64(q.max))
	records := q.buf[q.head:]
	for i, ev := range records {
		dst = binary.AppendVarint(dst, int64(ev.WD))
		dst = binary.AppendUvarint(dst, uint64(ev.Mask))
		dst = appendText(dst, ev.Name)
		if ev.Cookie != 0 {
			dst = binary.AppendUvarint(dst, uint64(firstWith(records, ev.Cookie)-i+len(records)))
		}
	}
	return dst
}

// firstWith is the position of the first record with a cookie.
func firstWith(records []env.WatchEvent, cookie uint32) int {
	for i := range records {
		if records[i].Cookie == cookie {
			return i
		}
	}
	return -1
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}
