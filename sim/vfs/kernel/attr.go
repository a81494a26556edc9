package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// Chmod is chmod(2). It queues ATTRIB even if nothing changes, as all calls of
// this file do.
func (k *Kernel) Chmod(t Table, path string, mode uint16) error {
	d, err := k.resolve(t, path, true)
	if err != nil {
		return err
	}
	return k.change(d, env.InAttrib, func(in *inode) { in.mode = mode & 0o7777 })
}

// Fchmod is fchmod(2).
func (k *Kernel) Fchmod(t Table, fd env.FD, mode uint16) error {
	id := k.description(t, fd)
	if id == 0 || k.descriptions[id].path() {
		return env.EBADF
	}
	return k.change(k.descriptions[id].dentry, env.InAttrib, func(in *inode) { in.mode = mode & 0o7777 })
}

// Chown is chown(2); owners are not modelled.
func (k *Kernel) Chown(t Table, path string) error { return k.touch(t, path, env.InAttrib) }

// Setxattr is setxattr(2); attributes are not modelled.
func (k *Kernel) Setxattr(t Table, path string) error { return k.touch(t, path, env.InAttrib) }

// Times says which of its times utimensat(2) sets.
type Times uint8

// The times that can be set.
const (
	BothTimes        Times = iota // as touch does: ATTRIB
	ModificationTime              // alone: MODIFY
	AccessTime                    // alone: ACCESS
)

// Utimes is utimensat(2). Which event it queues depends on which times it sets
// (fsnotify_change in the kernel; observed, Linux 6.18).
func (k *Kernel) Utimes(t Table, path string, which Times) error {
	mask := env.InAttrib
	switch which {
	case ModificationTime:
		mask = env.InModify
	case AccessTime:
		mask = env.InAccess
	}
	return k.touch(t, path, mask)
}

func (k *Kernel) touch(t Table, path string, mask env.WatchMask) error {
	d, err := k.resolve(t, path, true)
	if err != nil {
		return err
	}
	return k.change(d, mask, nil)
}

// change applies set to the inode of d and queues mask.
func (k *Kernel) change(d int32, mask env.WatchMask, set func(*inode)) error {
	in := k.dentries[d].inode
	if !k.free(in) {
		return ErrBlocked
	}
	c := k.begin()
	k.lock(c, in)
	k.writes(Attributes, k.inodes[in].serial)
	if set != nil {
		set(&k.inodes[in])
	}
	k.pin(d)
	k.announce(c, d, mask, false)
	k.unlockLater(c, in)
	c.add(step{do: unpinName, dentry: d})
	k.end(c)
	return nil
}
