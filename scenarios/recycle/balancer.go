package recycle

import (
	"slices"

	model "github.com/seed-3519b94c/simrun/model/recycle"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/netsim"
)

// policy is how a balancer picks a target.
type policy uint8

const (
	random policy = iota
	roundRobin
	sticky
)

// balancer passes requests on to realm tasks. It knows who listens, not how far a task
// is. How long it takes to find a task healthy, and to let one go, are the windows
// `flip` and `drained`.
type balancer struct {
	f       *fleet
	host    *netsim.Host
	env     env.Host
	targets []*taskSlot // routable
	rr      int
	stuck   []stuck
	res     sim.Resource
}

// stuck is whom a sticky balancer sends a client to.
type stuck struct {
	client string
	task   *taskSlot
}

func (b *balancer) build(f *fleet) {
	*b = balancer{f: f, targets: b.targets[:0], stuck: b.stuck[:0], res: f.w.Resource("lb.targets")}
	b.host = f.net.Host("lb", nil, func(h env.Host) {
		b.env = h
		l, err := h.Bind(env.Addr{Host: "0.0.0.0", Port: publicAddr.Port})
		if err != nil {
			f.w.Mistake("balancer: %w", err)
			return
		}
		l.Serve(b.serve)
	})
	b.host.StartAt(0)
}

// add makes t a target.
func (b *balancer) add(t *taskSlot) {
	b.f.w.Write(b.res)
	b.targets = append(b.targets, t)
	b.f.facts.routed()
}

// remove takes t out: it gets no new requests.
func (b *balancer) remove(t *taskSlot) {
	i := slices.Index(b.targets, t)
	if i < 0 {
		return
	}
	b.f.w.Write(b.res)
	b.targets = slices.Delete(b.targets, i, i+1)
	b.f.facts.routed()
}

// pick chooses a target for a request of client; nil if there is none.
func (b *balancer) pick(client string) *taskSlot {
	b.f.w.Read(b.res)
	if len(b.targets) == 0 {
		return nil
	}
	switch b.f.setup.policy {
	case roundRobin:
		b.rr++
		return b.targets[(b.rr-1)%len(b.targets)]
	case sticky:
		for i := range b.stuck {
			if s := &b.stuck[i]; s.client == client {
				if !slices.Contains(b.targets, s.task) {
					s.task = b.targets[b.choice()]
				}
				return s.task
			}
		}
		b.stuck = append(b.stuck, stuck{client, b.targets[b.choice()]})
		return b.stuck[len(b.stuck)-1].task
	}
	return b.targets[b.choice()]
}

func (b *balancer) choice() int { return b.f.w.Choice("pick", len(b.targets)) }

func (b *balancer) serve(x env.Exchange) {
	q := x.Request()
	if q.Label == model.LabelHook && b.f.deploy.forbids() {
		x.Reply(403, nil) // the edge of the network, not a task
		return
	}
	t := b.pick(x.From())
	if t == nil {
		x.Reply(503, nil)
		return
	}
	b.f.facts.picked(q.Label, t)
	fwd := b.env.Do(env.Request{
		Label: q.Label, Method: q.Method, Path: q.Path, Body: q.Body, Addr: env.Addr{Host: t.name, Port: taskPort},
	}, func(resp env.Response, err error) {
		if err != nil {
			x.Reply(502, nil)
			return
		}
		x.Reply(resp.Status, resp.Body)
	})
	x.OnGone(func() { fwd.Cancel() })
}
