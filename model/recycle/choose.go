package recycle

// Candidate is a server as the manager sees it when it has a render to place.
type Candidate struct {
	Out      bool // tried already, or not usable
	Idle     bool // has an idle page for the affinity
	Page     bool // has a page for the affinity, idle or busy
	Active   int  // affinities with a page
	Capacity int
	Assigned bool // has been given renders of the affinity
	// Queued is the highest priority that waits for the affinity's page; -1: none.
	Queued     int
	Load       int    // renders that the manager has sent there and that are not answered
	AssignedAt uint64 // when it was last given a render, by count
}

// Choose places a render of priority: the index of the best of cs, or -1. fallback is
// the server of the affinity that was used longest ago of all, or -1: it is taken if
// nobody has room.
func Choose(cs []Candidate, priority, fallback int) int {
	best := -1
	for i := range cs {
		if cs[i].bucket() >= 0 && (best < 0 || cs[i].before(&cs[best], priority)) {
			best = i
		}
	}
	if best >= 0 {
		return best
	}
	if fallback >= 0 && !cs[fallback].Out {
		return fallback
	}
	for i := range cs {
		if !cs[i].Out {
			return i
		}
	}
	return -1
}

// bucket: 0 has an idle page, 1 has none but room for one, 2 has one that is busy;
// -1 none of these.
func (c *Candidate) bucket() int {
	switch {
	case c.Out:
		return -1
	case c.Idle:
		return 0
	case c.Page:
		return 2
	case c.Active < c.Capacity:
		return 1
	}
	return -1
}

// before reports whether c is better than d.
func (c *Candidate) before(d *Candidate, priority int) bool {
	if a, b := c.bucket(), d.bucket(); a != b {
		return a < b
	}
	if c.Assigned != d.Assigned {
		return c.Assigned
	}
	if a, b := c.Queued >= priority, d.Queued >= priority; a != b {
		return b
	}
	if c.Load != d.Load {
		return c.Load < d.Load
	}
	return c.AssignedAt < d.AssignedAt
}
