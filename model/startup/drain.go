package startup

import "github.com/seed-3519b94c/simrun/sim/env"

// drain is what a process does about SIGTERM and SIGINT with SignalsDrainReraise: it
// drains every registry within the grace, removes its own handlers and raises the
// signal again. A second signal does that at once.
type drain struct {
	parts    []func(done func())
	handlers []env.Ticket
	open     int // parts that are not drained
	begun    bool
	grace    env.LoopTimer
}

// drainOnSignal adds a part that is drained at a signal, if the library handles them.
func (a *App) drainOnSignal(part func(done func())) {
	if a.sw.Signals != SignalsDrainReraise {
		return
	}
	d := &a.drain
	d.parts = append(d.parts, part)
	if len(d.handlers) > 0 || d.begun {
		return
	}
	for _, s := range [...]env.Signal{env.SIGTERM, env.SIGINT} {
		d.handlers = append(d.handlers, a.deps.Host.OnSignal(s, func() { a.drainAndRaise(s) }))
	}
}

func (a *App) drainAndRaise(s env.Signal) {
	d := &a.drain
	if d.begun {
		a.raise(s)
		return
	}
	d.begun, d.open = true, len(d.parts)
	d.grace = a.deps.Loop.SetTimeout(func() { a.raise(s) }, a.k.ShutdownGrace)
	for _, part := range d.parts {
		part(func() {
			if d.open--; d.open == 0 {
				a.raise(s)
			}
		})
	}
}

// raise removes the library's handlers and raises the signal again.
func (a *App) raise(s env.Signal) {
	d := &a.drain
	d.grace.Clear()
	for _, h := range d.handlers {
		h.Cancel()
	}
	d.handlers = nil
	a.deps.Host.Kill(s)
}
