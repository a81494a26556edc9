package strategy

import (
	"fmt"
	"maps"

	"github.com/seed-3519b94c/simrun/sim"
)

// Ordered plays an order of all events, and answers other choices by their IDs.
// Beyond its end it takes the first alternative.
type Ordered struct {
	order  []sim.EventID
	values map[sim.EventID]int64
	at     int
	wrong  string
}

// Real is the chooser that plays the latest run of r in an order in which it can
// really happen: in Timed mode.
func (r *Reduced) Real() (*Ordered, error) { return r.ordered(r.failed) }

func (r *Reduced) ordered(before bool) (*Ordered, error) {
	order, err := r.realOrder(before)
	if err != nil {
		return nil, err
	}
	return &Ordered{order: order, values: maps.Clone(r.values)}, nil
}

// Broke reports whether in the latest run a property did not hold for a while that must
// always hold. The same events in another order may not show it, and the other way round.
func (r *Reduced) Broke() bool { return r.broke }

// Breaches are the beginnings of the latest run after which a property did not hold that
// must always hold, the first of each property. What was reported once is not reported
// again by the same walk.
func (r *Reduced) Breaches() ([]*Ordered, error) { return r.breaches, r.trouble }

// Wrong says how the run was another than the one to be played; "" if it was not.
func (o *Ordered) Wrong() string {
	if o.wrong == "" && o.at < len(o.order) {
		return fmt.Sprintf("the run ends after %d of %d events", o.at, len(o.order))
	}
	return o.wrong
}

// Began starts from the beginning.
func (o *Ordered) Began(*sim.World) { o.at, o.wrong = 0, "" }

// Fired follows the run.
func (o *Ordered) Fired(id sim.EventID) {
	if o.at < len(o.order) && o.order[o.at] != id && o.wrong == "" {
		o.wrong = fmt.Sprintf("event %d of the run is another one", o.at+1)
	}
	o.at++
}

// Choose takes what comes next in the order.
func (o *Ordered) Choose(p *sim.Point) int {
	if p.Kind == sim.KindOption {
		return 0
	}
	if p.Kind != sim.KindSchedule {
		if v, known := o.values[p.ID]; known {
			if alt, possible := p.Alternative(v); possible {
				return alt
			}
		}
		o.fail("event %d asks for %s, which the search did not decide", o.at, p.Name())
		return 0
	}
	if o.at >= len(o.order) || o.wrong != "" {
		return 0
	}
	for i := range p.Enabled {
		if p.Enabled[i].ID == o.order[o.at] {
			return i
		}
	}
	o.fail("after %d events the next one is not possible, but %s and %d more are", o.at, p.EventName(0), p.N-1)
	return 0
}

func (o *Ordered) fail(format string, args ...any) {
	if o.wrong == "" {
		o.wrong = fmt.Sprintf(format, args...)
	}
}
