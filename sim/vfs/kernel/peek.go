package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// Peek is the content of a file, for those who watch from outside: nothing is
// queued and no time is taken. It reports whether path names a regular file. The
// path is taken from the root.
func (k *Kernel) Peek(path string) (env.Data, bool) {
	d, err := k.resolve(0, path, true)
	if err != nil || k.kindOf(d) != regular {
		return nil, false
	}
	return k.inodes[k.dentries[d].inode].data, true
}

// Denotes names the open file description that a number stands for now, 0 if the
// number is free: for those who watch from outside. No two descriptions of a run
// have the same name.
func (k *Kernel) Denotes(t Table, fd env.FD) uint64 {
	slots := k.tables[t].slots
	if fd < 0 || int(fd) >= len(slots) || slots[fd] == 0 {
		return 0
	}
	return k.descriptions[slots[fd]].serial
}

// Watched is the number of the inode that a watch is on, 0 if the watch is no more:
// for those who watch from outside.
func (k *Kernel) Watched(i Instance, wd env.WD) uint64 {
	if w := k.markOf(i, wd); w != 0 {
		return k.inodes[k.watches[w].inode].serial
	}
	return 0
}
