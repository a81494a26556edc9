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

// tellInHalves notes the directory and the name of a dentry, as they are now,
// for a record that is queued later: in between the file may be renamed, and the
// record then comes behind those of the rename with the old name (observed,
// Linux 6.18). It reports whether there will be a record.
func (k *Kernel) tellInHalves(c *Call, s step) bool {
	self := s
	self.do = tellSelf
	parent := k.dentries[s.dentry].parent
	s.do, s.inode, s.name = tellDir, k.dentries[parent].inode, k.dentries[s.dentry].name
	if s.dentry == rootDentry || s.inode == 0 || !k.wanted(s.inode, s.mask) {
		c.insert(self)
		return false
	}
	k.pin(parent)
	if c.InFlight {
		s.do = catchBoth
		c.insert(s, step{do: unpinName, dentry: parent})
		return true
	}
	c.insert(s, step{do: unpinName, dentry: parent}, self)
	return true
}

// wanted reports whether a watch of an inode asks for an event.
func (k *Kernel) wanted(in int32, mask env.WatchMask) bool {
	for w := k.inodes[in].watch; w != 0; w = k.watches[w].next {
		if k.watches[w].mask&mask&env.InAllEvents != 0 {
			return true
		}
	}
	return false
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
		if !k.asks(wa, s) {
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

// asks reports whether a watch asks for a step's event. Only events that come through
// an open file look at EXCL_UNLINK; chmod and truncate of a removed file are reported
// regardless.
func (k *Kernel) asks(wa *watch, s step) bool {
	if wa.mask&s.mask&env.InAllEvents == 0 {
		return false
	}
	return !s.byFile || wa.mask&env.InExclUnlink == 0 || !k.dentries[s.dentry].unlinked
}

// tellOrCatch is tell, or the first half of it if others may come in between.
func (k *Kernel) tellOrCatch(c *Call, in int32, s step, name string, halves bool) bool {
	if !halves || !c.InFlight {
		return k.tell(in, s, name)
	}
	caught := k.caught(nil, in, s, name)
	c.insert(caught...)
	return len(caught) > 0
}

// caught appends the steps that tell those watches of an inode that ask for a step's
// event.
func (k *Kernel) caught(dst []step, in int32, s step, name string) []step {
	k.reads(Watches, k.inodes[in].serial)
	for w := k.inodes[in].watch; w != 0; w = k.watches[w].next {
		wa := &k.watches[w]
		if !k.asks(wa, s) {
			continue
		}
		record := step{do: checkRecord, inode: int32(wa.instance), n: int64(wa.wd), mask: s.mask, cookie: s.cookie, name: name}
		if wa.mask&env.InOneshot != 0 {
			record.do = checkOnce
		}
		dst = append(dst, record)
	}
	return dst
}

// queueCaught queues the record of a watch that was found to be alive.
func (k *Kernel) queueCaught(c *Call, s step) {
	i, wd := Instance(s.inode), env.WD(s.n)
	k.enqueue(i, env.WatchEvent{WD: wd, Mask: s.mask, Cookie: s.cookie, Name: s.name})
	if w := k.markOf(i, wd); s.do == queueOnce && w != 0 && !k.watches[w].ending {
		k.watches[w].ending = true
		c.insert(step{do: queueRecord, inode: s.inode, n: s.n, mask: env.InIgnored},
			step{do: endMark, inode: s.inode, n: s.n})
	}
}

// forgetWatches ends the watches of an inode that is gone.
func (k *Kernel) forgetWatches(in int32) bool {
	told := false
	for k.inodes[in].watch != 0 {
		w := k.inodes[in].watch
		if k.watches[w].ending { // who ends it queues IGNORED
			k.unchain(w)
			continue
		}
		k.endWatch(w)
		told = true
	}
	return told
}
