package runner

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// minimised is what minimising came to.
type minimised struct {
	Trace      *sim.Trace
	Executions int
	// Others are failures with another signature that were met on the way.
	Others []foundRun
}

// Minimise makes the failure of t small: its faults, parameters and holds, and
// the anchors of the holds, as long as it is the same failure by its signature.
// The result is never larger than t, and the same on every machine; what another run of the
// same bug comes to is in the end given the same events, if the budget allows. executions counts every
// run of the scenario that it took: at most o.Minimise to look for smaller schedules, and
// after that one to record the smallest, one of t to see that it is as it was, and one for
// each hold that is left, to see what decides; before that one of t. Lateness needs none, it
// is solved.
//
// A failure that t shows no longer, because the code has changed, is left as it is. One that
// comes and goes is not one of the logic: the result then has the verdict Nondeterminism.
func Minimise(ctx context.Context, o Options, t *sim.Trace) (small *sim.Trace, executions int, err error) {
	if err := o.adopt(t); err != nil {
		return nil, 0, err
	}
	w := newWorker(&o)
	var m *minimised
	err = guarded(&o, []*worker{w}, func() (err error) {
		m, err = w.minimise(ctx, t, o.Minimise, false)
		return err
	})
	if errors.Is(err, errStuck) {
		return nil, 0, err
	}
	w.world.Close()
	if err != nil {
		return nil, 0, err
	}
	return m.Trace, m.Executions, nil
}

// shrinker makes one failure small.
type shrinker struct {
	w         *worker
	ctx       context.Context
	signature string
	best      sim.Schedule
	rolling   uint64 // of the run of best
	size      size
	seen      map[string]bool
	max       uint64 // runs of the worker at which to stop
	parts     int    // into how many parts drop splits at first
	replaced  int    // runs of replace
	others    []foundRun
	err       error
}

// size is what shrinks, the most important first.
type size struct {
	faults int
	params int64
	holds  int
	other  int // clock readings and the like
	steps  int
}

func (a size) less(b size) bool {
	switch {
	case a.faults != b.faults:
		return a.faults < b.faults
	case a.params != b.params:
		return a.params < b.params
	case a.holds != b.holds:
		return a.holds < b.holds
	case a.other != b.other:
		return a.other < b.other
	}
	return a.steps < b.steps
}

func sizeOf(s sim.Schedule, steps int) size {
	z := size{steps: steps}
	for _, d := range s {
		switch d.Kind {
		case sim.KindFault:
			z.faults++
		case sim.KindDraw:
			z.params += max(d.Value, 1)
		case sim.KindSchedule:
			z.holds++
		case sim.KindOption: // whoever pinned it wants it
		default:
			z.other++
		}
	}
	return z
}

// minimise makes the failure of t small. confirmed: it is a run of this process, so that it
// must be had again; otherwise the code may have changed since, and a failure that it does
// not show any more is left as it is.
func (w *worker) minimise(ctx context.Context, t *sim.Trace, budget int, confirmed bool) (*minimised, error) {
	before := w.runs.Load()
	m, err := w.minimiseIt(ctx, t, budget, confirmed)
	if err != nil {
		return nil, err
	}
	m.Executions = int(w.runs.Load() - before)
	if m.Trace != t {
		m.Trace.Minimised = m.Executions
	}
	return m, nil
}

func (w *worker) minimiseIt(ctx context.Context, t *sim.Trace, budget int, confirmed bool) (*minimised, error) {
	first := t
	if !confirmed {
		var err error
		if first, err = w.record(t.Schedule); err != nil {
			return nil, err
		}
		if first.Signature != t.Signature {
			return &minimised{Trace: t}, nil
		}
	}
	s := &shrinker{
		w: w, ctx: ctx, signature: t.Signature, max: w.runs.Load() + uint64(budget), seen: make(map[string]bool),
		parts: 1, best: slices.Clone(t.Schedule), rolling: first.Rolling, size: sizeOf(t.Schedule, len(t.Events)),
	}
	if err := s.shrink(); err != nil {
		return nil, err
	}
	trace, err := w.record(s.best)
	if err != nil {
		return nil, err
	}
	again, err := w.record(t.Schedule)
	if err != nil {
		return nil, err
	}
	trace.Strategy, trace.Module, trace.Revision = t.Strategy, t.Module, t.Revision
	switch {
	case trace.Signature != s.signature || trace.Rolling != s.rolling:
		return &minimised{Trace: unsteady(trace, fmt.Sprintf("a smaller schedule of the same failure %s when it was tried, and when it was run again it %s. %s",
			ending(s.signature), otherwise(s.signature, trace.Signature), whyOtherwise(s.signature, trace.Signature)))}, nil
	case !same(again, first):
		again.Strategy = t.Strategy
		return &minimised{Trace: unsteady(again, fmt.Sprintf("a run %s, and when it was run again, after others that made it small, it %s. %s",
			ending(first.Signature), otherwise(first.Signature, again.Signature), whyOtherwise(first.Signature, again.Signature)))}, nil
	}
	s.races(trace)
	return &minimised{Trace: trace, Others: s.others}, s.err
}

// shrink makes the schedule small in rounds, until nothing changes.
func (s *shrinker) shrink() error {
	const rounds = 5
	for range rounds {
		before := s.size
		s.drop(sim.KindFault)
		s.drop(sim.KindSchedule) // first, for it is cheap, and makes what follows cheap
		s.params()
		s.drop(sim.KindSchedule)
		s.drop(sim.KindElapsed)
		s.drop(sim.KindClock)
		s.chains()
		s.absorb(false)
		if s.size.holds > maxAbsorb {
			s.wall() // before their anchors cost many runs
		}
		s.anchors()
		if s.size == before { // as small as it can be in this shape
			s.absorb(true)
			s.wall()
			s.replace()
		}
		if s.err != nil || s.size == before {
			break
		}
		s.parts = math.MaxInt
	}
	s.canonical()
	return s.err
}

