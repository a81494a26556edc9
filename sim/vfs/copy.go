package vfs

import (
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// CopyFileRange is copy_file_range(2) between the offsets of two files: `copy`, by
// how much it is asked for. If Disk.Parts says so, a copy of more than 16 KiB becomes
// visible in several steps, the events `copy.part`: on tmpfs at any page, on ext4 at
// chunks of 64 KiB. Between two chunks others may write to the target.
func (f *FS) CopyFileRange(from, to env.FD, n int) (int, error) {
	return f.copy(f.d.labels.copy[class(n)], "copy", from, to, n, func() (kernel.Copying, error) {
		return f.d.k.BeginCopyFileRange(f.table, from, to, n)
	})
}

// Sendfile is sendfile(2) from the offset of one file to that of another:
// `sendfile`, otherwise like CopyFileRange.
func (f *FS) Sendfile(from, to env.FD, n int) (int, error) {
	return f.copy(f.d.labels.sendfile[class(n)], "sendfile", from, to, n, func() (kernel.Copying, error) {
		return f.d.k.BeginSendfile(f.table, from, to, n)
	})
}

func (f *FS) copy(l sim.Label, name string, from, to env.FD, n int, begin func() (kernel.Copying, error)) (int, error) {
	p := f.d.w.Running(l)
	win, parts, first := p.Window(l), 1, l
	if class(n) > 0 && f.d.Parts > 1 {
		parts, first = f.d.Parts, f.d.labels.begin
	}
	if !p.At(first) {
		return 0, env.EBADF
	}
	c, err := begin()
	if err != nil {
		return f.copied(name, from, to, 0, err)
	}
	u := f.start(aCopy)
	u.copying = c
	if parts > 1 {
		rule := "write.parts"
		if f.d.GrowsAtOnce {
			rule = "copy.chunks"
		}
		inode := f.d.inodeOf(f.table, to)
		f.beginWriting(inode, rule)
		if !f.copyParts(p, &u.copying, parts, share(win, parts)) || !p.AtFor(l, share(win, parts)) {
			return 0, env.EBADF
		}
		f.d.written(inode)
	}
	done, err := retry(f, p, func() (int, error) { return f.d.k.EndCopy(&u.copying) })
	if err == nil {
		u.kind = noCall
	}
	return f.copied(name, from, to, done, err)
}

func (f *FS) copied(name string, from, to env.FD, n int, err error) (int, error) {
	if f.d.w.Recording() {
		f.d.w.Detail("%s fd %d to fd %d = %s", name, from, to, number(n, err))
	}
	return n, err
}

// copyParts makes all parts of a copy visible but the last. Who copies little does so
// at once.
func (f *FS) copyParts(p *sim.Proc, c *kernel.Copying, parts int, win sim.Window) bool {
	total := f.d.k.Expected(c)
	if class(total) == 0 {
		return true
	}
	for i := 1; i < parts; i++ {
		upTo := total * i / parts
		if f.d.GrowsAtOnce {
			upTo = c.LastChunk(upTo)
		}
		if !p.AtFor(f.d.labels.copyPart, win) {
			return false
		}
		if _, err := retry(f, p, func() (int, error) { return 0, f.d.k.CopyStep(c, upTo) }); err != nil {
			return false
		}
	}
	return true
}
