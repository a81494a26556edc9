package startup

import (
	"fmt"
	"strings"

	model "github.com/seed-3519b94c/simrun/model/startup"
)

// Keys of INV-PROG: what is owed.
const (
	progClient int64 = 0   // plus the number of the client
	progPool   int64 = 100 // the pool
	progCall   int64 = 200 // plus the key of the call
)

// owesConnection notes that a client is to be connected.
func (f *facts) owesConnection(c *client) {
	if _, server := c.of.lawful(); server && !f.fromServer {
		open(f.progress(), progClient+int64(c.index))
	}
}

// serverUp notes that an application has a server: where the bound counts from that.
func (f *facts) serverUp(app string) {
	if !f.fromServer {
		return
	}
	for _, c := range f.h.clients {
		if c.of.name == app && !c.connected {
			open(f.progress(), progClient+int64(c.index))
		}
	}
}

// hasMode reports whether the registry has had a mode.
func (g *regFacts) hasMode(k model.Kind) bool { return g.modes&(1<<k) != 0 }

func (f *facts) describeFailure(key int64) string {
	x := f.fails[key-1]
	return fmt.Sprintf("the failure %q of %s", x.f, x.a.name)
}

func (f *facts) describeCall(key int64) string {
	c := f.calls[key-1]
	return c.c.String() + " of " + c.reg.a.name + f.waits(c.reg.a)
}

func (f *facts) describeApp(key int64) string {
	a := f.h.apps[key-1]
	return "the end of " + a.name + f.waits(a)
}

// describeProgress tells what is owed, and who waits for whom.
func (f *facts) describeProgress(key int64) string {
	switch {
	case key >= progCall:
		return "the success of " + f.describeCall(key-progCall)
	case key == progPool:
		var b strings.Builder
		b.WriteString("the pool")
		for _, a := range f.h.apps {
			b.WriteString(f.waits(a))
		}
		return b.String()
	}
	c := f.h.clients[key-1]
	return fmt.Sprintf("%s waits for a server on %v, where %s; that is for %s%s", c.name, c.endpoint, f.listener(), c.of.name, f.waits(c.of))
}

// waits is what an application waits for, as edges of the wait-for graph.
func (f *facts) waits(a *app) string {
	switch {
	case a.host.Life() == 0:
		return " [" + a.name + " was not started]"
	case !a.host.Up():
		return fmt.Sprintf(" [%s has ended with code %d]", a.name, a.host.ExitCode())
	case a.model == nil:
		return ""
	}
	if what := a.model.WaitsFor(); what != "" {
		return fmt.Sprintf(" [%s waits for %s; on port 6420 %s]", a.name, what, f.listener())
	}
	for _, g := range f.regs {
		if g.a == a && g.creates == 0 {
			return fmt.Sprintf(" [%s waits for a call, nobody has called its registry %d]", a.name, g.index)
		}
	}
	for i := len(f.regs) - 1; i >= 0; i-- {
		if g := f.regs[i]; g.a == a && len(g.engines) > 0 {
			if e := g.engines[len(g.engines)-1]; !f.up(e) {
				return fmt.Sprintf(" [%s counts on %s, which has ended, and waits for nothing]", a.name, e)
			}
		}
	}
	return " [" + a.name + " waits for nothing]"
}

// up reports whether an engine listens.
func (f *facts) up(name string) bool {
	for _, e := range f.h.engines {
		if e.name == name {
			return e.bound
		}
	}
	return true
}

// listener tells who is on the port.
func (f *facts) listener() string {
	for _, g := range f.regs {
		for _, p := range g.ports {
			if p == manager().Port {
				return "the manager of " + g.r.Name() + " listens"
			}
		}
	}
	for _, e := range f.h.engines {
		if e.bound {
			return e.name + " listens"
		}
	}
	if f.h.squat != nil && f.h.squat.Life() > 0 && f.h.squat.Up() {
		return "something else listens"
	}
	return "nobody listens"
}

func (a *app) lastFailure() string {
	if a.last == nil {
		return "nothing of the library's"
	}
	return a.last.Error()
}

func (a *app) lastSite() string {
	if a.last == nil {
		return ""
	}
	return string(a.last.Site)
}
