package sim

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
	"github.com/seed-3519b94c/simrun/sim/timed"
)

// mark is a remembered instant.
type mark struct {
	v    timed.Var
	now  int64 // nominal
	rec  int32 // the recorded event at whose instant it was made
	live bool
}

// Mark remembers the present instant.
func (p *Proc) Mark() env.Mark {
	w := p.world
	if p.killed {
		return 0
	}
	// Room for all pending events that there may be comes first.
	if w.cfg.Mode == Timed && w.timing().Size()+w.limits.Pending-len(w.pending.keys) > timed.Max-4 {
		w.exceed("marks", "%d are kept, the last one by %s", len(w.marks), p.name)
		if p.coro != nil && !w.inHandler {
			p.yield() // for good
		}
		return 0
	}
	m := mark{now: w.now, live: true}
	switch w.cfg.Mode {
	case Timed:
		m.v = w.timing().Mark()
	case Zones:
		m.v = timed.Var(w.track.Mark())
	}
	if w.rec != nil {
		m.rec = w.rec.present()
	}
	if n := len(w.released); n > 0 {
		name := w.released[n-1]
		w.released = w.released[:n-1]
		w.marks[name-1] = m
		return name
	}
	w.marks = append(w.marks, m)
	return env.Mark(len(w.marks))
}

// Release forgets m.
func (p *Proc) Release(m env.Mark) {
	if p.killed || m == 0 {
		return
	}
	w := p.world
	k := w.markOf(m)
	switch w.cfg.Mode {
	case Timed:
		w.zone.Drop(k.v)
	case Zones:
		w.track.Drop(int32(k.v))
	}
	k.live = false
	w.released = append(w.released, m)
}

func (w *World) markOf(m env.Mark) *mark {
	if m < 1 || int(m) > len(w.marks) || !w.marks[m-1].live {
		w.misuse("mark %d of %q: unknown or released", m, w.cur.proc.name)
	}
	return &w.marks[m-1]
}

// Now reads the clock: a choice among the instants that are possible here.
func (p *Proc) Now() time.Duration {
	w := p.world
	if w.cfg.Mode == Sampled || p.killed {
		return time.Duration(w.now)
	}
	lo, hi := w.instant()
	nominal := max(w.now, lo)
	if hi >= timed.Unbounded || hi-lo >= clockRange {
		hi = max(nominal, lo+clockRange-1)
	}
	nominal = min(nominal, hi)
	v := w.choose(KindClock, p, w.dataLabelOf("now"), lo, int(hi-lo+1), nominal)
	w.pinNow(v)
	if w.rec != nil {
		w.rec.fact(w.rec.present(), -1, v, v)
	}
	return time.Duration(v)
}

// clockRange bounds the readings that are tried when now has no upper bound: an hour.
const clockRange = int64(time.Hour)

// Elapsed reports whether at least d has passed since m: a choice if both
// answers are possible here.
func (p *Proc) Elapsed(m env.Mark, d time.Duration) bool {
	if p.killed {
		return false
	}
	k := p.world.markOf(m)
	return p.elapsed(k, int64(d))
}

func (p *Proc) elapsed(k *mark, d int64) bool {
	w := p.world
	yes := w.now-k.now >= d
	if w.cfg.Mode == Sampled {
		return yes
	}
	lo, hi := w.since(k.v)
	if lo >= d || hi < d {
		// It counts as asked and answered: whether the other answer was possible depends
		// on the order of events that have nothing to do with this one.
		id, _ := p.at(w.dataLabelOf("elapsed")).next()
		v := uint64(0)
		if lo >= d {
			v = 1
		}
		w.cur.print = mix(w.cur.print, uint64(id)^v)
		return lo >= d
	}
	nominal := int64(0)
	if yes {
		nominal = 1
	}
	yes = w.choose(KindElapsed, p, w.dataLabelOf("elapsed"), 0, 2, nominal) == 1
	if yes {
		lo = d
	} else {
		hi = d - 1
	}
	w.assumeSince(k.v, lo, hi)
	if w.rec != nil {
		w.rec.fact(w.rec.present(), k.rec, lo, hi)
	}
	return yes
}
