package kernel

import (
	"strings"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Open is open(2) with mode 0644 for a new file.
func (k *Kernel) Open(t Table, path string, flags env.OpenFlag) (env.FD, error) {
	return k.OpenMode(t, path, flags, 0o644)
}

// OpenMode is open(2). mode is the mode of a new file.
//
// CREATE comes before OPEN; OPEN comes before the MODIFY of O_TRUNC, which is
// queued for an empty file too but not for a new one (observed, Linux 6.18;
// before 6.8 MODIFY came first).
func (k *Kernel) OpenMode(t Table, path string, flags env.OpenFlag, mode uint16) (env.FD, error) {
	if flags&env.PathOnly != 0 {
		flags &= env.PathOnly | env.Directory | env.NoFollow
	}
	if flags&env.Create != 0 && flags&env.Directory != 0 {
		return env.NoFD, env.EINVAL
	}
	exclusive := flags&env.Create != 0 && flags&env.Exclusive != 0
	// What is to be made can not be called a directory, whatever is there: no
	// symbolic link is followed to find out (open_last_lookups in the kernel).
	called := flags&env.Create != 0 && strings.HasSuffix(path, "/")
	p, err := k.find(t, path, flags&env.NoFollow == 0 && !exclusive && !called)
	if err != nil {
		return env.NoFD, err
	}
	if flags&env.Create != 0 && p.slash && p.dots == "" {
		return env.NoFD, env.EISDIR
	}
	if k.full(t) {
		return env.NoFD, env.EMFILE
	}
	if p.child == 0 {
		return k.openNew(t, p, flags, mode)
	}
	if exclusive {
		return env.NoFD, env.EEXIST
	}
	if err := k.mayOpen(p, flags); err != nil {
		return env.NoFD, err
	}
	in := k.dentries[p.child].inode
	cut := flags&env.Truncate != 0 && k.inodes[in].kind == regular
	if cut && !k.mayLock(in) {
		return env.NoFD, ErrBlocked
	}
	c := k.begin()
	k.reads(Attributes, k.inodes[in].serial)
	if cut && k.cfg.ModifyBeforeOpen {
		k.changeInode(c, p.child, step{do: cutInode}, env.InModify)
	}
	fd := k.openDentry(c, t, p.child, flags)
	if cut && !k.cfg.ModifyBeforeOpen {
		k.changeInode(c, p.child, step{do: cutInode}, env.InModify)
	}
	k.end(c)
	return fd, nil
}

// openNew opens a file that is not there, which needs O_CREAT.
func (k *Kernel) openNew(t Table, p place, flags env.OpenFlag, mode uint16) (env.FD, error) {
	switch {
	case flags&env.Create == 0:
		return env.NoFD, env.ENOENT
	case k.dentries[p.dir].unlinked:
		return env.NoFD, env.ENOENT
	}
	dir := k.dentries[p.dir].inode
	if !k.free(dir) {
		return env.NoFD, ErrBlocked
	}
	c := k.begin()
	k.lock(c, dir)
	d := k.enter(p.dir, p.name, k.newInode(regular, mode))
	k.changed(Made, d)
	k.announceEntry(c, dir, p.name, env.InCreate, 0)
	k.unlockLater(c, dir)
	fd := k.openDentry(c, t, d, flags)
	k.end(c)
	return fd, nil
}

// mayOpen checks the flags against what is there (may_open in the kernel).
func (k *Kernel) mayOpen(p place, flags env.OpenFlag) error {
	kind := k.kindOf(p.child)
	writing := flags&(env.WriteOnly|env.ReadWrite|env.Truncate) != 0
	switch {
	case kind == symlink && flags&env.Directory != 0:
		return env.ENOTDIR
	case kind == symlink && flags&env.PathOnly == 0:
		return env.ELOOP
	case kind == directory && (writing || flags&env.Create != 0):
		return env.EISDIR
	case kind != directory && (p.slash || flags&env.Directory != 0):
		return env.ENOTDIR
	}
	return nil
}

// openDentry makes the description and its number; the table is not full.
func (k *Kernel) openDentry(c *Call, t Table, d int32, flags env.OpenFlag) env.FD {
	desc := k.newDescription(d, flags)
	fd, err := k.install(t, desc)
	if err != nil {
		panic("kernel: no free number in a table that is not full")
	}
	if flags&env.PathOnly == 0 {
		k.announceHeld(c, d, env.InOpen, true)
	}
	return fd
}
