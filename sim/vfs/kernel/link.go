package kernel

import (
	"errors"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Linking is a link(2) that has found its file but not made the new name.
type Linking struct{ dentry int32 }

// BeginLink finds the file. What becomes of its name from then on does not
// matter: even a link of a file to its own name succeeds if the file is renamed
// meanwhile (observed, Linux 6.18). A symbolic link is not followed.
func (k *Kernel) BeginLink(t Table, from string) (Linking, error) {
	d, err := k.resolve(t, from, false)
	if err != nil {
		return Linking{}, err
	}
	k.pin(d)
	return Linking{d}, nil
}

// EndLink makes the new name. It queues ATTRIB for the file, then CREATE for the
// name. If it returns ErrBlocked, the link is still to be ended.
func (k *Kernel) EndLink(t Table, l Linking, to string) error {
	p, err := k.vacant(t, to, false)
	in := k.dentries[l.dentry].inode
	switch {
	case err != nil:
	case k.inodes[in].kind == directory:
		err = env.EPERM
	case k.inodes[in].links == 0:
		err = env.ENOENT
	}
	var dir int32
	if err == nil {
		if dir = k.dentries[p.dir].inode; !k.free(dir, in) {
			return ErrBlocked
		}
	}
	c := k.begin()
	if err == nil {
		k.lock(c, dir)
		k.inodes[in].links++
		k.writes(Attributes, k.inodes[in].serial)
		k.changed(Made, k.enter(p.dir, p.name, in))
		c.add(step{do: tellInode, inode: in, mask: env.InAttrib})
		k.announceEntry(c, dir, p.name, env.InCreate, 0)
		k.unlockLater(c, dir)
	}
	c.add(step{do: unpinName, dentry: l.dentry})
	k.end(c)
	return err
}

// Link is link(2) in one part.
func (k *Kernel) Link(t Table, from, to string) error {
	l, err := k.BeginLink(t, from)
	if err != nil {
		return err
	}
	err = k.EndLink(t, l, to)
	if errors.Is(err, ErrBlocked) {
		k.dentries[l.dentry].pins-- // no effect: the caller starts again
	}
	return err
}
