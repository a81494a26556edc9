package runner

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// Verified is what the neighbourhood of an old failure came to.
type Verified struct {
	Scenario, Variant, Profile string
	// Tried is the number of orders that were run, Classes how many of them were really
	// different.
	Tried, Classes int
	// Complete: the whole neighbourhood was tried; otherwise Options.Runs ended it.
	Complete bool
	// Failing is the number of runs that failed, and Failures one of each signature,
	// minimised.
	Failing  int
	Failures []*Failure
	// Pair names the labels of the two events whose order decided the old failure; ""
	// if that is not known. Met is the number of base schedules in which both, or one of
	// them, still occur. A fix after which neither occurs was not tested by any of this.
	Pair [2]string
	Met  int
	// Interrupted: the context ended.
	Interrupted bool
}

// Vacuous reports whether the old pair was not met at all: the runs say nothing about
// it.
func (v *Verified) Vacuous() bool { return v.Pair[0] != "" && v.Met == 0 }

// Verify runs o.Variant over the neighbourhood of an old failure, by the names of its
// events and leniently: every subset of its deviations (beyond maxSubsets, those with at
// most two taken away), every anchor of each hold, one more hold at every event, and every
// reversal of a pair that touches what the old racing pair touched. That the old schedule
// alone passes proves nothing: an event that moved makes it pass.
//
// At most o.Runs schedules are run; timed exploration covers every timing of each order.
func Verify(ctx context.Context, o Options, t *sim.Trace) (*Verified, error) {
	if err := o.adopt(t); err != nil {
		return nil, err
	}
	w := newWorker(&o)
	v := &verifier{w: w, ctx: ctx, o: &o, old: t, seen: make(map[string]bool), classes: make(map[uint64]struct{})}
	v.out = Verified{Scenario: o.Scenario.Name, Variant: o.Variant, Profile: o.Profile, Complete: true}
	if len(t.Races) > 0 && len(t.Events) > 0 {
		r := t.Races[0]
		v.out.Pair = [2]string{site(t.EventName(int(r.First))), site(t.EventName(int(r.Second)))}
	}
	err := guarded(&o, []*worker{w}, v.run)
	if errors.Is(err, errStuck) {
		return nil, err
	}
	w.world.Close()
	if err != nil {
		return nil, err
	}
	v.out.Classes = len(v.classes)
	return &v.out, nil
}

// maxSubsets bounds the subsets of deviations that are all tried.
const maxSubsets = 1 << 6

// site is the name of an event without its occurrence.
func site(name string) string {
	s, _, _ := strings.Cut(name, "#")
	return s
}

type verifier struct {
	w       *worker
	ctx     context.Context
	o       *Options
	old     *sim.Trace
	seen    map[string]bool
	classes map[uint64]struct{}
	out     Verified
}

func (v *verifier) run() error {
	for _, base := range v.subsets() {
		t, err := v.record(base)
		if t == nil || err != nil {
			return err
		}
		if v.met(t) {
			v.out.Met++
		}
		for c := range v.neighbours(base, t) {
			if over, err := v.try(c); over || err != nil {
				return err
			}
		}
	}
	return nil
}

// subsets are the old schedule and what is left of it without some deviations, the
// whole first.
func (v *verifier) subsets() []sim.Schedule {
	all := v.old.Schedule
	without := func(gone ...int) (s sim.Schedule) {
		for i, d := range all {
			if !slices.Contains(gone, i) {
				s = append(s, d)
			}
		}
		return s
	}
	out := []sim.Schedule{without()}
	if n := len(all); 1<<min(n, 30) > maxSubsets {
		for i := range n {
			out = append(out, without(i))
		}
		for i := range n {
			for j := range i {
				out = append(out, without(j, i))
			}
		}
		return append(out, nil)
	}
	for mask := 1; mask < 1<<len(all); mask++ {
		var gone []int
		for i := range all {
			if mask>>i&1 == 1 {
				gone = append(gone, i)
			}
		}
		out = append(out, without(gone...))
	}
	return out
}

// record runs a base schedule and keeps its events. nil: the end.
func (v *verifier) record(s sim.Schedule) (*sim.Trace, error) {
	if v.over() {
		return nil, nil
	}
	v.seen[key(s)] = true
	t, err := v.w.record(s)
	if err != nil {
		return nil, err
	}
	v.count(t.Fingerprint)
	if t.Verdict.Failed() {
		return t, v.failed(t.Signature, t.Schedule, t.Rolling)
	}
	return t, nil
}

