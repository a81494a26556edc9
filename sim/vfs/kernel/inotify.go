package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// Instance is an inotify instance.
type Instance int32

// watch is a mark on an inode. It follows the inode, whatever becomes of the
// path it was added by.
type watch struct {
	instance Instance
	wd       env.WD
	inode    int32
	next     int32 // of the same inode; also the free list
	mask     env.WatchMask
	// ending: IGNORED is about to be queued, or is, but the watch can still be found.
	ending bool
}

// watchFlags are the bits of a mask that are kept with a watch.
const watchFlags = env.InAllEvents | env.InExclUnlink | env.InOneshot

// addFlags are all bits that inotify_add_watch(2) understands.
const addFlags = watchFlags | env.InUnmount | env.InQOverflow | env.InIgnored |
	env.InOnlyDir | env.InDontFollow | env.InMaskCreate | env.InMaskAdd | env.InIsDir

// DefaultInstances is /proc/sys/fs/inotify/max_user_instances as shipped.
const DefaultInstances = 128

// InotifyInit is inotify_init(2): EMFILE if there are as many instances as there may
// be. maxQueued is max_queued_events at that moment; zero means DefaultQueue.
func (k *Kernel) InotifyInit(maxQueued int) (Instance, error) {
	limit, n := k.cfg.MaxInstances, 0
	if limit == 0 {
		limit = DefaultInstances
	}
	for i := range k.instances {
		if k.instances[i].open {
			n++
		}
	}
	if n >= limit {
		return 0, env.EMFILE
	}
	return k.NewInstance(maxQueued), nil
}

// NewInstance is InotifyInit without a limit.
func (k *Kernel) NewInstance(maxQueued int) Instance {
	if maxQueued == 0 {
		maxQueued = DefaultQueue
	}
	n := len(k.instances)
	if n < cap(k.instances) {
		k.instances = k.instances[:n+1]
	} else {
		k.instances = append(k.instances, instance{})
	}
	k.instances[n] = instance{open: true, max: maxQueued, buf: k.instances[n].buf[:0]}
	return Instance(n)
}

// NewClosedInstance is a number that no call can do anything with.
func (k *Kernel) NewClosedInstance() Instance {
	i := k.NewInstance(0)
	k.instances[i].open = false
	return i
}

// CloseInstance ends an instance: its watches are gone and nothing is queued.
func (k *Kernel) CloseInstance(i Instance) {
	q := &k.instances[i]
	q.open = false
	k.writes(Descriptors, uint64(i))
	k.writes(Queue, uint64(i))
	for w := range k.watches {
		if wa := &k.watches[w]; wa.inode != 0 && wa.instance == i {
			k.writes(Watches, k.inodes[wa.inode].serial)
			k.unchain(int32(w))
		}
	}
	q.buf, q.head, q.overflowed = q.buf[:0], 0, false
}

// AddWatch is inotify_add_watch(2): it watches the inode that path names now.
// An inode that the instance watches already keeps its descriptor, and the mask
// is replaced, or added to with MASK_ADD. ENOSPC if there are as many watches as there
// may be, by which a descriptor is lost as well (observed, Linux 6.18).
func (k *Kernel) AddWatch(t Table, i Instance, path string, mask env.WatchMask) (env.WD, error) {
	d, err := k.findToWatch(t, path, mask)
	if err != nil {
		return 0, err
	}
	return k.addWatch(i, k.dentries[d].inode, mask)
}

// Adding is an inotify_add_watch(2) that has found its file and holds it.
type Adding struct {
	dentry int32
	mask   env.WatchMask
}

// BeginAddWatch finds the file. Whoever removes it meanwhile leaves it to the end of this
// call to delete it: DELETE_SELF comes behind the directory's DELETE (observed, Linux
// 6.18).
func (k *Kernel) BeginAddWatch(t Table, path string, mask env.WatchMask) (Adding, error) {
	d, err := k.findToWatch(t, path, mask)
	if err != nil {
		return Adding{}, err
	}
	k.pin(d)
	return Adding{d, mask}, nil
}

// EndAddWatch watches it.
func (k *Kernel) EndAddWatch(i Instance, a Adding) (env.WD, error) {
	wd, err := k.addWatch(i, k.dentries[a.dentry].inode, a.mask)
	c := k.begin()
	c.add(step{do: unpinName, dentry: a.dentry})
	k.end(c)
	return wd, err
}

