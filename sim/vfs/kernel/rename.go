package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// RenameFlag changes what Rename does.
type RenameFlag = env.RenameFlag

// The flags of renameat2(2).
const (
	NoReplace = env.RenameNoReplace
	Exchange  = env.RenameExchange
)

// Rename is renameat2(2). It queues MOVED_FROM and MOVED_TO with one cookie to
// the directories, then MOVE_SELF to what was moved. A file that is replaced
// gets ATTRIB before, and DELETE_SELF and IGNORED after MOVE_SELF; its directory
// gets no DELETE (observed, Linux 6.18).
func (k *Kernel) Rename(t Table, from, to string, flags RenameFlag) error {
	src, err := k.find(t, from, false)
	if err != nil {
		return err
	}
	dst, err := k.find(t, to, false)
	if err != nil {
		return err
	}
	if done, err := k.mayRename(src, dst, flags); done || err != nil {
		return err
	}
	moved, victim := k.dentries[src.child].inode, int32(0)
	if dst.child != 0 {
		victim = k.dentries[dst.child].inode
	}
	from1, to1 := k.dentries[src.dir].inode, k.dentries[dst.dir].inode
	if !k.free(from1, to1, moved, victim) {
		return ErrBlocked
	}
	switch {
	case k.heldOpen(moved):
		return env.EBUSY
	case k.heldOpen(victim):
		return env.EPERM
	}
	c := k.begin()
	k.lock(c, from1)
	k.lock(c, to1)
	if flags&Exchange != 0 {
		k.exchange(c, src, dst)
	} else {
		k.move(c, src, dst)
	}
	k.unlockLater(c, from1)
	if to1 != from1 {
		k.unlockLater(c, to1)
	}
	if victim != 0 && flags&Exchange == 0 {
		c.add(step{do: unpinName, dentry: dst.child})
	}
	c.add(step{do: unpinName, dentry: src.child})
	k.end(c)
	return nil
}

// mayRename makes the checks of rename(2) in the kernel's order. done is set if
// there is nothing to do: both names stand for the same inode.
func (k *Kernel) mayRename(src, dst place, flags RenameFlag) (done bool, err error) {
	both := NoReplace | Exchange
	switch {
	case flags&both == both:
		return false, env.EINVAL
	case src.dots != "":
		return false, env.EBUSY
	case dst.dots != "" && flags&NoReplace != 0:
		return false, env.EEXIST
	case dst.dots != "":
		return false, env.EBUSY
	case src.child == 0:
		return false, env.ENOENT
	case dst.child != 0 && flags&NoReplace != 0:
		return false, env.EEXIST
	case dst.child == 0 && flags&Exchange != 0:
		return false, env.ENOENT
	}
	dir := k.kindOf(src.child) == directory
	newDir := dst.child != 0 && k.kindOf(dst.child) == directory
	switch {
	case flags&Exchange != 0 && !newDir && dst.slash:
		return false, env.ENOTDIR
	case !dir && (src.slash || flags&Exchange == 0 && dst.slash):
		return false, env.ENOTDIR
	case dir && k.within(dst.dir, src.child):
		return false, env.EINVAL
	case newDir && k.within(src.dir, dst.child) && flags&Exchange != 0:
		return false, env.EINVAL
	case newDir && k.within(src.dir, dst.child):
		return false, env.ENOTEMPTY
	case dst.child == 0 && k.dentries[dst.dir].unlinked:
		return false, env.ENOENT
	case dst.child == 0:
		return false, nil
	case k.dentries[src.child].inode == k.dentries[dst.child].inode:
		return true, nil
	case flags&Exchange != 0:
		return false, nil
	case dir && !newDir:
		return false, env.ENOTDIR
	case !dir && newDir:
		return false, env.EISDIR
	case newDir && k.inodes[k.dentries[dst.child].inode].first != 0:
		return false, env.ENOTEMPTY
	}
	return false, nil
}

// move gives src the name of dst, which stops to stand for what it did. Both
// dentries are left pinned.
func (k *Kernel) move(c *Call, src, dst place) {
	d := src.child
	in := k.dentries[d].inode
	dir := k.inodes[in].isDir()
	k.pin(d)
	var victim int32
	if dst.child != 0 {
		victim = k.dentries[dst.child].inode
		v := &k.inodes[victim]
		k.writes(Attributes, v.serial)
		if v.links--; v.kind == directory {
			v.links = 0
			k.inodes[k.dentries[dst.dir].inode].links--
		}
		k.pin(dst.child)
		k.unname(dst.child)
	}
	if dir != 0 {
		k.inodes[k.dentries[src.dir].inode].links--
		k.inodes[k.dentries[dst.dir].inode].links++
	}
	k.rename(d, dst.dir, dst.name)
	k.moved(d, src.dir, src.name, victim)
	k.announceMove(c, src, dst, dir)
	if victim != 0 {
		c.add(step{do: tellInode, inode: victim, mask: env.InAttrib | k.inodes[victim].isDir()})
	}
	c.add(step{do: tellInode, inode: in, mask: env.InMoveSelf})
}

// heldOpen reports whether an open file keeps an inode from being renamed or
// removed.
func (k *Kernel) heldOpen(in int32) bool {
	if !k.cfg.Sharing || in == 0 {
		return false
	}
	k.writes(Attributes, k.inodes[in].serial) // which open and close read
	for i := range k.descriptions {
		if d := &k.descriptions[i]; d.refs > 0 && k.dentries[d.dentry].inode == in {
			return true
		}
	}
	return false
}

// rename puts a dentry under another name.
func (k *Kernel) rename(d, parent int32, name string) {
	k.replaced(d)
	k.remove(d)
	k.dentries[d].parent, k.dentries[d].name = parent, name
	k.attach(d)
	k.replaced(d)
}

// exchange swaps the names of src and dst. src is left pinned.
func (k *Kernel) exchange(c *Call, src, dst place) {
	a, b := src.child, dst.child
	k.pin(a)
	inA, inB := k.dentries[a].inode, k.dentries[b].inode
	dirA, dirB := k.inodes[inA].isDir(), k.inodes[inB].isDir()
	if dirA != dirB {
		to, from := src.dir, dst.dir
		if dirA != 0 {
			to, from = dst.dir, src.dir
		}
		k.inodes[k.dentries[to].inode].links++
		k.inodes[k.dentries[from].inode].links--
	}
	k.rename(a, dst.dir, dst.name)
	k.rename(b, src.dir, src.name)
	k.moved(a, src.dir, src.name, 0)
	k.moved(b, dst.dir, dst.name, 0)
	k.announceMove(c, src, dst, dirA)
	c.add(step{do: tellInode, inode: inA, mask: env.InMoveSelf})
	k.announceMove(c, dst, src, dirB)
	c.add(step{do: tellInode, inode: inB, mask: env.InMoveSelf})
}

// announceMove adds the two halves of a move, which carry the same cookie.
func (k *Kernel) announceMove(c *Call, src, dst place, dir env.WatchMask) {
	k.cookie++
	k.announceEntry(c, k.dentries[src.dir].inode, src.name, env.InMovedFrom|dir, k.cookie)
	k.announceEntry(c, k.dentries[dst.dir].inode, dst.name, env.InMovedTo|dir, k.cookie)
}
