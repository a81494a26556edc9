package startup

import (
	"slices"
	"time"

	model "github.com/seed-3519b94c/simrun/model/startup"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/seed-3519b94c/simrun/sim/env"
)

// facts is what the properties know of a run.
type facts struct {
	h      *world
	judged []string
	bound  time.Duration // of INV-PROG

	regs  []*regFacts
	calls []*callFacts
	fails []*failFacts

	errA, errB, mode, prog, exitA, exitB *sim.Obligation

	// For tests: a call is settled, a manager bound.
	onSettled func()
	onBound   func(port int)

	afterFault bool // calls made from now on must succeed
	fromServer bool // INV-PROG of clients counts from when there is a server
}

// regFacts is what they know of a registry.
type regFacts struct {
	r        *model.Registry
	a        *app
	life     int
	index    int
	creates  int // without a failure before them
	failed   bool
	binds    int
	spawns   int
	engines  []string // that it has started or adopted, the latest last
	ports    []int    // that its managers listen on
	inUse    bool     // a snapshot is
	version  int      // of the configuration, in the latest snapshot
	modes    uint8    // that it has had, as bits
	poolOwed bool
}

// callFacts is what they know of a call.
type callFacts struct {
	c       *model.Call
	reg     *regFacts
	key     int64
	settled bool
	retry   bool // it must succeed
}

// failFacts is what they know of a failure.
type failFacts struct {
	f   *model.Failure
	a   *app
	key int64
}

func (f *facts) reset(h *world, judged []string) {
	f.h, f.judged = h, judged
	f.bound = 20 * time.Second
	f.regs, f.calls, f.fails = f.regs[:0], f.calls[:0], f.fails[:0]
	f.afterFault, f.fromServer = false, false
	f.onSettled, f.onBound = nil, nil
	f.errA = f.obligation(errA, 0, f.describeFailure)
	f.errB = f.obligation(errB, 0, f.describeCall)
	f.mode = f.obligation(mode, 0, f.describeCall)
	f.exitA = f.obligation(exitA, 5*time.Second, f.describeApp)
	f.exitB = f.obligation(exitB, 5*time.Second, f.describeApp)
	f.prog = nil
}

func (f *facts) judges(name string) bool { return slices.Contains(f.judged, name) }

// obligation states an obligation if the scenario judges it, else returns nil.
func (f *facts) obligation(name string, within time.Duration, text func(int64) string) *sim.Obligation {
	if !f.judges(name) {
		return nil
	}
	return f.h.w.Obligation(name, within).Describe(text)
}

// progress is the obligation of INV-PROG, made when its bound is known.
func (f *facts) progress() *sim.Obligation {
	if f.prog == nil && f.judges(progress) {
		f.prog = f.h.w.Obligation(progress, f.bound).Describe(f.describeProgress)
	}
	return f.prog
}

func open(o *sim.Obligation, key int64) {
	if o != nil && !o.IsOpen(key) {
		o.Open(key)
	}
}

func settle(o *sim.Obligation, key int64) {
	if o != nil && o.IsOpen(key) {
		o.Close(key)
	}
}

func supersede(o *sim.Obligation, key int64) {
	if o != nil {
		o.Supersede(key)
	}
}

// fail says that a property is violated, if the scenario judges it.
func (f *facts) fail(property, what, format string, args ...any) {
	if f.judges(property) {
		f.h.w.Fail(property, what, format, args...)
	}
}

// reg is what is known of r.
func (f *facts) reg(r *model.Registry) *regFacts {
	for _, g := range f.regs {
		if g.r == r {
			return g
		}
	}
	return nil
}

// of is what is known of the registry of a client.
func (f *facts) of(a *app, registry int) *regFacts {
	for i := len(f.regs) - 1; i >= 0; i-- {
		if g := f.regs[i]; g.a == a && g.index == registry && g.life == a.host.Life() {
			return g
		}
	}
	return nil
}

// look runs at the end of every event: promises may have been settled in it.
func (f *facts) look() {
	for _, c := range f.calls {
		if c.settled || c.c.Promise == nil || c.reg.a.host.Life() != c.reg.life {
			continue
		}
		switch c.c.Promise.State() {
		case env.Fulfilled:
			c.settled = true
			f.succeeded(c, c.c.Promise.Value())
		case env.Rejected:
			c.settled = true
			f.rejected(c, c.c.Promise.Reason())
		default:
			continue
		}
		if f.onSettled != nil {
			f.onSettled()
		}
	}
}

