package startup

import (
	"slices"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// appProbe listens to an application.
type appProbe struct {
	f *facts
	a *app
}

var _ model.Probe = (*appProbe)(nil)

func (p *appProbe) note(format string, args ...any) {
	if p.f.h.w.Recording() {
		p.f.h.w.Note(format, args...)
	}
}

// Raised implements model.Probe.
func (p *appProbe) Raised(fl *model.Failure) {
	x := &failFacts{f: fl, a: p.a, key: int64(len(p.f.fails) + 1)}
	p.f.fails = append(p.f.fails, x)
	open(p.f.errA, x.key)
	p.note("%s: %v", p.a.name, fl)
}

// Logged implements model.Probe.
func (p *appProbe) Logged(l env.Level, fl *model.Failure) {
	if l >= env.Warning {
		p.f.delivered(fl)
	}
}

// Uncaught implements model.Probe: what the runtime writes as it ends is seen.
func (p *appProbe) Uncaught(fl *model.Failure) {
	p.a.last = fl
	p.f.delivered(fl)
}

// Reported implements model.Probe: what a listener does with it is not known, so it
// counts for nothing.
func (p *appProbe) Reported(fl *model.Failure) {
	p.note("%s: unhandledRejection: %v", p.a.name, fl)
	p.a.reports++
}

// Constructing implements model.Probe.
func (p *appProbe) Constructing(r *model.Registry) {
	p.f.regs = append(p.f.regs, &regFacts{r: r, a: p.a, life: p.a.host.Life(), index: r.Index})
	p.note("construct %s", r.Name())
	if p.a.onConstruct != nil {
		p.a.onConstruct()
	}
}

// Constructed implements model.Probe.
func (p *appProbe) Constructed(r *model.Registry, fl *model.Failure) {
	if fl == nil {
		return
	}
	p.f.delivered(fl) // thrown to who constructs
	p.a.unhandledConstruct = true
	if lawful, _ := p.a.lawful(); lawful {
		p.f.fail(readyB, string(fl.Site), "the constructor of %s throws %q, and its configuration is lawful", r.Name(), fl)
	}
}

// Creating implements model.Probe.
func (p *appProbe) Creating(r *model.Registry) {
	g := p.f.reg(r)
	p.note("create for %s", r.Name())
	if g.creates++; g.creates > 1 && !g.failed {
		p.f.fail(once, "create", "%s creates a second runtime", r.Name())
	}
}

// Created implements model.Probe.
func (p *appProbe) Created(r *model.Registry, fl *model.Failure) {
	g := p.f.reg(r)
	if fl != nil {
		g.failed, g.inUse = true, false
		return
	}
	p.note("created for %s", r.Name())
}

// Snapshot implements model.Probe.
func (p *appProbe) Snapshot(r *model.Registry, c model.Config) {
	g := p.f.reg(r)
	g.inUse, g.version = true, c.Version
	p.note("configuration of %s is taken: version %d, port %d", r.Name(), c.Version, c.ManagerPort)
}

// Mutated implements model.Probe.
func (p *appProbe) Mutated(r *model.Registry, field string) {
	p.note("%s: %s is changed", r.Name(), field)
	if p.f.reg(r).inUse {
		p.f.fail(cfg, field, "%s of %s is changed after the snapshot in use was taken, and nobody says so", field, r.Name())
	}
}

// Bound implements model.Probe.
func (p *appProbe) Bound(r *model.Registry, port int) {
	g := p.f.reg(r)
	g.ports = append(g.ports, port)
	p.note("manager of %s listens on %d", r.Name(), port)
	if g.binds++; g.binds > 1 && !g.failed {
		p.f.fail(once, "bind", "%s binds a second manager, on %d", r.Name(), port)
	}
	p.f.serverUp(p.a.name)
	if p.f.onBound != nil {
		p.f.onBound(port)
	}
}

// Closed implements model.Probe.
func (p *appProbe) Closed(r *model.Registry, port int) {
	g := p.f.reg(r)
	for i, x := range g.ports {
		if x == port {
			g.ports = append(g.ports[:i], g.ports[i+1:]...)
			break
		}
	}
	p.note("manager of %s closes %d", r.Name(), port)
	p.a.takeSignal()
}

// Draining implements model.Probe.
func (p *appProbe) Draining() {
	p.note("%s drains", p.a.name)
	p.a.takeSignal()
}

// Spawned implements model.Probe.
func (p *appProbe) Spawned(r *model.Registry, engine string) {
	g := p.f.reg(r)
	g.engines = append(g.engines, engine)
	p.note("%s spawns %s", r.Name(), engine)
	if g.spawns++; g.spawns > 1 && !g.failed {
		p.f.fail(once, "spawn", "%s spawns a second engine", r.Name())
	}
}

// Adopted implements model.Probe.
func (p *appProbe) Adopted(r *model.Registry, id model.ServerID, spawned bool) {
	g := p.f.reg(r)
	p.note("%s uses %s %s", r.Name(), id.Process, id.Version)
	switch {
	case id.Version != asked && id.Version != "":
		p.f.fail(own, "version", "%s asks for engine %s and uses %s, which is %s", r.Name(), asked, id.Process, id.Version)
	case spawned && !slices.Contains(g.engines, id.Process):
		p.f.fail(own, "engine", "%s has started %s, and takes the answer of %s for its", r.Name(), g.engines[len(g.engines)-1], nameOr(id.Process))
	}
	g.engines = append(g.engines, id.Process)
}

func nameOr(process string) string {
	if process == "" {
		return "something else"
	}
	return process
}

// Called implements model.Probe.
func (p *appProbe) Called(c *model.Call) {
	f := p.f
	x := &callFacts{c: c, reg: f.reg(c.Registry), key: int64(len(f.calls) + 1)}
	f.calls = append(f.calls, x)
	p.note("%v", c)
	if c.Thrown != nil {
		x.settled = true
		f.delivered(c.Thrown)
		return
	}
	if c.Promise != nil {
		open(f.errB, x.key)
	}
	if c.Kind() != model.KindNone && c.Op != model.CallWait {
		open(f.mode, x.key)
		if x.reg.hasMode(c.Kind()) {
			settle(f.mode, x.key)
		}
	}
	if f.afterFault {
		x.retry = true
		open(f.progress(), progCall+x.key)
	}
}

// Mode implements model.Probe.
func (p *appProbe) Mode(r *model.Registry, k model.Kind) {
	f := p.f
	g := f.reg(r)
	g.modes |= 1 << k
	p.note("%s is %v", r.Name(), k)
	for _, c := range f.calls {
		if c.reg == g && c.c.Kind() == k {
			settle(f.mode, c.key)
			if c.c.Op == model.CallStart && c.c.Promise == nil {
				f.mustAccept(g, c.c.String())
			}
		}
	}
}

// Refused implements model.Probe.
func (p *appProbe) Refused(r *model.Registry, k model.Kind, fl *model.Failure) {
	g := p.f.reg(r)
	for _, c := range p.f.calls {
		if c.reg == g && c.c.Kind() == k && c.c.Promise == nil && c.c.Thrown == nil && g.modes&(1<<k) == 0 {
			p.f.fail(mode, k.String(), "%v asked for mode %v and gets nothing, not even the error: %v", c.c, k, fl)
		}
	}
}

// PoolWanted implements model.Probe.
func (p *appProbe) PoolWanted(r *model.Registry) {
	g := p.f.reg(r)
	if !g.poolOwed {
		g.poolOwed = true
		open(p.f.progress(), progPool)
	}
}

// PoolConfigured implements model.Probe.
func (p *appProbe) PoolConfigured(r *model.Registry) {
	p.note("pool of %s is configured", r.Name())
	settle(p.f.progress(), progPool)
}

// Done implements model.Probe.
func (p *appProbe) Done() { open(p.f.exitB, int64(p.a.index)) }

// clientProbe listens to a client.
type clientProbe client

// Answered implements model.ClientWatcher.
func (p *clientProbe) Answered(name string, addr env.Addr, by model.ServerID) {
	c := (*client)(p)
	f := &c.h.facts
	if c.h.w.Recording() {
		c.h.w.Note("%s is answered by %s at %v", name, by, addr)
	}
	if !f.belongs(c, by) {
		f.fail(own, "client", "%s of registry %d of %s dials %v and is answered by %s", name, c.registry, c.of.name, addr, by)
	}
}

// Connected implements model.ClientWatcher.
func (p *clientProbe) Connected(string) {
	c := (*client)(p)
	c.connected = true
	settle(c.h.facts.progress(), progClient+int64(c.index))
	if c.onConnect != nil {
		c.onConnect()
	}
}

// Failed implements model.ClientWatcher.
func (p *clientProbe) Failed(name string, addr env.Addr) {
	c := (*client)(p)
	c.failed = true
	if c.h.w.Recording() {
		c.h.w.Note("%s: nobody answers at %v, where it was sent", name, addr)
	}
	c.h.facts.fail(progress, "stale", "%s was sent to %v, nobody answers there any more, and it does not ask again", name, addr)
}

// belongs reports whether by is what a client's registry has made or adopted.
func (f *facts) belongs(c *client, by model.ServerID) bool {
	if by.Registry != 0 {
		return by.Process == c.of.name && by.Registry == c.registry
	}
	g := f.of(c.of, c.registry)
	return by.Version == asked && (by.Process == cloudEngine || g == nil || len(g.engines) == 0 || slices.Contains(g.engines, by.Process))
}

// engineProbe listens to an engine.
type engineProbe engine

// EngineBound implements model.EngineWatcher.
func (p *engineProbe) EngineBound(name string) {
	p.bound = true
	p.h.facts.serverUp(p.parent)
	if p.h.w.Recording() {
		p.h.w.Note("%s %s listens", name, p.version)
	}
	if p.onBound != nil {
		p.onBound()
	}
}

// EngineReady implements model.EngineWatcher.
func (p *engineProbe) EngineReady(string) { p.ready = true }
