package jsloop

// stepMain runs the main script.
func (l *Loop) stepMain() {
	if l.cfg.Entry == ESM {
		l.stepModule()
		return
	}
	l.phase = phaseTurn
	var thrown error
	if l.main != nil {
		thrown = call(l.main)
	}
	if thrown != nil {
		if l.cfg.Flavour == Bun {
			l.bun.main = thrown // reported later
		} else if l.uncaught(thrown, FromException); l.phase == phaseDone {
			return
		}
	}
	l.startDrain()
}

// Microtasks from the rejection of a main module to the report of it: the awaits
// between module evaluation and the catch in loadESM (lib/internal/process/
// esm_loader.js). A module with top-level await has one more, for its own
// completion. Observed, Node v20.20.2.
const (
	hopsModule = 3
	hopsAwait  = 4
)

// stepModule runs a main module. The loader has read it in the poll phase, so that
// the check phase comes next; and it evaluates it in a microtask.
func (l *Loop) stepModule() {
	l.batch, l.phase = 0, phaseIO
	if l.cfg.Flavour != Node {
		l.phase = phaseTurn
	}
	l.drain = drainFirst
	if l.module != nil {
		l.awaiting = true
		p := l.Async(func(a *Async) (Value, error) { return nil, l.module(a) })
		p.react(reaction{native: (*moduleEnd)(l)})
		return
	}
	if l.main != nil {
		if thrown := call(l.main); thrown != nil {
			l.micro.push(&hop{left: hopsModule, reason: thrown})
		}
	}
}

// moduleEnd waits for a main module with top-level await.
type moduleEnd Loop

func (m *moduleEnd) settled(p *Promise) {
	m.awaiting = false
	if p.state == Rejected {
		l := (*Loop)(m)
		if h := (&hop{left: hopsAwait - 1, reason: p.reason}); h.left > 0 {
			l.micro.push(h)
		}
	}
}

// hop carries a reason through some microtasks to the report.
type hop struct {
	left   int
	reason error
}

func (h *hop) run(l *Loop) error {
	if h.left--; h.left > 0 {
		l.micro.push(h)
		return nil
	}
	if l.cfg.Flavour == Bun {
		l.bun.main, l.bun.rejected = h.reason, true
		return nil
	}
	l.uncaught(h.reason, FromRejection)
	return nil
}
