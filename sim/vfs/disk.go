package vfs

import (
	"fmt"

	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// Disk is the files and watches of one simulated machine.
type Disk struct {
	w *sim.World
	k *kernel.Kernel
	// Parts is in how many steps, in rising offset, the bytes of a large write
	// become visible to readers. 0 and 1: all at once. No file system makes more than
	// one per page of 4 KiB.
	Parts int
	// GrowsAtOnce is the switch between tmpfs and ext4, for Parts of 2 and more. If it
	// is false, readers see the file grow with every part, as on tmpfs (510 sizes seen
	// in one write of 2 MiB, Linux 6.18). If it is true, they see the parts only where
	// old bytes are overwritten, and what makes the file longer all at once, as on ext4.
	GrowsAtOnce bool
	// ReadParts is in how many steps a large read takes its bytes, between which a
	// write may come (observed on tmpfs and ext4, Linux 6.18). 0 and 1: all at once.
	ReadParts int

	setup    kernel.Table
	labels   labels
	watchers []*Watcher
	locks    sim.Waitlist // processes that wait for the lock of an inode
	lockRes  sim.Resource
	cache    resourceCache
	version  uint32

	sharing  bool   // see SetSharing
	writing  []torn // files that are being written in parts, for notes
	during   during // which call the kernel is making, for notes
	replaced bool   // that a rename replaced something, likewise
	sources  []changeSource
}

// labels of the events of system calls.
type labels struct {
	open, opendir, read, readdir, write, seek, fstat, ftruncate, fsync [3]sim.Label
	close, released                                                    [3]sim.Label
	pwrite                                                             [3]sim.Label
	access, rename, unlink, mkdir, locked, begin, part, readPart       sim.Label
	moreLabels
}

// New makes the disk of a world: empty but for its root directory, which is also
// the working directory of every process. A world has one disk.
func New(w *sim.World) *Disk {
	d := sim.Pooled[Disk](w, "disk")
	if d.k == nil {
		d.w, d.k = w, kernel.New(kernel.Config{})
		d.lockRes = w.Resource("inode locks")
		d.labels = newLabels(w)
		d.cache.w = w
	}
	d.k.SetObserver(nil)
	d.k.Reset()
	d.k.SetObserver((*observer)(d))
	d.setup = d.k.NewTable()
	d.watchers = d.watchers[:0]
	d.locks.Reset()
	d.Parts, d.GrowsAtOnce, d.ReadParts, d.version = 1, false, 1, 0
	d.SetSharing(false)
	d.SetWatchLimits(0, 0)
	d.writing, d.sources, d.during, d.replaced = d.writing[:0], d.sources[:0], 0, false
	d.k.SetChanges(nil)
	if w.Recording() {
		d.k.SetChanges((*observer)(d))
	}
	return d
}

// SetSharing says whether an open file can not be renamed, replaced or removed: EBUSY,
// or EPERM for one that would be replaced, as on Windows (known, not observed).
func (d *Disk) SetSharing(on bool) {
	d.sharing = on
	d.k.SetSharing(on)
}

// SetWatchLimits says how many inotify instances there may be at once, and how many
// watches they may have together: max_user_instances and max_user_watches of
// /proc/sys/fs/inotify. Who wants more gets EMFILE from Watcher.Err, and ENOSPC from
// AddWatch. Zero means 128 instances, as Linux is shipped with, and as many watches as
// one likes.
func (d *Disk) SetWatchLimits(instances, watches int) { d.k.SetInotifyLimits(instances, watches) }

func newLabels(w *sim.World) labels {
	sized := func(name string) [3]sim.Label {
		return [3]sim.Label{w.Label(name), w.Label(name + ".64k"), w.Label(name + ".2m")}
	}
	return labels{
		open: sized("open"), opendir: sized("opendir"), read: sized("read"), readdir: sized("readdir"),
		write: sized("write"), seek: sized("seek"), fstat: sized("fstat"), ftruncate: sized("ftruncate"),
		fsync: sized("fsync"), close: sized("close"), released: sized("released"),
		access: w.Label("access"), rename: w.Label("rename"), unlink: w.Label("unlink"), mkdir: w.Label("mkdir"),
		locked: w.Label("inode.woken"), begin: w.Label("begin"), part: w.Label("write.part"),
		readPart: w.Label("read.part"), pwrite: sized("pwrite"), moreLabels: newMoreLabels(w, sized),
	}
}

// The classes of size that a call's event is called by: up to 16 KiB the plain
// name, up to 256 KiB `name.64k`, above that `name.2m`.
const (
	smallSize  = 16 << 10
	mediumSize = 256 << 10
)

func class(n int) int {
	switch {
	case n <= smallSize:
		return 0
	case n <= mediumSize:
		return 1
	}
	return 2
}

// NewVersion gives out the next ghost version, from 1: for content that is about
// to be written.
func (d *Disk) NewVersion() uint32 {
	d.version++
	return d.version
}

// WriteFile makes a file with this content, as part of the set-up: without
// events or records.
func (d *Disk) WriteFile(path string, content env.Data) {
	fd, err := d.k.Open(d.setup, path, env.WriteOnly|env.Create|env.Truncate)
	if err == nil {
		_, err = d.k.Write(d.setup, fd, content)
	}
	if err == nil {
		err = d.k.Close(d.setup, fd)
	}
	if err != nil {
		panic(fmt.Sprintf("vfs: set up file %q: %v", path, err))
	}
}

// Mkdir makes a directory, as part of the set-up.
func (d *Disk) Mkdir(path string) {
	if err := d.k.Mkdir(d.setup, path); err != nil {
		panic(fmt.Sprintf("vfs: set up directory %q: %v", path, err))
	}
}

// Content is what is in a file now, for properties: looking has no effect and
// leaves no footprint. It reports whether there is such a file.
func (d *Disk) Content(path string) (env.Data, bool) {
	d.k.SetObserver(nil)
	defer d.k.SetObserver((*observer)(d))
	// O_PATH-like peeking must not queue records, so the inode is read directly.
	return d.k.Peek(path)
}

// Inode is the number of the file that path names now, 0 if there is none. Like
// Content it has no effect.
func (d *Disk) Inode(path string) uint64 {
	d.k.SetObserver(nil)
	defer d.k.SetObserver((*observer)(d))
	st, err := d.k.Stat(d.setup, path)
	if err != nil {
		return 0
	}
	return st.Inode
}

// AppendState appends a description of files, descriptors, watches and queues to dst:
// see kernel.Kernel.AppendState. Like Content it has no effect.
func (d *Disk) AppendState(dst []byte) []byte { return d.k.AppendState(dst) }
