package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// dentry is one name of an inode in a directory. An open file holds the dentry
// it was opened by, and its events carry that dentry's present name; so the
// dentry outlives the name when a file is removed while it is open. What
// DELETE_SELF waits for is the last holder of a removed dentry, not the inode.
type dentry struct {
	name     string
	inode    int32
	parent   int32 // a dentry; the root's parent is the root
	prev     int32 // neighbours in the directory, oldest first
	next     int32 // also the free list
	pins     int32 // open descriptions, calls under way, removed children
	unlinked bool  // the name is gone
}

func (k *Kernel) newDentry(name string, in, parent int32) int32 {
	id := k.freeDentry
	if id != 0 {
		k.freeDentry = k.dentries[id].next
	} else {
		id = int32(len(k.dentries))
		k.dentries = append(k.dentries, dentry{})
	}
	k.dentries[id] = dentry{name: name, inode: in, parent: parent}
	k.inodes[in].refs++
	return id
}

// lookup finds a name in a directory, 0 if it is not there.
func (k *Kernel) lookup(dir int32, name string) int32 {
	k.touchEntry(dir, name, false)
	for d := k.inodes[dir].first; d != 0; d = k.dentries[d].next {
		if k.dentries[d].name == name {
			return d
		}
	}
	return 0
}

// enter makes a new name for an inode, the youngest of its directory.
func (k *Kernel) enter(parent int32, name string, in int32) int32 {
	d := k.newDentry(name, in, parent)
	k.attach(d)
	return d
}

// attach puts a dentry into the list of its directory.
func (k *Kernel) attach(d int32) {
	de := &k.dentries[d]
	dir := k.dentries[de.parent].inode
	in := &k.inodes[dir]
	de.prev, de.next = in.last, 0
	if in.last != 0 {
		k.dentries[in.last].next = d
	} else {
		in.first = d
	}
	in.last = d
	k.touchEntry(dir, de.name, true)
}

// remove takes a dentry out of the list of its directory.
func (k *Kernel) remove(d int32) {
	de := &k.dentries[d]
	dir := k.dentries[de.parent].inode
	in := &k.inodes[dir]
	if de.prev != 0 {
		k.dentries[de.prev].next = de.next
	} else {
		in.first = de.next
	}
	if de.next != 0 {
		k.dentries[de.next].prev = de.prev
	} else {
		in.last = de.prev
	}
	de.prev, de.next = 0, 0
	k.touchEntry(dir, de.name, true)
}

// unname removes the name of a dentry that the caller has pinned. The dentry
// holds its directory for as long as it lives.
func (k *Kernel) unname(d int32) {
	k.replaced(d)
	k.remove(d)
	k.dentries[d].unlinked = true
	k.dentries[k.dentries[d].parent].pins++
}

// replaced notes that records about the inode of a dentry from now on, or until now,
// go to the watches of another directory or carry another name: for those who queue
// them, or would if somebody watched, that is as if its watches changed.
func (k *Kernel) replaced(d int32) { k.writes(Watches, k.inodes[k.dentries[d].inode].serial) }

func (k *Kernel) pin(d int32) { k.dentries[d].pins++ }

// unpin releases a dentry; the last holder of a removed one takes it away,
// which may queue DELETE_SELF and IGNORED.
func (k *Kernel) unpin(c *Call, d int32) {
	de := &k.dentries[d]
	de.pins--
	if de.unlinked && de.inode != 0 { // who is the last holder takes the file away
		k.writes(Attributes, k.inodes[de.inode].serial)
	}
	if de.pins > 0 || !de.unlinked {
		return
	}
	if de.inode == 0 {
		k.freeName(c, d)
		return
	}
	in := de.inode
	de.inode = 0
	if k.inodes[in].links == 0 {
		c.insert(step{do: tellInode, inode: in, mask: env.InDeleteSelf},
			step{do: forgetWatches, inode: in},
			step{do: dropInode, inode: in},
			step{do: freeName, dentry: d})
		return
	}
	k.dropInode(in)
	k.freeName(c, d)
}

// part separates a removed dentry that nobody else holds from its inode before
// the call that removed it is over: unlink(2) and rmdir(2) do so, and therefore
// DELETE_SELF precedes the directory's DELETE (observed, Linux 6.18).
func (k *Kernel) part(c *Call, d int32) {
	de := &k.dentries[d]
	in := de.inode
	de.inode = 0
	if k.inodes[in].links == 0 {
		c.add(step{do: tellInode, inode: in, mask: env.InDeleteSelf})
		c.add(step{do: forgetWatches, inode: in})
	}
	c.add(step{do: dropInode, inode: in})
}

// freeName gives the memory of a removed dentry back and lets go of its
// directory.
func (k *Kernel) freeName(c *Call, d int32) {
	parent := k.dentries[d].parent
	k.dentries[d] = dentry{next: k.freeDentry}
	k.freeDentry = d
	c.insert(step{do: unpinName, dentry: parent})
}
