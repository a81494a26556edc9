package kernel

import (
	"errors"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Copying is a copy_file_range(2) or sendfile(2) under way. The kernel moves the bytes
// through a pipe, so they come in chunks; it holds the lock of the target for one
// chunk, and others may write between two (do_splice_direct; observed, Linux 6.18).
// Unlike a read or a write it does not hold the offsets: it takes note of them at its
// start and sets them at its end.
type Copying struct {
	src, dst int32 // descriptions
	target   int32 // inode
	from, to int64 // the offsets
	want     int64
	done     int64
	chunk    int64 // where the chunk under way ends; done if there is none
	size     int64 // where the source ended when that began
	over     bool  // the source has no more
	whole    bool  // one call: nobody can have waited for it
}

// pipeSize is the number of bytes of a pipe, in which a page takes a slot even if only
// a part of it is copied.
const pipeSize = 16 * Page

// BeginCopyFileRange starts a copy_file_range(2) between the offsets of two files.
// Nothing is visible yet.
func (k *Kernel) BeginCopyFileRange(t Table, from, to env.FD, n int) (Copying, error) {
	src, dst := k.description(t, from), k.description(t, to)
	if src == 0 || dst == 0 || k.descriptions[src].path() || k.descriptions[dst].path() {
		return Copying{}, env.EBADF
	}
	s, d := &k.descriptions[src], &k.descriptions[dst]
	in, out := &k.inodes[k.inodeOf(src)], &k.inodes[k.inodeOf(dst)]
	switch {
	case in.kind == directory || out.kind == directory:
		return Copying{}, env.EISDIR
	case !s.readable() || !d.writable() || d.flags&env.Append != 0:
		return Copying{}, env.EBADF
	}
	if in == out {
		count := max(min(int64(n), in.size-s.offset), 0)
		if d.offset+count > s.offset && d.offset < s.offset+count {
			return Copying{}, env.EINVAL // the ranges overlap
		}
	}
	return k.beginCopy(src, dst, n), nil
}

// BeginSendfile starts a sendfile(2) from the offset of one file to that of another.
func (k *Kernel) BeginSendfile(t Table, from, to env.FD, n int) (Copying, error) {
	src, dst := k.description(t, from), k.description(t, to)
	if src == 0 || dst == 0 || !k.descriptions[src].readable() || !k.descriptions[dst].writable() {
		return Copying{}, env.EBADF
	}
	if k.descriptions[dst].flags&env.Append != 0 {
		return Copying{}, env.EINVAL
	}
	if n > 0 && k.inodes[k.inodeOf(src)].kind == directory {
		return Copying{}, env.EINVAL // for nothing it is not even looked at
	}
	return k.beginCopy(src, dst, n), nil
}

func (k *Kernel) beginCopy(src, dst int32, n int) Copying {
	s, d := &k.descriptions[src], &k.descriptions[dst]
	k.writes(Description, s.serial) // it sets them at its end
	k.writes(Description, d.serial)
	s.refs++
	d.refs++
	return Copying{src: src, dst: dst, target: k.inodeOf(dst), from: s.offset, to: d.offset, want: int64(n)}
}

// NextPage is how far, counted from the start of the copy, the bytes reach that share
// a page of the target with the next one to become visible.
func (c *Copying) NextPage() int {
	at := c.to + c.done
	return int(min(c.done+Page-at%Page, c.want))
}

// Range is where in the target the copy began and has come to, and how far, counted from
// its start, NextPage reaches.
func (c *Copying) Range() (start, at int64, next int) { return c.to, c.to + c.done, c.NextPage() }

// NextChunk is how far the chunk of the next byte reaches, counted from the start of
// the copy: as far as the slots of the pipe do.
func (c *Copying) NextChunk() int {
	if c.done < c.chunk {
		return int(c.chunk)
	}
	return int(min(c.done+pipeSize-(c.from+c.done)%Page, c.want))
}

// LastChunk is where the last chunk ends that does not reach beyond upTo, both counted
// from the start of the copy.
func (c *Copying) LastChunk(upTo int) int {
	first := int(pipeSize - c.from%Page)
	if upTo < first {
		return 0
	}
	return upTo - (upTo-first)%pipeSize
}

// Expected is the number of bytes that the copy will move if the source stays as it is.
func (k *Kernel) Expected(c *Copying) int {
	in := &k.inodes[k.inodeOf(c.src)]
	k.reads(Content, in.serial)
	return int(max(0, min(c.want, in.size-c.from)))
}

// Over reports whether all is copied that there is.
func (c *Copying) Over() bool { return c.over || c.done >= c.want }

// CopyStep makes the bytes up to upTo, counted from the start of the copy, visible in
// the target. If that is in the middle of a chunk, the target stays locked. It returns
// ErrBlocked when a chunk is to begin and another call holds the lock: then it is to
// be called again.
func (k *Kernel) CopyStep(c *Copying, upTo int) error {
	for !c.Over() && c.done < int64(upTo) {
		if c.done >= c.chunk {
			if err := k.beginChunk(c); err != nil || c.over {
				return err
			}
		}
		k.copyBytes(c, min(int64(upTo), c.chunk))
		if c.done >= c.chunk {
			k.endChunk(c)
		}
	}
	return nil
}

// beginChunk takes the lock of the target and looks how much there is to copy.
func (k *Kernel) beginChunk(c *Copying) error {
	if !k.free(c.target) {
		return ErrBlocked
	}
	in := &k.inodes[k.inodeOf(c.src)]
	k.reads(Content, in.serial)
	c.size = in.size
	end := min(int64(c.NextChunk()), in.size-c.from)
	if end <= c.done {
		c.over = true
		return nil
	}
	c.chunk = end
	if !c.whole {
		k.writes(Lock, k.inodes[c.target].serial)
	}
	k.inodes[c.target].locked = true
	return nil
}

func (k *Kernel) endChunk(c *Copying) {
	k.inodes[c.target].locked = false
	if !c.whole {
		k.unlocked(c.target)
	}
}

// copyBytes copies the bytes up to upTo of the chunk, as they are in the source now.
func (k *Kernel) copyBytes(c *Copying, upTo int64) {
	r := Reading{desc: c.src, off: c.from, want: upTo, done: c.done, end: c.size}
	k.ReadStep(&r, int(upTo))
	out := &k.inodes[c.target]
	k.writes(Content, out.serial)
	out.data, out.size = k.splice(out.data, out.size, c.to+c.done, r.got)
	if r.done < upTo { // the source was cut meanwhile
		c.chunk = r.done
		c.over = true
	}
	c.done = r.done
}

// StopCopy makes what is copied so far all that will be: who copies was killed.
func (k *Kernel) StopCopy(c *Copying) {
	if c.done < c.chunk {
		k.endChunk(c)
	}
	c.chunk, c.over = c.done, true
}

// EndCopy copies the rest, sets the offsets, and queues ACCESS on the source and
// MODIFY on the target if it copied anything. If it returns ErrBlocked, the copy is
// still to be ended.
func (k *Kernel) EndCopy(c *Copying) (int, error) {
	if err := k.CopyStep(c, int(c.want)); err != nil {
		return 0, err
	}
	s, d := &k.descriptions[c.src], &k.descriptions[c.dst]
	call := k.begin()
	if c.done > 0 {
		s.offset, d.offset = c.from+c.done, c.to+c.done
		k.changed(Wrote, d.dentry)
		k.announce(call, s.dentry, env.InAccess, true)
		k.announce(call, d.dentry, env.InModify, true)
	}
	if !c.whole {
		k.writes(Description, s.serial)
		k.writes(Description, d.serial)
	}
	k.letGo(call, c.src)
	k.letGo(call, c.dst)
	k.end(call)
	return int(c.done), nil
}

// CopyFileRange is copy_file_range(2) in one part.
func (k *Kernel) CopyFileRange(t Table, from, to env.FD, n int) (int, error) {
	c, err := k.BeginCopyFileRange(t, from, to, n)
	return k.copyWhole(c, err)
}

// Sendfile is sendfile(2) in one part.
func (k *Kernel) Sendfile(t Table, from, to env.FD, n int) (int, error) {
	c, err := k.BeginSendfile(t, from, to, n)
	return k.copyWhole(c, err)
}

func (k *Kernel) copyWhole(c Copying, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	c.whole = true
	n, err := k.EndCopy(&c)
	if errors.Is(err, ErrBlocked) { // no effect: the caller starts again
		k.descriptions[c.src].refs--
		k.descriptions[c.dst].refs--
	}
	return n, err
}