// spent reports whether no further run is allowed.
func (s *shrinker) spent() bool {
	return s.err != nil || s.w.runs.Load() >= s.max || s.ctx.Err() != nil
}

// try runs a candidate and takes it if it fails in the same way and is smaller.
// What counts is the schedule that the run really took: what a candidate names
// and the run did not meet is gone.
func (s *shrinker) try(c sim.Schedule) bool {
	return s.attempt(key(c), strategy.NewReplay(c, false))
}

func (s *shrinker) attempt(key string, c sim.Chooser) bool {
	if s.spent() || s.seen[key] {
		return false
	}
	s.seen[key] = true
	r, err := s.w.run(s.w.o.config(c))
	if err != nil {
		s.err = err
		return false
	}
	if !r.Verdict.Failed() {
		return false
	}
	if sig := r.Signature(); sig != s.signature {
		s.other(sig, r)
		return false
	}
	z := sizeOf(r.Deviations, r.Steps)
	if !z.less(s.size) {
		return false
	}
	s.best, s.rolling, s.size = slices.Clone(r.Deviations), r.Rolling, z
	return true
}

func (s *shrinker) other(sig string, r *sim.Result) {
	for _, o := range s.others {
		if o.signature == sig {
			return
		}
	}
	if len(s.others) < maxFailures {
		s.others = append(s.others, foundRun{signature: sig, schedule: slices.Clone(r.Deviations), rolling: r.Rolling})
	}
}

// key identifies a schedule, whatever the order of its entries.
func key(c sim.Schedule) string {
	var lines []string
	for _, d := range c {
		var b [25]byte
		put := func(at int, v uint64) {
			for i := range 8 {
				b[at+i] = byte(v >> (8 * i))
			}
		}
		b[0] = byte(d.Kind)
		put(1, uint64(d.Event))
		put(9, uint64(d.After))
		put(17, uint64(d.Value))
		lines = append(lines, string(b[:]))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// events are those of the best schedule's deviations of one kind.
func (s *shrinker) events(kind sim.Kind) (ids []sim.EventID) {
	for _, d := range s.best {
		if d.Kind == kind {
			ids = append(ids, d.Event)
		}
	}
	return ids
}

// drop takes away as many deviations of one kind as it can: all, then by ddmin
// (Zeller and Hildebrandt, TSE'02), complements only.
func (s *shrinker) drop(kind sim.Kind) {
	without := func(gone map[sim.EventID]bool) sim.Schedule {
		var c sim.Schedule
		for _, d := range s.best {
			if d.Kind != kind || !gone[d.Event] {
				c = append(c, d)
			}
		}
		return c
	}
	for n, from := s.parts, 0; !s.spent(); {
		ids := s.events(kind)
		if len(ids) == 0 {
			return
		}
		n = min(n, len(ids))
		shrunk := false
		for k := range n {
			i := (from + k) % n // those before from were tried with one part more
			gone := make(map[sim.EventID]bool)
			for _, id := range ids[i*len(ids)/n : (i+1)*len(ids)/n] {
				gone[id] = true
			}
			if s.try(without(gone)) {
				shrunk, from = true, i
				break
			}
		}
		switch {
		case shrunk:
			n = max(n-1, 1)
		case n == len(ids):
			return
		default:
			n, from = n*2, 0
		}
	}
}

// params makes one parameter after the other small: its smallest value, then by
// halves. A smaller parameter often needs another schedule for the same
// failure, so a value is given up only after some schedules near the old one.
func (s *shrinker) params() {
	var ids []sim.EventID
	pinned := make(map[sim.EventID]bool)
	for label := range s.w.o.Params {
		pinned[sim.DrawID(label)] = true
	}
	for _, d := range s.best {
		if d.Kind == sim.KindDraw && !pinned[d.Event] {
			ids = append(ids, d.Event)
		}
	}
	for _, id := range ids {
		if s.set(id, 0, true) {
			continue
		}
		lo, hi := int64(0), s.value(id)
		for hi-lo > 1 && !s.spent() {
			mid := lo + (hi-lo)/2
			if s.set(id, mid, false) {
				hi = s.value(id)
			} else {
				lo = mid
			}
		}
	}
}

func (s *shrinker) value(id sim.EventID) int64 {
	for _, d := range s.best {
		if d.Kind == sim.KindDraw && d.Event == id {
			return d.Value
		}
	}
	return 0
}

// set tries a value of a parameter, or its smallest one.
func (s *shrinker) set(id sim.EventID, v int64, smallest bool) bool {
	var c sim.Schedule
	for _, d := range s.best {
		if d.Kind == sim.KindDraw && d.Event == id {
			if smallest {
				continue
			}
			d.Value = v
		}
		c = append(c, d)
	}
	if s.try(c) {
		return true
	}
	for i := range c {
		if c[i].Kind == sim.KindSchedule && s.try(slices.Delete(slices.Clone(c), i, i+1)) {
			return true
		}
	}
	draws := make(map[sim.EventID]int64)
	for _, d := range c {
		if d.Kind == sim.KindDraw {
			draws[d.Event] = d.Value
		}
	}
	const walks = 32
	for n := range walks {
		walk := strategy.NewRandomWalk()
		seed := strategy.SeedOf(uint64(id)^uint64(v), n)
		walk.Begin(strategy.Info{Seed: seed})
		if s.attempt(key(c)+string(rune(n)), strategy.Chooser(walk, strategy.Data{Fixed: draws})) {
			return true
		}
		if s.spent() {
			return false
		}
	}
	return false
}
