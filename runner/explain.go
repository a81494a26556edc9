package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// Explain finds out what a failure hangs on: the smallest story, the nearest schedule
// that passes, how its neighbours fare, how late something had to be, and which parameters
// do not matter. It makes at most o.Minimise runs to minimise and o.Runs more; both
// have defaults. The trace must fail.
func Explain(ctx context.Context, o Options, t *sim.Trace) (*reports.Explanation, error) {
	return explain(&explainer{ctx: ctx, o: &o}, t)
}

// Nearest is the run that passes and is nearest to the smallest story of a failure; nil if
// none is found. It is a part of what Explain finds out.
func Nearest(ctx context.Context, o Options, t *sim.Trace) (*sim.Trace, error) {
	e, err := explain(&explainer{ctx: ctx, o: &o, onlyNearest: true}, t)
	if err != nil {
		return nil, err
	}
	return e.Passing, nil
}

func explain(x *explainer, t *sim.Trace) (*reports.Explanation, error) {
	o := x.o
	if err := o.adopt(t); err != nil {
		return nil, err
	}
	if !t.Verdict.Failed() {
		return nil, fmt.Errorf("explain %s: the run passes", o.Scenario.Name)
	}
	w := newWorker(o)
	x.w = w
	err := guarded(o, []*worker{w}, func() error { return x.run(t) })
	if errors.Is(err, errStuck) {
		return nil, err
	}
	w.world.Close()
	if err != nil {
		return nil, err
	}
	return &x.out, nil
}

type explainer struct {
	w   *worker
	ctx context.Context
	o   *Options
	out reports.Explanation
	// onlyNearest asks for the nearest schedule that passes, and nothing else.
	onlyNearest bool
}

// At most maxNeighbours neighbouring orders are run, and of a long trace fewer: all of
// them have about maxNeighbourEvents events together.
const (
	maxNeighbours      = 2_000
	maxNeighbourEvents = 20_000_000
)

func mostNeighbours(t *sim.Trace) int {
	return max(20, min(maxNeighbours, maxNeighbourEvents/max(1, len(t.Events))))
}

// replays is how often the smallest story is run to see that it stays the same.
const replays = 10

func (x *explainer) run(t *sim.Trace) error {
	if t.Minimised == 0 || len(t.Events) == 0 {
		m, err := x.w.minimise(x.ctx, t, x.o.Minimise, false)
		if err != nil {
			return err
		}
		t = m.Trace
		x.out.Runs += m.Executions
	}
	x.out.Failing = t
	if t.Verdict == sim.Nondeterminism {
		return nil
	}
	if x.onlyNearest {
		return x.nearest(t)
	}
	for _, step := range []func(*sim.Trace) error{x.again, x.nearest, x.neighbours, x.any, x.elsewhere} {
		if x.ctx.Err() != nil {
			return nil
		}
		if err := step(t); err != nil {
			return err
		}
	}
	return nil
}

// again replays the story, and asks the world how late something had to be.
func (x *explainer) again(t *sim.Trace) error {
	for range replays {
		r, err := x.w.record(t.Schedule)
		if err != nil {
			return err
		}
		x.out.Again++
		if r.Rolling == t.Rolling && r.Signature == t.Signature {
			x.out.Reproduced++
		}
	}
	x.out.Runs += replays
	stall, err := x.w.world.Stall()
	if err == nil {
		x.out.Stall = stall
	}
	return nil // a sampled run has no stall
}

// nearest looks for a passing schedule as near as can be: with a hold that ends one event
// earlier, without one deviation, or with one more.
func (x *explainer) nearest(t *sim.Trace) error {
	var near []sim.Schedule
	for i, d := range t.Schedule {
		if d.Kind != sim.KindSchedule {
			continue
		}
		c := slices.Clone(t.Schedule)
		if over := numbered(t).overtakers(d); len(over) > 1 {
			c[i].After = over[len(over)-2]
			near = append(near, c)
		}
	}
	for i := range t.Schedule {
		near = append(near, slices.Delete(slices.Clone(t.Schedule), i, i+1))
	}
	v := &verifier{w: x.w, ctx: x.ctx, o: x.o, old: t}
	most := mostNeighbours(t)
	for c := range v.neighbours(t.Schedule, t) {
		if len(near) >= most {
			break
		}
		near = append(near, c)
	}
	for _, c := range near {
		if x.ctx.Err() != nil {
			return nil
		}
		x.out.Runs++
		r, err := x.w.run(x.w.o.config(strategy.NewReplay(c, false)))
		if err != nil {
			return err
		}
		if !r.Verdict.Failed() {
			x.out.Passing, err = x.w.record(slices.Clone(r.Deviations))
			return err
		}
	}
	return nil
}

