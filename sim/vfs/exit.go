package vfs

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim/vfs/kernel"
)

// callKind says which call is under way.
type callKind uint8

const (
	noCall callKind = iota
	aRead
	aWrite
	aCopy
	aClose
)

// underway is a call between two of its events.
type underway struct {
	kind    callKind
	reading kernel.Reading
	writing kernel.Writing
	copying kernel.Copying
	closing kernel.Closing
}

// start notes that a call is under way; it is over when its kind is noCall again.
func (f *FS) start(kind callKind) *underway {
	for _, u := range f.calls {
		if u.kind == noCall {
			u.kind = kind
			return u
		}
	}
	u := &underway{kind: kind}
	f.calls = append(f.calls, u)
	return u
}

// Exit is what becomes of the files of a group whose processes were killed, as part of
// the event that killed them: calls that were under way end with what they have done so
// far, watchers are gone, and all descriptors are closed, with their CLOSE_WRITE and,
// for removed files, DELETE_SELF. Kill alone leaves all that as it is: see sim.Proc.Kill.
func (f *FS) Exit() {
	k := f.d.k
	for _, u := range f.calls {
		switch u.kind {
		case aRead:
			u.reading.Stop()
			k.EndRead(&u.reading)
		case aWrite:
			u.writing.Stop()
			k.EndWrite(&u.writing)
		case aCopy:
			k.StopCopy(&u.copying)
			_, _ = k.EndCopy(&u.copying) // nothing is left that it would wait for
		case aClose:
			k.EndClose(u.closing)
		case noCall:
		}
		u.kind = noCall
	}
	f.closing = f.closing[:0]
	f.d.writing = slices.DeleteFunc(f.d.writing, func(x torn) bool { return x.by == f })
	for _, wt := range f.d.watchers {
		if wt.table == f.table && wt.err == nil {
			k.CloseInstance(wt.instance)
		}
	}
	f.d.during = duringClose
	k.CloseAll(f.table)
	f.d.during = 0
}
