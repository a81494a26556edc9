package depopt

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// bridge gives the environment worker half of its modules from ssr: a virtual module
// `ssr:X` is the module X of the other environment (6.11).
type bridge struct {
	sys         *System
	worker, ssr *Environment
}

// The back-off of switch BridgeBackoff.
const (
	backoffFirst = 100 * time.Millisecond // doubled each time
	backoffTimes = 5
)

// load fetches the module from ssr, and rewrites its imports: each keeps the version that
// it had when ssr analysed it.
func (b *bridge) load(a env.Async, id *URL) (*source, error) {
	if b.ssr == nil {
		return nil, &Error{Code: NotFound, At: id}
	}
	if d := b.sys.cfg.BridgeDelay; d > 0 {
		if err := b.worker.sleep(a, d); err != nil {
			return nil, err
		}
	}
	u := b.target(id.inner)
	rep, err := b.ssr.fetchModule(a, u, false)
	if b.sys.cfg.BridgeBackoff {
		for d, n := backoffFirst, 0; n < backoffTimes && isStale(err); d, n = 2*d, n+1 {
			if err := b.worker.sleep(a, d); err != nil {
				return nil, err
			}
			rep, err = b.ssr.fetchModule(a, u, false)
		}
	}
	if err != nil {
		return nil, err
	}
	s := &source{at: id}
	if rep.Cache {
		return s, nil
	}
	s.module, s.bundle = rep.Code.Module, rep.Code.Bundle
	s.static, s.lazy = b.rewrite(rep.Code.Imports), b.rewrite(rep.Code.Lazy)
	return s, nil
}

// target is what to fetch. With switch Ghost a name that is a key of the optimized
// dependencies gets its present version here. Keys only: no chunks, no aliases, nothing
// that has a version already.
func (b *bridge) target(u *URL) *URL {
	o := b.ssr.opt
	if !b.sys.cfg.Ghost || u.Kind != Dep || o == nil {
		return u
	}
	b.ssr.touchRead(o.res.meta)
	dep, ok := b.sys.app.dep(u.Name)
	if !ok || !o.meta.set.has(dep) {
		return u
	}
	id := b.sys.urls.file(u.Name, find(o.meta.optimized, dep).hash)
	b.ssr.obs.Lookup(b.ssr, u, id, "bridge")
	return id
}

func (b *bridge) rewrite(list []*URL) []*URL {
	if list == nil {
		return nil
	}
	out := make([]*URL, len(list))
	for i, u := range list {
		if u != nil {
			out[i] = b.sys.urls.bridged(u)
		}
	}
	return out
}

// wrap stands in for the send of ssr's hot channel, to which nobody listens.
func (b *bridge) wrap(m Message, send func(Message) error) error {
	if b.sys.cfg.Graph {
		b.worker.invalidateAll()
		b.ssr.invalidateAll()
	}
	if b.sys.cfg.Send {
		if err := b.worker.hot.Send(m); err != nil {
			return err
		}
	}
	return send(m)
}
