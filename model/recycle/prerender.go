package recycle

import (
	"github.com/seed-3519b94c/simrun/model/coord"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// Prerender is a prerender server: a pool of pages behind a port, and heartbeats to the
// manager, whose answers may tell it to recycle.
type Prerender struct {
	Pool
	Addr    env.Addr // where it listens, and its name in the registry
	Manager env.Addr
	// Ready is called when it listens: what its parent process is told. It may be nil.
	Ready func()

	listener  env.Listener
	beats     coord.Periodic
	warmed    Warmed
	draining  bool
	recycling bool
	sent      uint64 // beats
	seen      uint64 // the youngest whose answer was looked at
	verify    verifying
	stopping  bool
	answered  []*beat     // to be used again
	last      *Heartbeat  // the latest; nil: none yet
	pages     pagesTold   // where the next one is made
	touched   [2]Resource // warmed, recycling
}

// Start boots the server.
func (p *Prerender) Start() {
	p.init()
	name := p.Host.Name()
	p.touched = [2]Resource{p.Probe.Resource("warmed " + name), p.Probe.Resource("recycling " + name)}
	p.Loaded = p.pageLoaded
	p.Host.OnSignal(env.SIGTERM, p.terminateApp)
	p.Host.OnSignal(env.SIGTERM, p.terminateCommand)
	p.Host.Work("prerender-boot", func(error) {
		p.start() // the constructor begins to warm the pool
		p.listen()
	})
}

func (p *Prerender) listen() {
	l, err := p.bind(p.Addr.Port)
	if err != nil {
		p.Host.Log(env.Error, "cannot listen: "+err.Error())
		p.Host.Exit(1)
		return
	}
	p.listener = l
	l.Serve(func(x env.Exchange) {
		if q := x.Request(); q.Label == LabelRender {
			p.onRender(x, q.Body.(*Render))
			return
		}
		x.Reply(200, "OK")
	})
	p.fact(Fact{Kind: ServerListening})
	if p.Ready != nil {
		p.Ready()
	}
	p.beats = coord.Periodic{Timers: p.Host, Label: "tick", Period: p.Constants.Heartbeat, Now: true, Work: p.onTick}
	if p.Switches.BeatsRule() == coord.SkipWhileBusy {
		p.beats.Overlap = coord.SkipWhileBusy
	}
	if p.Switches.Signal && p.Switches.Baseline == SeedBaseline {
		p.seed()
		return
	}
	p.beats.Start()
}

// BeatsRule is what a tick does while a beat is under way.
func (s *Switches) BeatsRule() coord.Overlap {
	if s.Beats == BeatsSingleFlight {
		return coord.SkipWhileBusy
	}
	return coord.Overlapping
}

// seed asks whichever task the load balancer picks for the baseline, and only then
// begins to beat.
func (p *Prerender) seed() {
	p.fact(Fact{Kind: SeedAsked})
	p.Host.Do(env.Request{
		Label: LabelSeed, Method: "GET", Path: "/_host-shell-hash", Addr: p.Shell, Timeout: p.Constants.SeedTimeout,
	}, func(resp env.Response, err error) {
		if token, _ := resp.Body.(string); err == nil && resp.OK() && token != "" {
			p.setWarmed(Warmed{Defined: true, Echo: Echo{Token: token}})
			p.fact(Fact{Kind: Seeded, Token: token})
		}
		if !p.draining {
			p.beats.Start()
		}
	})
}

func (p *Prerender) setWarmed(w Warmed) {
	if p.warmed == w {
		return
	}
	p.touch(p.touched[0])
	p.warmed = w
	p.changed()
}

// Warmed is what the server believes its pages were made from.
func (p *Prerender) Warmed() Warmed { return p.warmed }

// Recycling reports whether a recycle is under way.
func (p *Prerender) Recycling() bool { return p.recycling }

// Draining reports whether it was told to end.
func (p *Prerender) Draining() bool { return p.draining }

// terminateApp is the application's handler of SIGTERM, registered first.
func (p *Prerender) terminateApp() {
	if p.draining {
		return
	}
	p.draining = true
	p.fact(Fact{Kind: ServerTerminating})
	p.beats.Stop()
	if p.listener == nil {
		p.Host.Exit(0)
		return
	}
	p.send(func() {})
	p.Host.After("grace", p.Constants.Grace, func() {
		p.listener.CloseIdle()
		p.listener.Close(p.stopApp)
	})
}

// terminateCommand is the command line's handler, registered second.
func (p *Prerender) terminateCommand() {
	if p.listener == nil || p.Switches.CloseBeforeExit {
		return
	}
	p.listener.DestroyAll()
	p.listener.Close(func() {
		// Both wait for the server to be closed: the application first, which begins
		// to close the pool, and at its first wait the command line ends the process.
		p.stopApp()
		p.exit()
	})
}

// stopApp is what the application does when the server is closed.
func (p *Prerender) stopApp() {
	if p.stopping {
		return
	}
	p.stopping = true
	p.stop(func() {
		p.Host.Do(env.Request{Label: LabelUnregister, Method: "DELETE", Path: "/prerender-servers", Addr: p.Manager, Body: p.Addr},
			func(env.Response, error) {
				if p.Switches.CloseBeforeExit {
					p.exit()
				}
			})
	})
}

func (p *Prerender) exit() {
	p.fact(Fact{Kind: ServerExits})
	p.Host.Exit(0)
}
