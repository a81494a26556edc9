package recycle

import (
	"slices"
	"strconv"
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// onTick beats; the next tick does not wait for it.
func (p *Prerender) onTick(done func()) { p.send(done) }

// beat is a heartbeat that is under way. One that is answered is used again.
type beat struct {
	p    *Prerender
	seq  uint64
	done func()
	got  func(env.Response, error) // answered
}

// pagesTold is memory for what a heartbeat tells of pages.
type pagesTold struct {
	warmed  []string
	vacancy []Vacancy
}

// newBeat makes the next one.
func (p *Prerender) newBeat(done func()) *beat {
	p.sent++
	var b *beat
	if n := len(p.answered); n > 0 {
		b, p.answered = p.answered[n-1], p.answered[:n-1]
	} else {
		b = &beat{p: p}
		b.got = b.wasAnswered
	}
	b.seq, b.done = p.sent, done
	return b
}

// send tells the manager how the server is, and looks at what the answer says of the
// shell. Any answer counts, also one of failure.
func (p *Prerender) send(done func()) {
	p.Host.Do(env.Request{
		Label: LabelBeat, Method: "POST", Path: "/prerender-servers", Addr: p.Manager, Body: p.heartbeat(),
	}, p.newBeat(done).got)
}

// wasAnswered looks at the answer.
func (b *beat) wasAnswered(resp env.Response, err error) {
	p, seq, done := b.p, b.seq, b.done
	p.answered = append(p.answered, b)
	done()
	if err != nil {
		p.Host.Log(env.Debug, "heartbeat: "+err.Error())
		return
	}
	if seq < p.seen && p.Switches.Beats == BeatsSequenced {
		return
	}
	p.seen = max(p.seen, seq)
	p.reconcile(echoOf(resp))
}

// echoOf reads the header fields.
func echoOf(resp env.Response) (x Echo) {
	x.Token, _ = resp.Header.Get(TokenHeader)
	if g, ok := resp.Header.Get(GenerationHeader); ok {
		x.Generation, _ = strconv.Atoi(g)
	}
	return x
}

// heartbeat is how the server is now: the last one again if nothing has changed, for
// nobody changes one.
func (p *Prerender) heartbeat() *Heartbeat {
	h := Heartbeat{
		URL: p.Addr, Capacity: p.Max,
		Draining: p.draining || p.Switches.NotReadyWhileRecycling && p.recycling,
		Warmed:   p.pages.warmed[:0], Vacancy: p.pages.vacancy[:0],
	}
	if p.Switches.Budget > 0 && !p.recycling {
		h.Against = p.warmed.String()
	}
	for _, g := range p.affinity.pages {
		if g.closing {
			continue
		}
		queued := -1
		if g.lease.Waiting() > 0 {
			queued = 0
			for g.lease.WaitingFrom(queued+1) > 0 {
				queued++
			}
		}
		h.Warmed = append(h.Warmed, g.Affinity)
		h.Vacancy = append(h.Vacancy, Vacancy{Affinity: g.Affinity, Idle: !g.lease.Held(), Queued: queued})
	}
	p.pages.warmed, p.pages.vacancy = h.Warmed, h.Vacancy
	if p.last == nil || !h.same(p.last) {
		changed := h
		changed.Warmed, changed.Vacancy = slices.Clone(h.Warmed), slices.Clone(h.Vacancy)
		p.last = &changed
	}
	return p.last
}

// same reports whether two heartbeats tell the same.
func (h *Heartbeat) same(o *Heartbeat) bool {
	return h.URL == o.URL && h.Capacity == o.Capacity && h.Draining == o.Draining && h.Against == o.Against &&
		slices.Equal(h.Warmed, o.Warmed) && slices.Equal(h.Vacancy, o.Vacancy)
}

// reconcile compares an echo with what the server has warmed against.
func (p *Prerender) reconcile(x Echo) {
	if x.Token != "" {
		p.fact(Fact{Kind: Echoed, Token: x.Token})
	}
	p.Probe.Reads(p.touched[1])
	if p.draining || p.recycling || p.verify.waits(x) {
		return
	}
	p.Probe.Reads(p.touched[0])
	d := Decide(x, p.warmed, p.Switches)
	if !d.Recycle {
		if d.Next != p.warmed {
			p.setWarmed(d.Next)
			p.fact(Fact{Kind: Adopted, Token: x.Token})
		}
		return
	}
	p.touch(p.touched[1])
	p.recycling = true
	p.fact(Fact{Kind: RecycleBegan, Token: x.Token})
	if p.Switches.NotReadyWhileRecycling {
		p.send(func() {})
	}
	if wait := p.jitter(); wait > 0 {
		p.Host.After("jitter", wait, func() { p.recycle(d.Next) })
		return
	}
	p.recycle(d.Next)
}

// recycle makes new pages, and notes against what they were made.
func (p *Prerender) recycle(next Warmed) {
	p.Restart(next.Echo.Token, func(err error) {
		p.touch(p.touched[1])
		switch {
		case err != nil:
			p.Host.Log(env.Error, "recycle: "+err.Error())
		case p.Switches.Verify:
			p.check(next)
		default:
			p.setWarmed(next)
		}
		p.recycling = false
		p.fact(Fact{Kind: RecycleEnded, Token: next.Echo.Token, Err: err})
		if p.Switches.NotReadyWhileRecycling {
			p.send(func() {})
		}
	})
}

// jitter spreads the recycles of a fleet by a hash of the address (FNV-1a).
func (p *Prerender) jitter() time.Duration {
	if p.Switches.JitterMs <= 0 {
		return 0
	}
	h := uint32(2166136261)
	for _, c := range []byte(p.Addr.String()) {
		h = (h ^ uint32(c)) * 16777619
	}
	return time.Duration(h%uint32(p.Switches.JitterMs)) * time.Millisecond
}
