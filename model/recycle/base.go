package recycle

import (
	"time"

	"github.com/seed-3519b94c/simrun/sim/env"
)

// Base is what every process of the system is given.
type Base struct {
	Host      env.Host
	Switches  Switches
	Constants Constants
	Probe     Probe // nil: NopProbe
}

func (b *Base) init() {
	if b.Probe == nil {
		b.Probe = NopProbe{}
	}
}

// fact tells f of this process.
func (b *Base) fact(f Fact) {
	f.Who = b.Host.Name()
	b.Probe.Fact(f)
}

// bounded is Work that is given up after d; 0 is no bound. What is given up may still
// end, unheard.
func (b *Base) bounded(label string, d time.Duration, done func(err error)) {
	if d == 0 {
		b.Host.Work(label, done)
		return
	}
	var work, limit env.Ticket
	work = b.Host.Work(label, func(err error) {
		limit.Cancel()
		done(err)
	})
	limit = b.Host.After(label+".bound", d, func() {
		work.Cancel()
		done(env.ErrTimeout)
	})
}

// bind listens at a port of all addresses of the machine.
func (b *Base) bind(port int) (env.Listener, error) {
	return b.Host.Bind(env.Addr{Host: "0.0.0.0", Port: port})
}
