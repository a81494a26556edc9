package depopt

import "github.com/seed-3519b94c/simrun/sim/env"

// metaOf is the metadata that the bundler writes beside l.
func (o *optimizer) metaOf(l *Layout) *meta {
	app := o.e.sys.app
	m := &meta{lock: o.e.sys.Deps.Lock, hash: commitVersion(l.Set, o.e.sys.Deps.Lock), set: l.Set}
	infos := make([]info, len(l.Deps)+len(l.Chunks))
	all := make([]*info, len(infos), len(infos)+4)
	for i := range infos {
		all[i] = &infos[i]
	}
	for i, b := range l.Deps {
		infos[i] = info{name: b.Name, dep: b.Dep, hash: m.hash, fileHash: b.Hash, interop: app.Deps[b.Dep].Interop}
	}
	for i, b := range l.Chunks {
		infos[len(l.Deps)+i] = info{name: b.Name, dep: -1, hash: m.hash, fileHash: b.Hash}
	}
	m.optimized, m.chunks, m.list = all[:len(l.Deps):len(l.Deps)], all[len(l.Deps):len(infos):len(infos)], all
	return m
}

// commit puts the new bundles and their metadata in the place of the old, and lets
// those go on who wait for them. It is one task, unless the rename is split.
func (o *optimizer) commit(a env.Async, l *Layout, reload bool) error {
	if o.cfg().SplitRename {
		if err := o.splitRename(a); err != nil {
			return err
		}
	}
	o.touchDisk(l)
	o.e.touchWrite(o.res.meta)
	old, m := o.meta, o.metaOf(l)
	for _, i := range old.discovered { // found meanwhile
		if !l.Set.has(i.dep) {
			m.discovered, m.found = append(m.discovered, i), m.found|1<<i.dep
			m.list = append(m.list, i)
		}
	}
	if !reload {
		m.keepHashes(old)
	}
	for _, i := range old.discovered {
		if n := find(m.optimized, i.dep); n != nil {
			i.hash, i.fileHash, i.interop, i.ready = n.hash, n.fileHash, n.interop, nil
		}
	}
	o.meta, o.disk = m, l
	o.e.obs.Committed(o.e, reload)
	o.settle()
	return nil
}

// keepHashes gives m the versions of old: what was handed out stays valid.
func (m *meta) keepHashes(old *meta) {
	m.hash = old.hash
	for _, i := range m.optimized {
		if k := old.known(i.dep); k != nil {
			i.hash = k.hash
		}
	}
	for _, c := range m.chunks {
		c.hash = old.hash
	}
}

// touchDisk notes which files are written.
func (o *optimizer) touchDisk(l *Layout) {
	for _, b := range l.Deps {
		o.e.touchWrite(o.e.resource(resDisk, o.e.sys.urls.file(b.Name, 0)))
	}
	for _, b := range l.Chunks {
		o.e.touchWrite(o.e.resource(resDisk, o.e.sys.urls.file(b.Name, 0)))
	}
}

// splitRename is the commit on Windows: the old directory goes before the new one is
// there.
func (o *optimizer) splitRename(a env.Async) error {
	if err := await(a, o.e.loop.IO("rename")); err != nil {
		return err
	}
	if o.disk != nil {
		o.touchDisk(o.disk)
	}
	o.disk = nil
	return await(a, o.e.loop.IO("rename"))
}

// settle lets go on who waits for a bundle that was started.
func (o *optimizer) settle() {
	o.e.touchWrite(o.res.batch)
	for _, b := range o.started {
		o.e.obs.Settled(o.e, b.number)
		b.settle(nil)
	}
	o.started = o.started[:0]
}

// version is the present version of a file, as the gate sees it.
func (o *optimizer) version(name string) Version {
	if i := o.meta.first(name); i != nil {
		return i.hash
	}
	return 0
}
