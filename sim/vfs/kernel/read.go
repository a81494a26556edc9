package kernel

import "github.com/seed-3519b94c/simrun/sim/env"

// Reading is a read(2) under way. It is not excluded by writers: what it
// returns may mix versions.
type Reading struct {
	desc int32
	off  int64
	want int64
	done int64
	end  int64 // where the file ended at LookAtSize, -1 before
	got  env.Data
	// whole: it is one call, so nobody can have waited for it.
	whole bool
}

// BeginRead starts a read of at most n bytes at the offset of fd.
func (k *Kernel) BeginRead(t Table, fd env.FD, n int) (Reading, error) {
	id := k.description(t, fd)
	if id == 0 || !k.descriptions[id].readable() {
		return Reading{}, env.EBADF
	}
	desc := &k.descriptions[id]
	if k.inodes[k.inodeOf(id)].kind == directory {
		return Reading{}, env.EISDIR
	}
	k.writes(Description, desc.serial) // also by a call that has to wait
	if desc.busy {
		return Reading{}, ErrBlocked
	}
	desc.busy = true
	desc.refs++
	return Reading{desc: id, off: desc.offset, want: int64(n), end: -1}, nil
}

// NextPage is how far, counted from the start of the read, the bytes reach that
// share a page of the file with the next one to be read.
func (r *Reading) NextPage() int {
	at := r.off + r.done
	return int(min(r.done+Page-at%Page, r.want))
}

// Range is where in the file the read began and has come to, and how far, counted from
// its start, NextPage reaches.
func (r *Reading) Range() (start, at int64, next int) { return r.off, r.off + r.done, r.NextPage() }

// LookAtSize is the moment at which the read takes note of where the file ends,
// if that is earlier than the moment at which it takes the bytes. If the file is
// cut in between, what the read returns has zeros for the rest of the page in
// which the file now ends (observed, Linux 6.18).
func (k *Kernel) LookAtSize(r *Reading) {
	in := &k.inodes[k.inodeOf(r.desc)]
	k.reads(Content, in.serial)
	r.end = in.size
}

// ReadStep takes the bytes up to upTo, counted from the start of the read, as
// they are now.
func (k *Kernel) ReadStep(r *Reading, upTo int) {
	in := &k.inodes[k.inodeOf(r.desc)]
	k.reads(Content, in.serial)
	end := in.size
	switch cut := in.size % Page; {
	case r.end < 0:
	case r.end < in.size:
		end = r.end
	case cut != 0:
		end = min(r.end, in.size+Page-cut)
	}
	lo, hi := r.off+r.done, min(r.off+min(int64(upTo), r.want), end)
	if lo >= hi {
		return
	}
	if lo < in.size {
		r.got = k.join(r.got, k.view(in, lo, min(hi, in.size)))
	}
	if hi > in.size {
		r.got = k.join(r.got, env.Fill(hole, int(hi-max(lo, in.size)), 0))
	}
	r.done += hi - lo
}

// view is the bytes [lo, hi) of a file, without a copy if that is all of it.
func (k *Kernel) view(in *inode, lo, hi int64) env.Data {
	if lo == 0 && hi == in.size {
		return in.data
	}
	return k.slice(in.data, lo, hi)
}

// Stop makes what the read has so far all that it will return: it has met the end
// of the file.
func (r *Reading) Stop() { r.want = r.done }

// Done is the number of bytes that the read has.
func (r *Reading) Done() int { return int(r.done) }

// EndRead takes the rest, moves the offset, and queues ACCESS if there was
// anything.
func (k *Kernel) EndRead(r *Reading) env.Data {
	k.ReadStep(r, int(r.want))
	desc := &k.descriptions[r.desc]
	desc.busy = false
	desc.offset = r.off + r.done
	c := k.begin()
	if r.done > 0 {
		k.announce(c, desc.dentry, env.InAccess, true)
	}
	if !r.whole {
		k.writes(Description, desc.serial)
		k.unlocked(k.inodeOf(r.desc))
	}
	k.letGo(c, r.desc)
	k.end(c)
	return r.got
}

// letGo ends the use that a call under way made of a description.
func (k *Kernel) letGo(c *Call, id int32) {
	if !k.deferred(c) {
		k.release(c, id)
		return
	}
	// A deferred call holds the file until its notifications are out.
	d := k.descriptions[id].dentry
	k.pin(d)
	k.release(c, id)
	c.add(step{do: unpinName, dentry: d})
}

// Read is read(2) in one part.
func (k *Kernel) Read(t Table, fd env.FD, n int) (env.Data, error) {
	r, err := k.BeginRead(t, fd, n)
	if err != nil {
		return nil, err
	}
	r.whole = true
	return k.EndRead(&r), nil
}

// List is the names of a directory, oldest first, appended to dst: opendir, readdir
// and closedir as one, without a descriptor. It queues nothing.
func (k *Kernel) List(t Table, path string, dst []string) ([]string, error) {
	d, err := k.resolve(t, path, true)
	if err != nil {
		return dst, err
	}
	in := &k.inodes[k.dentries[d].inode]
	if in.kind != directory {
		return dst, env.ENOTDIR
	}
	k.reads(Listing, in.serial)
	for d := in.first; d != 0; d = k.dentries[d].next {
		dst = append(dst, k.dentries[d].name)
	}
	return dst, nil
}

// ReadDir is getdents(2) with a large buffer: all names, oldest first, are
// appended to dst. The next call on the description gets none, as at the end of
// a directory; Seek to 0 rewinds. Each call queues ACCESS.
func (k *Kernel) ReadDir(t Table, fd env.FD, dst []string) ([]string, error) {
	id := k.description(t, fd)
	if id == 0 || k.descriptions[id].path() {
		return dst, env.EBADF
	}
	desc := &k.descriptions[id]
	in := &k.inodes[k.inodeOf(id)]
	if in.kind != directory {
		return dst, env.ENOTDIR
	}
	if k.dentries[desc.dentry].unlinked {
		return dst, env.ENOENT
	}
	k.writes(Description, desc.serial)
	if !k.free(k.inodeOf(id)) {
		return dst, ErrBlocked
	}
	k.reads(Listing, in.serial)
	if desc.offset == 0 {
		for d := in.first; d != 0; d = k.dentries[d].next {
			dst = append(dst, k.dentries[d].name)
		}
		desc.offset = 1
	}
	c := k.begin()
	k.announceHeld(c, desc.dentry, env.InAccess, true)
	k.end(c)
	return dst, nil
}
