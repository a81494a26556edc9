package startup

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// ClientHost is the operating system as a client sees it.
type ClientHost interface {
	env.Lifecycle
	env.Timers
	env.Client
}

// ClientWatcher is told what a client sees, for properties.
type ClientWatcher interface {
	// Answered: a server answered a request to addr.
	Answered(client string, addr env.Addr, by ServerID)
	// Connected: the client knows where to go.
	Connected(client string)
	// Failed: a request to addr of a client that is connected failed.
	Failed(client string, addr env.Addr)
}

// Client looks up an endpoint's metadata, once for the life of its process, and then
// uses the endpoint that they name.
type Client struct {
	Host      ClientHost
	Constants Constants
	Endpoint  env.Addr
	// LogsFirst: the first failure of a lookup is logged like those after it (r0).
	LogsFirst bool
	// Tries bounds the lookups, for worlds in which nothing waits for a client that
	// tries for ever. 0: for ever, as the original does.
	Tries   int
	Watcher ClientWatcher

	cache []*cached
}

// cached is the memo of one endpoint: kept for ever, and while it is looked up.
type cached struct {
	endpoint env.Addr
	target   env.Addr // where to go
	known    bool
	failures int
	pause    time.Duration
}

// Connect looks the endpoint up, if nobody has.
func (c *Client) Connect() {
	for _, m := range c.cache {
		if m.endpoint == c.Endpoint {
			return
		}
	}
	m := &cached{endpoint: c.Endpoint, pause: c.Constants.MetadataFirst}
	c.cache = append(c.cache, m)
	c.try(m)
}

// Known reports whether the endpoint has been looked up, and where it leads.
func (c *Client) Known() (target env.Addr, ok bool) {
	for _, m := range c.cache {
		if m.endpoint == c.Endpoint && m.known {
			return m.target, true
		}
	}
	return env.Addr{}, false
}

// try asks for the metadata, for ever.
func (c *Client) try(m *cached) {
	c.Host.Do(env.Request{Label: "metadata", Method: "GET", Addr: m.endpoint, Path: "/metadata"}, func(resp env.Response, err error) {
		meta, isMeta := resp.Body.(Metadata)
		if err == nil && resp.OK() && isMeta {
			c.Watcher.Answered(c.Host.Name(), m.endpoint, meta.Server)
			m.known, m.target = true, meta.Endpoint
			if m.target == (env.Addr{}) {
				m.target = m.endpoint
			}
			c.Watcher.Connected(c.Host.Name())
			return
		}
		if m.failures++; m.failures > 1 || c.LogsFirst {
			c.Host.Log(env.Warning, "could not get the metadata, trying again")
		}
		if m.failures == c.Tries {
			return
		}
		pause := m.pause
		m.pause = min(2*m.pause, c.Constants.MetadataCap)
		c.Host.After("retry", pause, func() { c.try(m) })
	})
}

// Use sends one request to where the endpoint leads, if that is known.
func (c *Client) Use() {
	target, ok := c.Known()
	if !ok {
		return
	}
	c.Host.Do(env.Request{Label: "use", Method: "GET", Addr: target, Path: "/actors"}, func(resp env.Response, err error) {
		meta, isMeta := resp.Body.(Metadata)
		if err != nil || !resp.OK() || !isMeta {
			c.Watcher.Failed(c.Host.Name(), target)
			return
		}
		c.Watcher.Answered(c.Host.Name(), target, meta.Server)
	})
}