// neighbours runs the orders one step away, and counts those that fail in the same way.
func (x *explainer) neighbours(t *sim.Trace) error {
	v := &verifier{w: x.w, ctx: x.ctx, o: x.o, old: t}
	first, second := sim.EventID(0), sim.EventID(0)
	if len(t.Races) > 0 {
		r := t.Races[0]
		first, _ = sim.ParseEventID(t.EventName(int(r.First)))
		second, _ = sim.ParseEventID(t.EventName(int(r.Second)))
	}
	most := mostNeighbours(t)
	seen := make(map[string]bool)
	for c := range v.neighbours(t.Schedule, t) {
		k := key(c)
		if seen[k] {
			continue
		}
		if seen[k] = true; x.out.Neighbours >= most || x.ctx.Err() != nil {
			return nil
		}
		watch := &pairWatch{Replay: strategy.NewReplay(c, false), first: first, second: second}
		r, err := x.w.run(x.w.o.config(watch))
		if err != nil {
			return err
		}
		x.out.Neighbours++
		x.out.Runs++
		if r.Verdict.Failed() && r.Signature() == t.Signature {
			x.out.NeighboursFailing++
			if watch.ordered {
				x.out.ThroughPair++
			}
		}
	}
	return nil
}

// pairWatch sees whether one event comes before another one in a run.
type pairWatch struct {
	*strategy.Replay
	first, second   sim.EventID
	begun, ordered  bool
	secondCameFirst bool
}

// Fired looks out for the two.
func (p *pairWatch) Fired(id sim.EventID) {
	p.Replay.Fired(id)
	switch id {
	case p.first:
		p.begun = true
		p.ordered = !p.secondCameFirst // the second may never come: the run ends before
	case p.second:
		p.secondCameFirst = p.secondCameFirst || !p.begun
	}
}

// tries is how many values of a parameter are tried.
const tries = 8

// any finds the parameters whose value does not matter.
func (x *explainer) any(t *sim.Trace) error {
	for _, p := range t.Params {
		if p.Lo >= p.Hi {
			continue
		}
		if _, pinned := x.o.Params[p.Label]; pinned {
			continue
		}
		matters := false
		for i := range min(tries, p.Hi-p.Lo+1) {
			value := p.Lo + i*(p.Hi-p.Lo)/max(1, min(tries, p.Hi-p.Lo+1)-1)
			if value == p.Value {
				continue
			}
			r, err := x.w.run(x.w.o.config(strategy.NewReplay(withDraw(t.Schedule, p, value), false)))
			if err != nil {
				return err
			}
			x.out.Runs++
			if !r.Verdict.Failed() || r.Signature() != t.Signature {
				matters = true
				break
			}
		}
		if !matters {
			x.out.Any = append(x.out.Any, p.Label)
		}
	}
	return nil
}

// withDraw is a schedule with another value of a parameter.
func withDraw(s sim.Schedule, p sim.Param, value int64) sim.Schedule {
	id := sim.DrawID(p.Label)
	out := slices.DeleteFunc(slices.Clone(s), func(d sim.Deviation) bool { return d.Kind == sim.KindDraw && d.Event == id })
	if value != p.Lo {
		out = append(out, sim.Deviation{Kind: sim.KindDraw, Event: id, Value: value})
	}
	return out
}

// elsewhere runs the same schedule under the other profiles.
func (x *explainer) elsewhere(t *sim.Trace) error {
	for _, p := range x.o.Scenario.AllProfiles() {
		if p.Name == t.Profile {
			continue
		}
		cfg := x.w.o.config(strategy.NewReplay(t.Schedule, false))
		cfg.Profile = p.Name
		r, err := x.w.run(cfg)
		if err != nil {
			return err
		}
		x.out.Runs++
		text := "passes"
		if r.Verdict.Failed() {
			text = "fails in the same way"
			if r.Signature() != t.Signature {
				text = "fails differently: " + r.Signature()
			}
		}
		x.out.Elsewhere = append(x.out.Elsewhere, "profile "+p.Name+": this schedule "+text+".")
	}
	return nil
}
