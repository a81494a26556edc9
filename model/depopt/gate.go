package depopt

import "github.com/seed-3519b94c/simrun/sim/env"

// Gate says how strictly a request of an optimized file must name its version.
type Gate uint8

// The gates.
const (
	// Strict refuses what is outdated (Vite from 7.1.3).
	Strict Gate = iota
	// Unversioned never compares at the start, and calls an absent file not found
	// (Vite up to 7.1.2).
	Unversioned
	// Ignore compares nothing (an option of Vite from 7.3.1).
	Ignore
)

// String is the name of the gate.
func (g Gate) String() string { return pick(int(g), "strict", "unversioned", "ignore") }

// The rules of the gate, as Observer.Stale counts them.
const (
	staleAtOnce = 1 // the version is not the present one
	staleLater  = 2 // there was a commit while the request was parked, and it is another now
	staleFile   = 3 // the file is gone
	absent      = 0 // the file is gone, and that is not called stale
)

// load is the gate of the directory of bundles (6.2): who asks for a file waits until
// it is there, and is refused if its version is not, or no longer, that of the file.
// There is no check after the read.
//
// The first entry of the list counts, and the list is never pruned: after an error of
// the bundler that is the old entry. Its version is looked at through the entry,
// whose fields the commit replaces: a request with a discovery hash that was parked
// passes after the commit, and reads the new file (measured, 140 of 140).
func (o *optimizer) load(a env.Async, u *URL) (*Bundle, error) {
	e := o.e
	m := o.meta
	e.touchRead(o.res.meta)
	if info := m.first(u.Name); info != nil {
		if u.Version != 0 && o.cfg().Gate == Strict && info.hash != u.Version {
			return nil, e.stale(u, staleAtOnce)
		}
		if info.ready != nil {
			if err := o.park(a, u, m, info); err != nil {
				return nil, err
			}
		}
	}
	if err := await(a, e.loop.IO(u.label(ioRead))); err != nil {
		return nil, err
	}
	e.touchRead(e.resource(resDisk, u.bare))
	if o.disk != nil {
		if b := o.disk.find(u.Name); b != nil {
			e.obs.Loaded(e, u, b.Hash)
			return b, nil
		}
	}
	if u.Version != 0 && o.cfg().Gate == Strict {
		return nil, e.stale(u, staleFile)
	}
	e.obs.Stale(e, u, absent)
	return nil, &Error{Code: NotFound, At: u}
}

// park waits until the batch of info is settled.
func (o *optimizer) park(a env.Async, u *URL, m *meta, info *info) error {
	e := o.e
	if info.ready.State() == env.Pending {
		e.obs.Waits(e, u)
	}
	if err := await(a, info.ready); err != nil {
		return err
	}
	e.touchRead(o.res.meta)
	e.obs.Released(e, u, o.meta != m)
	if o.meta == m || o.cfg().Gate == Ignore {
		return nil
	}
	if cur := o.meta.first(u.Name); cur == nil || cur.hash != info.hash {
		return e.stale(u, staleLater)
	}
	return nil
}

// stale is the error OUTDATED.
func (e *Environment) stale(u *URL, rule int) error {
	e.obs.Stale(e, u, rule)
	return &Error{Code: Outdated, At: u}
}
