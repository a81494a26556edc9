package coord

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Overlap says what a tick does while the work of an earlier one is going on.
type Overlap uint8

const (
	// Overlapping: it starts its work all the same, as setInterval with an async
	// callback does.
	Overlapping Overlap = iota
	// SkipWhileBusy: it does nothing.
	SkipWhileBusy
)

// Periodic does some work every period. The zero Periodic is stopped.
type Periodic struct {
	Timers  env.Timers
	Label   string        // of the ticks
	Period  time.Duration // above zero
	Overlap Overlap
	// Now does the work at Start too; off, the first time is a period later.
	Now bool
	// Work is done at each tick. It calls done when it has ended, once.
	Work func(done func())

	ticket env.Ticket
	tickFn func()
	doneFn func()
	busy   int
	on     bool
}

// Start begins to tick. It does nothing if p is ticking already.
func (p *Periodic) Start() {
	if p.on {
		return
	}
	if p.tickFn == nil {
		p.tickFn, p.doneFn = p.tick, p.done
	}
	p.on = true
	p.ticket = p.Timers.Every(p.Label, p.Period, p.tickFn)
	if p.Now {
		p.tick()
	}
}

// Stop ends the ticks; work that has begun goes on. It reports whether p was
// ticking.
func (p *Periodic) Stop() bool {
	was := p.on
	p.on = false
	p.ticket.Cancel()
	return was
}

func (p *Periodic) tick() {
	if p.busy > 0 && p.Overlap == SkipWhileBusy {
		return
	}
	p.busy++
	p.Work(p.doneFn)
}

func (p *Periodic) done() { p.busy-- }