func (k *Kernel) findToWatch(t Table, path string, mask env.WatchMask) (int32, error) {
	both := env.InMaskAdd | env.InMaskCreate
	if mask&addFlags == 0 || mask&both == both {
		return 0, env.EINVAL
	}
	d, err := k.resolve(t, path, mask&env.InDontFollow == 0)
	if err == nil && mask&env.InOnlyDir != 0 && k.kindOf(d) != directory {
		return 0, env.ENOTDIR
	}
	return d, err
}

func (k *Kernel) addWatch(i Instance, id int32, mask env.WatchMask) (env.WD, error) {
	in := &k.inodes[id]
	k.writes(Watches, in.serial)
	for w := in.watch; w != 0; w = k.watches[w].next {
		wa := &k.watches[w]
		if wa.instance != i || wa.ending {
			continue
		}
		switch {
		case mask&env.InMaskCreate != 0:
			return 0, env.EEXIST
		case mask&env.InMaskAdd != 0:
			wa.mask |= mask & watchFlags
		default:
			wa.mask = mask & watchFlags
		}
		return wa.wd, nil
	}
	k.writes(Descriptors, uint64(i))
	q := &k.instances[i]
	q.wd++ // also by a call that fails now
	k.counts()
	if k.cfg.MaxWatches > 0 && k.marks >= k.cfg.MaxWatches {
		return 0, env.ENOSPC
	}
	k.marks++
	w := k.newWatch()
	k.watches[w] = watch{instance: i, wd: q.wd, inode: id, next: in.watch, mask: mask & watchFlags}
	in.watch = w
	return q.wd, nil
}

// RmWatch is inotify_rm_watch(2). Records already queued stay, IGNORED comes
// behind them.
func (k *Kernel) RmWatch(i Instance, wd env.WD) error {
	k.reads(Descriptors, uint64(i))
	w := k.markOf(i, wd)
	if w == 0 {
		return env.EINVAL
	}
	wa := &k.watches[w]
	k.writes(Watches, k.inodes[wa.inode].serial)
	c := k.begin()
	if !c.InFlight {
		k.endWatch(w)
		return nil
	}
	if !wa.ending { // else another call is about to end it
		wa.ending = true
		c.add(step{do: queueRecord, inode: int32(i), n: int64(wd), mask: env.InIgnored})
		c.add(step{do: endMark, inode: int32(i), n: int64(wd)})
	}
	return nil
}

// markOf finds a watch, 0 if there is none.
func (k *Kernel) markOf(i Instance, wd env.WD) int32 {
	for w := range k.watches {
		if wa := &k.watches[w]; wa.inode != 0 && wa.instance == i && wa.wd == wd {
			return int32(w)
		}
	}
	return 0
}

// Watching reports the mask of a watch and whether it is alive.
func (k *Kernel) Watching(i Instance, wd env.WD) (env.WatchMask, bool) {
	if w := k.markOf(i, wd); w != 0 {
		return k.watches[w].mask, true
	}
	return 0, false
}

func (k *Kernel) newWatch() int32 {
	if w := k.freeWatch; w != 0 {
		k.freeWatch = k.watches[w].next
		return w
	}
	k.watches = append(k.watches, watch{})
	return int32(len(k.watches) - 1)
}

// endWatch queues IGNORED for a watch and removes it.
func (k *Kernel) endWatch(w int32) {
	wa := k.watches[w]
	k.writes(Watches, k.inodes[wa.inode].serial)
	k.writes(Descriptors, uint64(wa.instance))
	k.unchain(w)
	k.enqueue(wa.instance, env.WatchEvent{WD: wa.wd, Mask: env.InIgnored})
}

// counts notes that the number of watches matters or changes, if there is a limit.
func (k *Kernel) counts() {
	if k.cfg.MaxWatches > 0 {
		k.writes(WatchCount, 0)
	}
}

func (k *Kernel) unchain(w int32) {
	at := &k.inodes[k.watches[w].inode].watch
	for *at != w {
		at = &k.watches[*at].next
	}
	*at = k.watches[w].next
	k.watches[w] = watch{next: k.freeWatch}
	k.freeWatch = w
	k.marks--
	k.counts()
}
