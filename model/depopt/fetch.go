package depopt

import "github.com/seed-3519b94c/simrun/sim/env"

// Reply is what fetchModule answers. A reply from the cache carries no identity (vite
// #22081): all it says is that what the runner has is good.
type Reply struct {
	Cache bool
	Code  *Code
	ID    *URL
	URL   *URL
	Reset bool // what the runner has evaluated under that id is void
}

// fetchModule is a module for a runner (6.8). known says that the runner has code for
// it. Here the ghost is met: the node is found by the URL as it stands.
func (e *Environment) fetchModule(a env.Async, u *URL, known bool) (*Reply, error) {
	n, err := e.graph.ensure(a, u, nil)
	if err != nil {
		return nil, err
	}
	e.touchRead(n.resID)
	hit := n.result != nil
	if known && hit {
		return &Reply{Cache: true}, nil
	}
	code, err := e.transformRequest(a, u)
	if err != nil {
		return nil, err
	}
	return &Reply{Code: code, ID: n.id, URL: n.url, Reset: !hit}, nil
}
