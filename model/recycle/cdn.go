package recycle

import "github.com/seed-3519b94c/simrun/sim/env"

// CDN serves the shell from its edges. Publishing reaches them one by one; which edge
// answers a request is nobody's choice.
type CDN struct {
	Base
	Addr  env.Addr
	Edges []*Artifact // what each has; at least one
	// Pick says which edge answers. nil: the first.
	Pick func(edges int) int
	// Reached is called when an edge has a new artifact. It may be nil.
	Reached func(edge int, a *Artifact)

	published int
	at        [MaxEdges]int // the publication that each edge has
	touched   [MaxEdges]Resource
}

// Start begins to serve.
func (c *CDN) Start() {
	c.init()
	for i, name := range edgeNames {
		c.touched[i] = c.Probe.Resource(name)
	}
	l, err := c.bind(c.Addr.Port)
	if err != nil {
		c.Host.Exit(1)
		return
	}
	l.Serve(func(x env.Exchange) {
		edge := 0
		if c.Pick != nil && len(c.Edges) > 1 {
			edge = c.Pick(len(c.Edges))
		}
		c.Probe.Reads(c.touched[edge])
		x.Reply(200, c.Edges[edge])
	})
}

// edgeNames are the footprints of the first edges.
var edgeNames = [...]string{"cdn[1]", "cdn[2]", "cdn[3]"}

// MaxEdges is how many edges a CDN may have.
const MaxEdges = len(edgeNames)

// Publish puts a on all edges, each in its own time, and calls done, which may be nil,
// when all have it. An edge that has got a later publication meanwhile keeps that.
func (c *CDN) Publish(a *Artifact, done func()) {
	c.published++
	number, left := c.published, len(c.Edges)
	for i := range c.Edges {
		c.Host.Work("edge", func(error) {
			if number > c.at[i] {
				c.Probe.Writes(c.touched[i])
				c.at[i], c.Edges[i] = number, a
				if c.Reached != nil {
					c.Reached(i, a)
				}
			}
			if left--; left == 0 && done != nil {
				done()
			}
		})
	}
}
