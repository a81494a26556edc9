package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// announce adds the event of dentry d: to the watches of its directory under
// its name, then to those of the inode (fsnotify_parent in the kernel).
func (k *Kernel) announce(c *Call, d int32, mask env.WatchMask, byFile bool) {
	mask |= k.inodes[k.dentries[d].inode].isDir()
	c.add(step{do: tellBoth, dentry: d, mask: mask, byFile: byFile})
}

// announceHeld is announce for a call that may be deferred and until then holds
// the file.
func (k *Kernel) announceHeld(c *Call, d int32, mask env.WatchMask, byFile bool) {
	if !k.deferred(c) {
		k.announce(c, d, mask, byFile)
		return
	}
	k.pin(d)
	k.announce(c, d, mask, byFile)
	c.add(step{do: unpinName, dentry: d})
}

// announceEntry adds the event of an entry to the watches of its directory.
func (k *Kernel) announceEntry(c *Call, dir int32, name string, mask env.WatchMask, cookie uint32) {
	c.add(step{do: tellDir, inode: dir, name: name, mask: mask, cookie: cookie})
}

// tellParent queues a step's event to the watches of the dentry's directory.
func (k *Kernel) tellParent(s step) bool {
	if s.dentry == rootDentry {
		return false
	}
	de := &k.dentries[s.dentry]
	return k.tell(k.dentries[de.parent].inode, s, de.name)
}

// tell queues a step's event to those watches of an inode that ask for it, and
// reports whether there was one.
func (k *Kernel) tell(in int32, s step, name string) bool {
	k.reads(Watches, k.inodes[in].serial)
	told := false
	for w := k.inodes[in].watch; w != 0; {
		wa := &k.watches[w]
		here := w
		w = wa.next
		if wa.mask&s.mask&env.InAllEvents == 0 {
			continue
		}
		// Only events that come through an open file look at EXCL_UNLINK;
		// chmod and truncate of a removed file are reported regardless.
		if s.byFile && wa.mask&env.InExclUnlink != 0 && k.dentries[s.dentry].unlinked {
			continue
		}
		told = true
		k.enqueue(wa.instance, env.WatchEvent{WD: wa.wd, Mask: s.mask, Cookie: s.cookie, Name: name})
		if wa.mask&env.InOneshot != 0 {
			k.endWatch(here)
		}
	}
	return told
}

// forgetWatches ends the watches of an inode that is gone.
func (k *Kernel) forgetWatches(in int32) bool {
	told := false
	for k.inodes[in].watch != 0 {
		k.endWatch(k.inodes[in].watch)
		told = true
	}
	return told
}
