package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// vacant finds the place of a name that is to be made.
func (k *Kernel) vacant(t Table, path string, dir bool) (place, error) {
	p, err := k.find(t, path, false)
	switch {
	case err != nil:
		return p, err
	case p.child != 0:
		return p, env.EEXIST
	case p.slash && !dir, k.dentries[p.dir].unlinked:
		return p, env.ENOENT
	}
	return p, nil
}

// Mkdir is mkdir(2).
func (k *Kernel) Mkdir(t Table, path string) error { return k.MkdirMode(t, path, 0o755) }

// MkdirMode is mkdir(2).
func (k *Kernel) MkdirMode(t Table, path string, mode uint16) error {
	p, err := k.vacant(t, path, true)
	if err != nil {
		return err
	}
	dir := k.dentries[p.dir].inode
	if !k.free(dir) {
		return ErrBlocked
	}
	in := k.newInode(directory, mode)
	k.inodes[in].links = 2
	k.inodes[dir].links++
	k.made(p, in, env.InCreate|env.InIsDir)
	return nil
}

// Symlink is symlink(2).
func (k *Kernel) Symlink(t Table, target, path string) error {
	if target == "" {
		return env.ENOENT
	}
	p, err := k.vacant(t, path, false)
	if err != nil {
		return err
	}
	if !k.free(k.dentries[p.dir].inode) {
		return ErrBlocked
	}
	in := k.newInode(symlink, 0o777)
	k.inodes[in].target = target
	k.made(p, in, env.InCreate)
	return nil
}

// made enters a new inode and queues CREATE.
func (k *Kernel) made(p place, in int32, mask env.WatchMask) {
	dir := k.dentries[p.dir].inode
	c := k.begin()
	k.lock(c, dir)
	k.changed(Made, k.enter(p.dir, p.name, in))
	k.announceEntry(c, dir, p.name, mask, 0)
	k.unlockLater(c, dir)
	k.end(c)
}

// Unlink is unlink(2). ATTRIB goes to the file; if this was its last name and
// nobody has it open, DELETE_SELF and IGNORED; then DELETE to the directory.
func (k *Kernel) Unlink(t Table, path string) error {
	p, err := k.find(t, path, false)
	switch {
	case err != nil:
		return err
	case p.dots != "":
		return env.EISDIR
	case p.child == 0:
		return env.ENOENT
	case k.kindOf(p.child) == directory:
		return env.EISDIR
	case p.slash:
		return env.ENOTDIR
	}
	dir, in := k.dentries[p.dir].inode, k.dentries[p.child].inode
	if !k.free(dir, in) {
		return ErrBlocked
	}
	if k.heldOpen(in) {
		return env.EBUSY
	}
	k.inodes[in].links--
	c := k.begin()
	c.add(step{do: tellInode, inode: in, mask: env.InAttrib})
	k.unnameAndTell(c, p, env.InDelete)
	return nil
}

// Rmdir is rmdir(2). DELETE_SELF and IGNORED precede the parent's DELETE.
func (k *Kernel) Rmdir(t Table, path string) error {
	p, err := k.find(t, path, false)
	switch {
	case err != nil:
		return err
	case p.dots == ".":
		return env.EINVAL
	case p.dots == "..":
		return env.ENOTEMPTY
	case p.dots == "/":
		return env.EBUSY
	case p.child == 0:
		return env.ENOENT
	case k.kindOf(p.child) != directory:
		return env.ENOTDIR
	}
	dir, in := k.dentries[p.dir].inode, k.dentries[p.child].inode
	if !k.free(dir, in) {
		return ErrBlocked
	}
	k.reads(Listing, k.inodes[in].serial)
	if k.inodes[in].first != 0 {
		return env.ENOTEMPTY
	}
	k.inodes[in].links = 0
	k.inodes[dir].links--
	k.unnameAndTell(k.begin(), p, env.InDelete|env.InIsDir)
	return nil
}

// unnameAndTell removes the name at p and ends the call.
func (k *Kernel) unnameAndTell(c *Call, p place, mask env.WatchMask) {
	d := p.child
	de := &k.dentries[d]
	dir := k.dentries[p.dir].inode
	k.lock(c, dir)
	k.writes(Attributes, k.inodes[de.inode].serial)
	unused := de.pins == 0
	k.changed(Removed, d)
	k.pin(d)
	k.unname(d)
	if unused {
		k.part(c, d)
	}
	k.announceEntry(c, dir, p.name, mask, 0)
	k.unlockLater(c, dir)
	c.add(step{do: unpinName, dentry: d})
	k.end(c)
}
