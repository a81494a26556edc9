package depopt

// Results calls f for every module in the graph that has a result.
func (e *Environment) Results(f func(id *URL, code *Code)) {
	for _, n := range e.graph.nodes {
		if n.result != nil {
			f(n.id, n.result)
		}
	}
}

// Result is what the graph has of a module; nil if nothing.
func (e *Environment) Result(id *URL) *Code {
	if n := e.graph.byID[id]; n != nil {
		return n.result
	}
	return nil
}

// CachedURLs calls f for every raw URL that the graph has an id for.
func (e *Environment) CachedURLs(f func(raw, id *URL)) {
	for _, u := range e.graph.raw {
		if c := e.graph.urlCache[u]; c != nil && c.node != nil {
			f(u, c.node.id)
		}
	}
}

// BridgeUses reports whether the bridge looks the name of a dependency up in the cache of
// URLs of ssr.
func (s *System) BridgeUses(u *URL) bool { return s.bridge.ssr != nil && s.bridge.target(u) == u }

// Inner is u without the prefix `ssr:`; u itself if it has none.
func (u *URL) Inner() *URL {
	if u.Bridge {
		return u.inner
	}
	return u
}

// Bare is u without its version.
func (u *URL) Bare() *URL { return u.bare }

// Modules calls f for every module that the present page has, with its sources.
func (b *Browser) Modules(f func(u *URL, sources []string)) {
	for _, m := range b.page.have {
		switch {
		case m.code.Module != nil:
			f(m.u, m.code.Module.own)
		case m.code.Bundle != nil:
			f(m.u, m.code.Bundle.Sources)
		}
	}
}

// Files calls f for every file that is bundled now, with its version and content.
func (e *Environment) Files(f func(u *URL, content uint64)) {
	if e.opt == nil || e.opt.disk == nil {
		return
	}
	for _, list := range [2][]*Bundle{e.opt.disk.Deps, e.opt.disk.Chunks} {
		for _, b := range list {
			f(e.sys.urls.file(b.Name, e.opt.version(b.Name)), b.Hash)
		}
	}
}
