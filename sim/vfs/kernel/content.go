package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// hole is a zero byte, as a read of a hole returns it.
const hole = "\x00"

// splice returns content of size bytes with the bytes from off on replaced by
// data, and the new size. A gap behind the end becomes a hole.
func (k *Kernel) splice(old env.Data, size, off int64, data env.Data) (env.Data, int64) {
	n := int64(data.Len())
	if n == 0 {
		return old, size
	}
	end := max(size, off+n)
	if off == 0 && n >= size {
		return data, end
	}
	mark := k.reserve(len(old)*2 + len(data) + 3)
	k.cutInto(old, 0, min(off, size))
	if off > size {
		k.emit(env.Extent{Text: hole, Times: int(off - size)})
	}
	for _, e := range data {
		k.emit(e)
	}
	if off+n < size {
		k.cutInto(old, off+n, size)
	}
	return k.built(mark), end
}

// resize returns content cut or filled with zeros to size bytes.
func (k *Kernel) resize(old env.Data, size, to int64) env.Data {
	switch {
	case to == size:
		return old
	case to == 0:
		return nil
	case to < size:
		return k.slice(old, 0, to)
	}
	mark := k.reserve(len(old) + 1)
	for _, e := range old {
		k.emit(e)
	}
	k.emit(env.Extent{Text: hole, Times: int(to - size)})
	return k.built(mark)
}

// slice returns the bytes [lo, hi), which exist.
func (k *Kernel) slice(d env.Data, lo, hi int64) env.Data {
	if lo >= hi {
		return nil
	}
	mark := k.reserve(len(d)*3 + 1)
	k.cutInto(d, lo, hi)
	return k.built(mark)
}

// join returns a followed by b.
func (k *Kernel) join(a, b env.Data) env.Data {
	if len(a) == 0 {
		return b
	}
	mark := k.reserve(len(a) + len(b))
	for _, e := range a {
		k.emit(e)
	}
	for _, e := range b {
		k.emit(e)
	}
	return k.built(mark)
}

// reserve makes room for n extents behind the arena's end and returns that end.
// A chunk that is full is left to those who hold content in it.
func (k *Kernel) reserve(n int) int {
	if cap(k.arena)-len(k.arena) < n {
		k.arena = make([]env.Extent, 0, max(2*cap(k.arena), n, 256))
	}
	return len(k.arena)
}

// built is what was emitted since mark; nobody can append into the arena
// through it.
func (k *Kernel) built(mark int) env.Data {
	return env.Data(k.arena[mark:len(k.arena):len(k.arena)])
}

func (k *Kernel) emit(e env.Extent) {
	if e.Times > 0 && e.Text != "" {
		k.arena = append(k.arena, e)
	}
}

// cutInto emits the bytes [lo, hi) of d.
func (k *Kernel) cutInto(d env.Data, lo, hi int64) {
	at := int64(0)
	for _, e := range d {
		n := int64(e.Len())
		if from, to := max(lo-at, 0), min(hi-at, n); from < to {
			k.cutExtent(e, int(from), int(to))
		}
		if at += n; at >= hi {
			return
		}
	}
}

// cutExtent emits the bytes [from, to) of e: a part of one repetition, whole
// ones, a part of one.
func (k *Kernel) cutExtent(e env.Extent, from, to int) {
	size := len(e.Text)
	first, last := from/size, to/size
	if first == last {
		k.emit(env.Extent{Text: e.Text[from%size : to%size], Times: 1, Version: e.Version})
		return
	}
	if head := from % size; head != 0 {
		k.emit(env.Extent{Text: e.Text[head:], Times: 1, Version: e.Version})
		first++
	}
	k.emit(env.Extent{Text: e.Text, Times: last - first, Version: e.Version})
	k.emit(env.Extent{Text: e.Text[:to%size], Times: 1, Version: e.Version})
}

// cut sets the size of a file.
func (k *Kernel) cut(in int32, size int64) {
	i := &k.inodes[in]
	k.writes(Content, i.serial)
	i.data = k.resize(i.data, i.size, size)
	i.size = size
}
