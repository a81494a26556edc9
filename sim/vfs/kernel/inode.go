package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

type inodeKind uint8

const (
	regular inodeKind = iota + 1
	directory
	symlink
)

// inode is a file, directory or symbolic link, whatever its names are.
type inode struct {
	serial uint64 // the inode number; unlike a disk's it is never used again
	kind   inodeKind
	locked bool // a call between its parts holds the inode's lock (i_rwsem)
	mode   uint16
	links  int32
	refs   int32 // dentries that stand for it, those of removed names included
	first  int32 // oldest entry of a directory
	last   int32 // youngest
	watch  int32 // first of the chain of watches
	next   int32 // in the free list
	size   int64
	data   env.Data
	target string // of a symbolic link
}

// isDir is the ISDIR bit if in is a directory.
func (in *inode) isDir() env.WatchMask {
	if in.kind == directory {
		return env.InIsDir
	}
	return 0
}

func (k *Kernel) newInode(kind inodeKind, mode uint16) int32 {
	id := k.freeInode
	if id != 0 {
		k.freeInode = k.inodes[id].next
	} else {
		id = int32(len(k.inodes))
		k.inodes = append(k.inodes, inode{})
	}
	k.serial++
	k.inodes[id] = inode{serial: k.serial, kind: kind, mode: mode, links: 1}
	return id
}

// dropInode takes away one of the dentries of an inode. Without names and
// without dentries it is gone.
func (k *Kernel) dropInode(id int32) {
	in := &k.inodes[id]
	in.refs--
	if in.refs == 0 && in.links == 0 {
		*in = inode{next: k.freeInode}
		k.freeInode = id
	}
}

// Stat is what stat(2) tells, with the fields that env.Stat leaves out.
type Stat struct {
	env.Stat
	Mode    uint16
	Symlink bool
}

// dirSize is the size that ext4 shows for a small directory.
const dirSize = 4096

func (k *Kernel) stat(id int32) Stat {
	in := &k.inodes[id]
	k.reads(Attributes, in.serial)
	k.reads(Content, in.serial)
	s := Stat{Stat: env.Stat{
		Inode: in.serial, Size: in.size, Links: int(in.links), Dir: in.kind == directory,
	}, Mode: in.mode, Symlink: in.kind == symlink}
	switch in.kind {
	case directory:
		s.Size = dirSize
	case symlink:
		s.Size = int64(len(in.target))
	}
	return s
}

// Stat is stat(2). It queues nothing.
func (k *Kernel) Stat(t Table, path string) (Stat, error) {
	d, err := k.resolve(t, path, true)
	if err != nil {
		return Stat{}, err
	}
	return k.stat(k.dentries[d].inode), nil
}

// Lstat is lstat(2): Stat that does not follow a symbolic link at the end.
func (k *Kernel) Lstat(t Table, path string) (Stat, error) {
	d, err := k.resolve(t, path, false)
	if err != nil {
		return Stat{}, err
	}
	return k.stat(k.dentries[d].inode), nil
}

// Access is access(2) with F_OK. It queues nothing.
func (k *Kernel) Access(t Table, path string) error {
	_, err := k.resolve(t, path, true)
	return err
}

// Readlink is readlink(2). It queues nothing.
func (k *Kernel) Readlink(t Table, path string) (string, error) {
	d, err := k.resolve(t, path, false)
	if err != nil {
		return "", err
	}
	in := &k.inodes[k.dentries[d].inode]
	if in.kind != symlink {
		return "", env.EINVAL
	}
	return in.target, nil
}
