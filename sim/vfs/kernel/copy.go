package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// CopyFileRange is copy_file_range(2) between the offsets of two files. It
// queues ACCESS on the source and MODIFY on the target if it copied anything.
func (k *Kernel) CopyFileRange(t Table, from, to env.FD, n int) (int, error) {
	src, dst := k.description(t, from), k.description(t, to)
	if src == 0 || dst == 0 || k.descriptions[src].path() || k.descriptions[dst].path() {
		return 0, env.EBADF
	}
	s, d := &k.descriptions[src], &k.descriptions[dst]
	in, out := &k.inodes[k.inodeOf(src)], &k.inodes[k.inodeOf(dst)]
	switch {
	case in.kind == directory || out.kind == directory:
		return 0, env.EISDIR
	case !s.readable() || !d.writable() || d.flags&env.Append != 0:
		return 0, env.EBADF
	}
	if in == out {
		count := max(min(int64(n), in.size-s.offset), 0)
		if d.offset+count > s.offset && d.offset < s.offset+count {
			return 0, env.EINVAL // the ranges overlap
		}
	}
	return k.copy(src, dst, n)
}

// Sendfile is sendfile(2) from the offset of one file to that of another. It
// queues what CopyFileRange does.
func (k *Kernel) Sendfile(t Table, from, to env.FD, n int) (int, error) {
	src, dst := k.description(t, from), k.description(t, to)
	if src == 0 || dst == 0 || !k.descriptions[src].readable() || !k.descriptions[dst].writable() {
		return 0, env.EBADF
	}
	if k.descriptions[dst].flags&env.Append != 0 {
		return 0, env.EINVAL
	}
	if n > 0 && k.inodes[k.inodeOf(src)].kind == directory {
		return 0, env.EINVAL // for nothing it is not even looked at
	}
	return k.copy(src, dst, n)
}

// copy moves at most n bytes between the offsets of two descriptions.
func (k *Kernel) copy(src, dst int32, n int) (int, error) {
	s, d := &k.descriptions[src], &k.descriptions[dst]
	target := k.inodeOf(dst)
	k.writes(Description, s.serial) // also by a call that has to wait
	k.writes(Description, d.serial)
	if s.busy || d.busy || !k.free(target) {
		return 0, ErrBlocked
	}
	in := &k.inodes[k.inodeOf(src)]
	k.reads(Content, in.serial)
	lo, hi := s.offset, min(s.offset+int64(n), in.size)
	if lo >= hi {
		return 0, nil
	}
	data := k.view(in, lo, hi)
	o := &k.inodes[target]
	k.writes(Content, o.serial)
	o.data, o.size = k.splice(o.data, o.size, d.offset, data)
	s.offset, d.offset = hi, d.offset+hi-lo
	k.changed(Wrote, d.dentry)
	c := k.begin()
	k.announceHeld(c, s.dentry, env.InAccess, true)
	k.announceHeld(c, d.dentry, env.InModify, true)
	k.end(c)
	return int(hi - lo), nil
}
