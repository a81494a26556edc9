package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// Truncate is truncate(2). It queues MODIFY even if the size stays the same.
func (k *Kernel) Truncate(t Table, path string, size int64) error {
	if size < 0 {
		return env.EINVAL
	}
	d, err := k.resolve(t, path, true)
	if err != nil {
		return err
	}
	if k.kindOf(d) == directory {
		return env.EISDIR
	}
	return k.truncate(d, size)
}

// Ftruncate is ftruncate(2).
func (k *Kernel) Ftruncate(t Table, fd env.FD, size int64) error {
	if size < 0 {
		return env.EINVAL
	}
	id := k.description(t, fd)
	if id == 0 || k.descriptions[id].path() {
		return env.EBADF
	}
	if !k.descriptions[id].writable() {
		return env.EINVAL
	}
	return k.truncate(k.descriptions[id].dentry, size)
}

func (k *Kernel) truncate(d int32, size int64) error {
	return k.change(d, step{do: cutInode, n: size}, env.InModify)
}

// Fallocate is fallocate(2) with mode 0: the file grows to off+n if it was
// shorter. It queues MODIFY either way.
func (k *Kernel) Fallocate(t Table, fd env.FD, off, n int64) error {
	id := k.description(t, fd)
	if id == 0 || k.descriptions[id].path() {
		return env.EBADF
	}
	if off < 0 || n <= 0 {
		return env.EINVAL
	}
	if !k.descriptions[id].writable() {
		return env.EBADF
	}
	in := k.inodeOf(id)
	if !k.free(in) {
		return ErrBlocked
	}
	if off+n > k.inodes[in].size {
		k.cut(in, off+n)
	}
	k.changed(Cut, k.descriptions[id].dentry)
	c := k.begin()
	k.announceHeld(c, k.descriptions[id].dentry, env.InModify, true)
	k.end(c)
	return nil
}