// succeeded judges a call whose promise was fulfilled in this event.
func (f *facts) succeeded(c *callFacts, v any) {
	settle(f.errB, c.key)
	if answer, ok := v.(model.Answer); ok && answer.Status != 200 {
		return
	}
	if c.retry {
		settle(f.progress(), progCall+c.key)
	}
	f.mustAccept(c.reg, c.c.String())
}

// rejected judges a call whose promise was rejected in this event.
func (f *facts) rejected(c *callFacts, reason error) {
	settle(f.errB, c.key)
	settle(f.mode, c.key)
	f.delivered(reason)
	fl, _ := reason.(*model.Failure)
	if fl != nil && fl.Behind != nil {
		f.fail(errB, string(fl.Site), "%v failed with %q; what made it fail was %q", c.c, fl, fl.Behind)
	}
	if c.retry {
		f.fail(progress, "call", "%v failed although the fault has ended: %v", c.c, reason)
	}
}

// delivered notes that a caller was told of a failure, and so of all that it wraps.
func (f *facts) delivered(reason error) {
	for reason != nil {
		if fl, ok := reason.(*model.Failure); ok {
			f.known(fl)
		}
		u, ok := reason.(interface{ Unwrap() error })
		if !ok {
			return
		}
		reason = u.Unwrap()
	}
}

// known closes the account of a failure.
func (f *facts) known(fl *model.Failure) {
	for _, x := range f.fails {
		if x.f == fl {
			settle(f.errA, x.key)
		}
	}
}

// mustAccept judges INV-READY(a): what succeeded just now advertises a port, on which
// a server of this system listens.
func (f *facts) mustAccept(g *regFacts, what string) {
	at := g.r.Advertised()
	if at.Host != manager().Host {
		return // nothing, or elsewhere
	}
	if !f.serves(at.Port) {
		f.fail(readyA, "port", "%s succeeded, and nobody of this system listens on %v, which it advertises", what, at)
	}
}

// serves reports whether a manager or an engine listens on port.
func (f *facts) serves(port int) bool {
	for _, g := range f.regs {
		if g.a.host.Life() == g.life && slices.Contains(g.ports, port) {
			return true
		}
	}
	for _, e := range f.h.engines {
		if e.bound && port == manager().Port {
			return true
		}
	}
	return false
}

// ended judges the end of an application's process.
func (f *facts) ended(a *app, code int) {
	f.look() // what was settled before it ended
	settle(f.exitA, int64(a.index))
	settle(f.exitB, int64(a.index))
	a.takeSignal()
	if a.uncaught {
		f.died(a)
	}
	for _, c := range f.calls {
		if c.reg.a == a && c.reg.life == a.host.Life() && !c.settled {
			c.settled = true
			supersede(f.errB, c.key)
			supersede(f.mode, c.key)
		}
	}
	for _, x := range f.fails {
		if x.a == a && f.errA != nil && f.errA.IsOpen(x.key) {
			f.fail(errA, string(x.f.Site), "%s; %s has ended, and nobody was told", f.describeFailure(x.key), a.name)
		}
	}
	for _, g := range f.regs {
		if g.a == a {
			g.ports = g.ports[:0]
		}
	}
	if f.h.dieWithParent {
		for _, e := range f.h.engines {
			if e.parent == a.name && e.host.Up() {
				e.host.Signal(env.SIGTERM)
			}
		}
	}
}

// died judges the end of a process by an uncaught error, which the runtime prints.
func (f *facts) died(a *app) {
	for _, c := range f.calls {
		if c.reg.a == a && c.reg.life == a.host.Life() && c.c.Unhandled() {
			return
		}
	}
	if a.unhandledConstruct {
		return
	}
	f.fail(errC, a.lastSite(), "%s ends by an uncaught error although every caller has handled its own call: %s", a.name, a.lastFailure())
}

// engineEnded notes the end of an engine.
func (f *facts) engineEnded(e *engine, _ int) { e.bound, e.ready = false, false }
