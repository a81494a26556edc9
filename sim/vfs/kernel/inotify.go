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
}

// watchFlags are the bits of a mask that are kept with a watch.
const watchFlags = env.InAllEvents | env.InExclUnlink | env.InOneshot

// addFlags are all bits that inotify_add_watch(2) understands.
const addFlags = watchFlags | env.InUnmount | env.InQOverflow | env.InIgnored |
	env.InOnlyDir | env.InDontFollow | env.InMaskCreate | env.InMaskAdd | env.InIsDir

// NewInstance is inotify_init(2). maxQueued is max_queued_events at that
// moment; zero means DefaultQueue.
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
// is replaced, or added to with MASK_ADD.
func (k *Kernel) AddWatch(t Table, i Instance, path string, mask env.WatchMask) (env.WD, error) {
	both := env.InMaskAdd | env.InMaskCreate
	if mask&addFlags == 0 || mask&both == both {
		return 0, env.EINVAL
	}
	d, err := k.resolve(t, path, mask&env.InDontFollow == 0)
	if err != nil {
		return 0, err
	}
	id := k.dentries[d].inode
	in := &k.inodes[id]
	if mask&env.InOnlyDir != 0 && in.kind != directory {
		return 0, env.ENOTDIR
	}
	k.writes(Watches, in.serial)
	for w := in.watch; w != 0; w = k.watches[w].next {
		wa := &k.watches[w]
		if wa.instance != i {
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
	q.wd++
	w := k.newWatch()
	k.watches[w] = watch{instance: i, wd: q.wd, inode: id, next: in.watch, mask: mask & watchFlags}
	in.watch = w
	return q.wd, nil
}

// RmWatch is inotify_rm_watch(2). Records already queued stay, IGNORED comes
// behind them.
func (k *Kernel) RmWatch(i Instance, wd env.WD) error {
	k.reads(Descriptors, uint64(i))
	for w := range k.watches {
		if wa := &k.watches[w]; wa.inode != 0 && wa.instance == i && wa.wd == wd {
			k.writes(Watches, k.inodes[wa.inode].serial)
			k.endWatch(int32(w))
			return nil
		}
	}
	return env.EINVAL
}

// Watching reports the mask of a watch and whether it is alive.
func (k *Kernel) Watching(i Instance, wd env.WD) (env.WatchMask, bool) {
	for w := range k.watches {
		if wa := &k.watches[w]; wa.inode != 0 && wa.instance == i && wa.wd == wd {
			return wa.mask, true
		}
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

func (k *Kernel) unchain(w int32) {
	at := &k.inodes[k.watches[w].inode].watch
	for *at != w {
		at = &k.watches[*at].next
	}
	*at = k.watches[w].next
	k.watches[w] = watch{next: k.freeWatch}
	k.freeWatch = w
}