// met reports whether a side of the old pair occurs in t.
func (v *verifier) met(t *sim.Trace) bool {
	for i := range t.Events {
		if s := site(t.EventName(i)); s == v.out.Pair[0] || s == v.out.Pair[1] {
			return true
		}
	}
	return false
}

// neighbours are the schedules one step away from base, of which t is the run.
func (v *verifier) neighbours(base sim.Schedule, t *sim.Trace) iter.Seq[sim.Schedule] {
	ids := numbered(t).ids
	with := func(event, after int) sim.Schedule {
		s := slices.DeleteFunc(slices.Clone(base), func(d sim.Deviation) bool {
			return d.Kind == sim.KindSchedule && d.Event == ids[event]
		})
		return append(s, sim.Deviation{Kind: sim.KindSchedule, Event: ids[event], After: ids[after]})
	}
	return func(yield func(sim.Schedule) bool) {
		for i := range t.Events {
			held := slices.ContainsFunc(base, func(d sim.Deviation) bool { return d.Kind == sim.KindSchedule && d.Event == ids[i] })
			first := true
			for j := i + 1; j < len(t.Events); j++ {
				switch {
				case t.Events[j].Process == t.Events[i].Process:
				case held, first, v.conflicts(t, i, j):
					if !yield(with(i, j)) {
						return
					}
					first = false
				}
			}
			if !held {
				continue
			}
			for j := int(t.Events[i].Cause) + 1; j < i; j++ { // an earlier anchor
				if !yield(with(i, j)) {
					return
				}
			}
		}
	}
}

// conflicts reports whether two events touch the same resource, one of them writing,
// that the old racing pair touched too.
func (v *verifier) conflicts(t *sim.Trace, i, j int) bool {
	r := shared(&t.Events[i], &t.Events[j])
	if r < 0 {
		return false
	}
	return len(v.old.Races) == 0 || slices.ContainsFunc(v.old.Races, func(race sim.Race) bool { return race.Resource == t.Resources[r] })
}

// try runs a neighbour. It reports whether that was the last.
func (v *verifier) try(s sim.Schedule) (over bool, err error) {
	k := key(s)
	if v.seen[k] {
		return false, nil
	}
	if v.over() {
		return true, nil
	}
	v.seen[k] = true
	r, err := v.w.run(v.o.config(strategy.NewReplay(s, false)))
	if err != nil {
		return true, err
	}
	v.count(r.Fingerprint)
	if r.Verdict.Failed() {
		return false, v.failed(r.Signature(), slices.Clone(r.Deviations), r.Rolling)
	}
	return false, nil
}

func (v *verifier) over() bool {
	v.out.Interrupted = v.ctx.Err() != nil
	if v.out.Interrupted || v.out.Tried >= v.o.Runs {
		v.out.Complete = false
		return true
	}
	return false
}

func (v *verifier) count(print uint64) {
	v.out.Tried++
	v.classes[print] = struct{}{}
}

// failed keeps and minimises a failure whose signature is new.
func (v *verifier) failed(signature string, s sim.Schedule, rolling uint64) error {
	v.out.Failing++
	for _, f := range v.out.Failures {
		if f.Signature == signature {
			f.Count++
			return nil
		}
	}
	if len(v.out.Failures) >= maxFailures {
		return nil
	}
	t, err := v.w.confirm(&foundRun{signature: signature, schedule: s, rolling: rolling})
	if err != nil {
		return err
	}
	t.Strategy = fmt.Sprintf("verifying %s, order %d", v.old.Hash()[:8], v.out.Tried)
	f := &Failure{Signature: t.Signature, Run: v.out.Tried, Count: 1, Found: t, Minimal: t}
	v.out.Failures = append(v.out.Failures, f)
	if v.o.Minimise < 0 || t.Verdict == sim.Nondeterminism {
		return nil
	}
	m, err := v.w.minimise(v.ctx, t, v.o.Minimise, true)
	if err != nil {
		return err
	}
	f.Minimal, f.Executions = m.Trace, m.Executions
	if m.Trace.Verdict == sim.Nondeterminism {
		f.Found, f.Signature = m.Trace, m.Trace.Signature
	}
	return nil
}
