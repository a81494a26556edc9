package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// Table is a descriptor table with its working directory. Processes that share
// it, such as the threads of a program, share the numbers.
type Table int32

type table struct {
	cwd   int32   // dentry
	slots []int32 // descriptions by number, 0 for a free one
}

// description is an open file description: what dup(2) shares.
type description struct {
	dentry int32
	flags  env.OpenFlag
	busy   bool  // a call between its parts holds the offset (f_pos_lock)
	refs   int32 // numbers and calls under way
	next   int32 // free list
	offset int64
	// serial names it in footprints. Unlike its place in the slab it is never used
	// again, or who closes one file and who opens another would seem to have to do
	// with each other.
	serial uint64
}

func (d *description) path() bool { return d.flags&env.PathOnly != 0 }

func (d *description) readable() bool {
	return d.flags&(env.WriteOnly|env.PathOnly) == 0
}

func (d *description) writable() bool {
	return d.flags&(env.WriteOnly|env.ReadWrite) != 0 && d.flags&env.PathOnly == 0
}

// NewTable makes an empty table whose working directory is the root.
func (k *Kernel) NewTable() Table {
	n := len(k.tables)
	if n < cap(k.tables) {
		k.tables = k.tables[:n+1]
	} else {
		k.tables = append(k.tables, table{})
	}
	k.tables[n] = table{cwd: rootDentry, slots: k.tables[n].slots[:0]}
	return Table(n)
}

// Chdir is chdir(2).
func (k *Kernel) Chdir(t Table, path string) error {
	d, err := k.resolve(t, path, true)
	if err != nil {
		return err
	}
	if k.kindOf(d) != directory {
		return env.ENOTDIR
	}
	c := k.begin()
	old := k.tables[t].cwd
	k.tables[t].cwd = d
	k.pin(d)
	if old != rootDentry {
		c.add(step{do: unpinName, dentry: old})
	}
	k.end(c)
	return nil
}

// OpenCount is the number of descriptors in use.
func (k *Kernel) OpenCount(t Table) int {
	n := 0
	for _, desc := range k.tables[t].slots {
		if desc != 0 {
			n++
		}
	}
	return n
}

// description finds the open file of a number, 0 if there is none.
func (k *Kernel) description(t Table, fd env.FD) int32 {
	k.touchNumber(t, fd, false)
	slots := k.tables[t].slots
	if fd < 0 || int(fd) >= len(slots) {
		return 0
	}
	return slots[fd]
}

// install gives a description the lowest free number.
func (k *Kernel) install(t Table, desc int32) (env.FD, error) {
	tab := &k.tables[t]
	for fd, used := range tab.slots {
		if used == 0 {
			tab.slots[fd] = desc
			k.touchNumber(t, env.FD(fd), true)
			return env.FD(fd), nil
		}
		k.touchNumber(t, env.FD(fd), false)
	}
	fd := len(tab.slots)
	if fd >= k.cfg.MaxFiles {
		return env.NoFD, env.EMFILE
	}
	tab.slots = append(tab.slots, desc)
	k.touchNumber(t, env.FD(fd), true)
	return env.FD(fd), nil
}

// full reports whether a table has no free number.
func (k *Kernel) full(t Table) bool {
	slots := k.tables[t].slots
	if len(slots) < k.cfg.MaxFiles {
		return false
	}
	for _, used := range slots {
		if used == 0 {
			return false
		}
	}
	return true
}

func (k *Kernel) newDescription(d int32, flags env.OpenFlag) int32 {
	id := k.freeDescription
	if id != 0 {
		k.freeDescription = k.descriptions[id].next
	} else {
		id = int32(len(k.descriptions))
		k.descriptions = append(k.descriptions, description{})
	}
	k.opens++
	k.descriptions[id] = description{dentry: d, flags: flags, refs: 1, serial: k.opens}
	k.pin(d)
	return id
}

