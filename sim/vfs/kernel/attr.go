package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// Chmod is chmod(2). It queues ATTRIB even if nothing changes, as all calls of
// this file do.
func (k *Kernel) Chmod(t Table, path string, mode uint16) error {
	d, err := k.resolve(t, path, true)
	if err != nil {
		return err
	}
	return k.change(d, step{do: setMode, n: int64(mode)}, env.InAttrib)
}

// Fchmod is fchmod(2).
func (k *Kernel) Fchmod(t Table, fd env.FD, mode uint16) error {
	id := k.description(t, fd)
	if id == 0 || k.descriptions[id].path() {
		return env.EBADF
	}
	return k.change(k.descriptions[id].dentry, step{do: setMode, n: int64(mode)}, env.InAttrib)
}

// Chown is chown(2); owners are not modelled.
func (k *Kernel) Chown(t Table, path string) error { return k.touch(t, path, env.InAttrib) }

// Setxattr is setxattr(2); attributes are not modelled.
func (k *Kernel) Setxattr(t Table, path string) error { return k.touch(t, path, env.InAttrib) }

// Times says which of its times utimensat(2) sets.
type Times = env.Times

// The times that can be set, and the event that tells of each.
const (
	BothTimes        = env.BothTimes        // ATTRIB
	ModificationTime = env.ModificationTime // MODIFY
	AccessTime       = env.AccessTime       // ACCESS
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
	return k.change(d, step{do: touchInode}, mask)
}

// change is a call that does one thing to the inode of d and queues mask.
func (k *Kernel) change(d int32, effect step, mask env.WatchMask) error {
	if !k.mayLock(k.dentries[d].inode) {
		return ErrBlocked
	}
	c := k.begin()
	k.changeInode(c, d, effect, mask)
	k.end(c)
	return nil
}

// changeInode adds the steps of a change: the path is resolved by now; the
// effect and its record come under the inode's lock (notify_change), which the
// call may have to wait for while the name is removed.
func (k *Kernel) changeInode(c *Call, d int32, effect step, mask env.WatchMask) {
	in := k.dentries[d].inode
	effect.inode = in
	if !k.deferred(c) {
		k.perform(c, effect, false)
		kind := Touched
		if effect.do == cutInode {
			kind = Cut
		}
		k.changed(kind, d)
		k.announce(c, d, mask, false)
		return
	}
	k.pin(d)
	c.add(step{do: lockInode, inode: in})
	c.add(effect)
	k.announce(c, d, mask, false)
	c.add(step{do: unlockInode, inode: in})
	c.add(step{do: unpinName, dentry: d})
}
