package netsim

import (
	"slices"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// relay is a request on its way through a balancer. Like calls, relays are not used
// again before the next run.
type relay struct {
	t      *target
	x      *call
	ticket env.Ticket
	done   func(env.Response, error)
	gone   func()
}

func (n *Net) newRelay(t *target, x *call) *relay {
	if n.nrelay == len(n.relays) {
		r := new(relay)
		r.done, r.gone = r.answered, r.callerGone
		n.relays = append(n.relays, r)
	}
	r := n.relays[n.nrelay]
	n.nrelay++
	r.t, r.x = t, x
	return r
}

// serve hands a request to a target: 503 if there is none, 502 if the connection to
// it fails.
func (b *Balancer) serve(x env.Exchange) {
	t := b.pick(x.From())
	if t == nil {
		x.Reply(503, nil)
		return
	}
	if b.n.w.Recording() {
		b.n.w.Detail("%s: %s goes to %s", b.cfg.Name, x.Request().Label, t.h.name)
	}
	r := b.n.newRelay(t, x.(*call))
	t.open = append(t.open, r)
	q := *x.Request()
	q.Addr, q.Timeout = t.addr, 0
	r.ticket = b.life.Do(q, r.done)
	x.OnGone(r.gone)
}

func (r *relay) end() {
	if i := slices.Index(r.t.open, r); i >= 0 {
		r.t.open = slices.Delete(r.t.open, i, i+1)
	}
}

func (r *relay) answered(resp env.Response, err error) {
	r.end()
	if err != nil {
		r.x.Reply(502, nil)
		return
	}
	r.x.header = append(r.x.header, resp.Header...)
	r.x.Reply(resp.Status, resp.Body)
}

// callerGone is called when the balancer sees that the caller hung up.
func (r *relay) callerGone() {
	r.ticket.Cancel()
	r.end()
}

// cutOff ends it because the drain of its target has ended.
func (r *relay) cutOff() {
	r.ticket.Cancel()
	r.end()
	r.x.Reply(502, nil)
}