// release drops one reference to a description. The last one queues CLOSE_* and
// lets go of the file.
func (k *Kernel) release(c *Call, id int32) {
	desc := &k.descriptions[id]
	if desc.refs--; desc.refs > 0 {
		return
	}
	d := desc.dentry
	if !desc.path() {
		mask := env.InCloseNoWrite
		if desc.writable() {
			mask = env.InCloseWrite
			k.changed(Closed, d)
		}
		k.announce(c, d, mask, true)
	}
	c.add(step{do: unpinName, dentry: d})
	*desc = description{next: k.freeDescription}
	k.freeDescription = id
}

// Dup is dup(2).
func (k *Kernel) Dup(t Table, fd env.FD) (env.FD, error) {
	desc := k.description(t, fd)
	if desc == 0 {
		return env.NoFD, env.EBADF
	}
	n, err := k.install(t, desc)
	if err == nil {
		k.descriptions[desc].refs++
	}
	return n, err
}

// Closing is a close(2) whose number is free already.
type Closing struct {
	desc int32
	// Last is set if no other number or call under way uses the open file.
	Last bool
	// Releases is set if, in addition, nothing else keeps the inode: the close
	// takes as long as it takes to delete the file.
	Releases bool
}

// BeginClose frees the number. What follows from it happens in EndClose.
func (k *Kernel) BeginClose(t Table, fd env.FD) (Closing, error) {
	id := k.description(t, fd)
	if id == 0 {
		return Closing{}, env.EBADF
	}
	k.tables[t].slots[fd] = 0
	k.touchNumber(t, fd, true)
	desc := &k.descriptions[id]
	de := &k.dentries[desc.dentry]
	k.reads(Description, desc.serial)
	c := Closing{desc: id, Last: desc.refs == 1}
	if de.inode != 0 {
		k.reads(Attributes, k.inodes[de.inode].serial) // whether it still has a name
	}
	if c.Last && de.unlinked && de.pins == 1 && de.inode != 0 {
		in := &k.inodes[de.inode]
		c.Releases = in.links == 0 && in.refs == 1
	}
	return c, nil
}

// EndClose has the effects of the last close: CLOSE_WRITE or CLOSE_NOWRITE, and
// if the file has no name left, DELETE_SELF and IGNORED.
func (k *Kernel) EndClose(cl Closing) {
	k.writes(Description, k.descriptions[cl.desc].serial) // who is the last one queues CLOSE_*
	c := k.begin()
	k.release(c, cl.desc)
	k.end(c)
}

// Close is close(2).
func (k *Kernel) Close(t Table, fd env.FD) error {
	c, err := k.BeginClose(t, fd)
	if err == nil {
		k.EndClose(c)
	}
	return err
}

// CloseAll closes every descriptor of a table, in rising order, as the end of a
// process does.
func (k *Kernel) CloseAll(t Table) {
	for fd, desc := range k.tables[t].slots {
		if desc != 0 {
			_ = k.Close(t, env.FD(fd)) // cannot fail: the number is in use
		}
	}
}

// Fstat is fstat(2). It queues nothing.
func (k *Kernel) Fstat(t Table, fd env.FD) (Stat, error) {
	desc := k.description(t, fd)
	if desc == 0 {
		return Stat{}, env.EBADF
	}
	return k.stat(k.inodeOf(desc)), nil
}

// Seek is lseek(2) from the start. It succeeds on directories.
func (k *Kernel) Seek(t Table, fd env.FD, offset int64) error {
	id := k.description(t, fd)
	if id == 0 || k.descriptions[id].path() {
		return env.EBADF
	}
	if offset < 0 {
		return env.EINVAL
	}
	k.writes(Description, k.descriptions[id].serial) // also by a call that has to wait
	if k.descriptions[id].busy {
		return ErrBlocked
	}
	k.descriptions[id].offset = offset
	return nil
}

func (k *Kernel) inodeOf(desc int32) int32 {
	return k.dentries[k.descriptions[desc].dentry].inode
}
