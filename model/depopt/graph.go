package depopt

import "github.com/seed-3519b94c/simrun/sim/env"

// node is a module in the graph of an environment. It never changes its id.
type node struct {
	url, id     *URL
	result      *Code // of the transform; nil: none, or invalidated
	lastInvalid int64 // tick
	resID       int
}

// cached is what the graph knows of a raw URL: a node, or that one is on its way. One
// whose resolution failed stays too (vite #23454).
type cached struct {
	node    *node
	err     error
	promise env.Promise // of those who wait; nil: nobody
	settle  func(any)
}

// graph is the module graph of an environment (6.3). Nothing is ever removed, and the
// cache of raw URLs is never pruned: after a commit the bare name of a dependency still
// leads to a node whose id has the old version, a ghost. Switch Evict empties the maps
// when all is invalidated.
type graph struct {
	e        *Environment
	urlCache map[*URL]*cached
	byURL    map[*URL]*node
	byID     map[*URL]*node
	nodes    []*node // those of byID, in order
	raw      []*URL  // the keys of urlCache, in order
}

func (g *graph) reset(e *Environment) {
	g.e = e
	if g.byID == nil {
		g.urlCache, g.byURL, g.byID = make(map[*URL]*cached), make(map[*URL]*node), make(map[*URL]*node)
	}
	g.empty()
}

func (g *graph) empty() {
	clear(g.urlCache)
	clear(g.byURL)
	clear(g.byID)
	clear(g.nodes)
	g.nodes, g.raw = g.nodes[:0], g.raw[:0]
}

// ensure is the node of a URL, made if there is none. resolved is its id, if that is
// known; nil: it is resolved.
func (g *graph) ensure(a env.Async, u, resolved *URL) (*node, error) {
	g.e.touchRead(g.e.resource(resGraphURL, u))
	if c := g.urlCache[u]; c != nil {
		return g.wait(a, u, c)
	}
	c := &cached{}
	g.urlCache[u] = c
	g.raw = append(g.raw, u)
	g.e.touchWrite(g.e.resource(resGraphURL, u))
	id := resolved
	if id == nil {
		var err error
		if id, err = g.e.resolve(a, u); err != nil {
			c.err = err
			c.tell()
			return nil, err
		}
	}
	c.node = g.at(u, id)
	c.tell()
	g.e.obs.CachesChanged()
	return c.node, nil
}

// at is the node of an id, made if there is none.
func (g *graph) at(u, id *URL) *node {
	n := g.byID[id]
	if n == nil {
		n = &node{url: u, id: id, resID: g.e.resource(resGraphID, id)}
		g.byID[id] = n
		g.nodes = append(g.nodes, n)
		g.e.touchWrite(n.resID)
	}
	g.byURL[u] = n
	return n
}

// tell settles the promise of those who wait.
func (c *cached) tell() {
	if c.promise != nil {
		c.settle(nil)
	}
}

// wait is what the cache says of u, when it is there.
func (g *graph) wait(a env.Async, u *URL, c *cached) (*node, error) {
	if c.node == nil && c.err == nil {
		if c.promise == nil {
			c.promise, c.settle, _ = g.e.loop.NewPromise()
		}
		if err := await(a, c.promise); err != nil {
			return nil, err
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	if u.Unversioned() {
		g.e.obs.Lookup(g.e, u, c.node.id, "cache of URLs")
	}
	return c.node, nil
}

// getByURL is the node of a URL; nil if there is none.
func (g *graph) getByURL(a env.Async, u *URL) (*node, error) {
	g.e.touchRead(g.e.resource(resGraphURL, u))
	if c := g.urlCache[u]; c != nil {
		return g.wait(a, u, c)
	}
	id, err := g.e.resolve(a, u)
	if err != nil {
		return nil, err
	}
	return g.byURL[id], nil
}

// invalidateAll forgets every result.
func (e *Environment) invalidateAll() {
	g := &e.graph
	now := e.sys.tick()
	for _, n := range g.nodes {
		e.touchWrite(n.resID)
		n.result, n.lastInvalid = nil, now
	}
	if e.sys.cfg.Evict {
		for _, u := range g.raw {
			e.touchWrite(e.resource(resGraphURL, u))
		}
		g.empty()
	}
	e.obs.Invalidated(e)
	e.obs.CachesChanged()
}
