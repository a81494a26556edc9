package sim

// resources remembers, for each resource, what the fingerprint needs: who wrote
// it last, and who has read it since.
type resources struct {
	names   *names
	writer  []EventID
	readers []uint64 // sum of the IDs of the events that read it since
}

func (r *resources) reset() {
	clear(r.writer)
	clear(r.readers)
}

// Resource interns the name of something that events read or write, such as
// "inode:3". Two events of different processes that touch the same resource,
// one of them writing, conflict: their order matters.
func (w *World) Resource(name string) Resource {
	r := &w.resources
	id := int(r.names.intern(name))
	r.writer, r.readers = grow(r.writer, id), grow(r.readers, id)
	return Resource(id)
}

// Read notes that the current event reads r.
func (w *World) Read(r Resource) {
	res := &w.resources
	w.cur.print = mix(w.cur.print, uint64(res.writer[r]))
	res.readers[r] += uint64(w.cur.id)
	if w.log != nil {
		w.log.touch(r, false)
	}
	if w.rec != nil {
		w.rec.access(r, false)
	}
	if w.track != nil {
		w.track.Touch(res.names.hash[r], false)
	}
}

// Write notes that the current event writes r.
func (w *World) Write(r Resource) {
	res := &w.resources
	w.cur.print = mix(mix(w.cur.print, uint64(res.writer[r])), res.readers[r])
	res.writer[r], res.readers[r] = w.cur.id, 0
	if w.log != nil {
		w.log.touch(r, true)
	}
	if w.rec != nil {
		w.rec.access(r, true)
	}
	if w.track != nil {
		w.track.Touch(res.names.hash[r], true)
	}
}
