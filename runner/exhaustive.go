package runner

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// reducedSource walks through the orders that differ in more than the order of events
// which do not conflict, in parts, one after the other. A part is split when there are
// few: that and all else depends on what was run, and not on who ran it.
type reducedSource struct {
	sampler
	first    func() *strategy.Reduced // makes the walk through everything
	parts    []*strategy.Reduced      // unfinished ones, in order
	started  bool
	round    int
	runs     int
	cut      int
	partial  bool                // not every clock reading was tried
	calmed   bool                // what happens in calm was tried in one way for each class
	classes  map[uint64]struct{} // fingerprints
	estimate float64             // of the number of orders
}

func newReducedSource(base sampler, first func() *strategy.Reduced) *reducedSource {
	base.arm = base.o.Strategy
	return &reducedSource{sampler: base, first: first, classes: make(map[uint64]struct{})}
}

const (
	// mostParts is how many parts there are at most: enough for any number of workers to
	// have an equal share.
	mostParts = 64
	// mostPartRuns is how many runs a part gets before the next one's turn, at most; in
	// the first rounds it gets fewer.
	mostPartRuns = 1024
	// descents are the runs that estimate the number of orders; they are not counted.
	descents = 256
	// descentSteps ends them when they have taken so many events.
	descentSteps = 100_000
)

func (s *reducedSource) fill(most int) ([]job, error) {
	if !s.started {
		s.started = true
		if err := s.guess(); err != nil {
			return nil, err
		}
		first := s.first()
		first.Draws = s.o.Draws
		s.parts = append(s.parts, first)
	}
	for i := 0; i < len(s.parts) && len(s.parts) < mostParts; i++ {
		if p := s.parts[i].Split(); p != nil {
			s.parts = slices.Insert(s.parts, i+1, p)
			i++
		}
	}
	n := min(len(s.parts), most)
	slice := min(16<<min(s.round, 10), mostPartRuns, max(1, (s.o.Runs-s.runs)/max(n, 1)))
	s.round++
	var jobs []job
	for _, p := range s.parts[:n] {
		j := s.job(s.arm)
		j.part, j.limit = p, slice
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// guess estimates how many orders there are.
func (s *reducedSource) guess() error {
	k := strategy.NewKnuth(s.o.Seed)
	k.Draws = s.o.Draws
	steps := 0
	for i := 0; i < min(descents, s.o.Runs) && steps < descentSteps && !s.o.over(); i++ {
		r, err := s.judge.run(s.o.config(k))
		if err != nil {
			return err
		}
		steps += r.Steps
		k.Done()
	}
	s.estimate = k.Paths()
	return nil
}

func (s *reducedSource) learn(j *job, out *outcome) {
	s.runs += out.runs
	s.cut += out.cut
	s.partial, s.calmed = s.partial || j.part.Partial(), s.calmed || out.calmed
	for _, p := range out.prints {
		if len(s.classes) < MaxClasses {
			s.classes[p] = struct{}{}
		}
	}
	if out.complete {
		s.parts = slices.DeleteFunc(s.parts, func(p *strategy.Reduced) bool { return p == j.part })
	}
}

// done is the part of the search that is done.
func (s *reducedSource) done() float64 {
	left := 0.0
	for _, p := range s.parts {
		left += p.Left()
	}
	return max(0, 1-left)
}

func (s *reducedSource) doing() string { return s.arm + ": " + s.progress() }

func (s *reducedSource) progress() string {
	done := s.done()
	text := fmt.Sprintf("%.3g %% of the search done", math.Floor(1000*done)/10)
	if done > 0 && len(s.parts) > 0 {
		text += ", of " + about(float64(s.runs)/done) + " runs"
	}
	return text
}

func (s *reducedSource) claim() (c claim) {
	without := fmt.Sprintf("%d runs, %d of them cut short; %s orders without reduction", s.runs, s.cut, about(s.estimate))
	if s.arm == "exhaustive-dpor" {
		without += "; source-DPOR in time is tested, not proved"
	}
	switch {
	case !s.started:
	case len(s.parts) > 0:
		c.text = fmt.Sprintf("not exhausted: %s (%s)", s.progress(), without)
	case s.partial:
		c.text = fmt.Sprintf("%s, with some of the possible clock readings (%s)", s.passing(), without)
	default:
		c.text, c.exhausted = fmt.Sprintf("exhausted: %s (%s)", s.passing(), without), true
	}
	return c
}

func (s *reducedSource) passing() string {
	text := fmt.Sprintf("all %d classes of orders pass", len(s.classes))
	switch len(s.classes) {
	case 1:
		text = "the one class of orders passes"
	case MaxClasses:
		text = fmt.Sprintf("all classes of orders pass, more than %d", MaxClasses-1)
	}
	if s.calmed {
		text += ", with one order of what happens in calm for each"
	}
	return text
}

// about tells an estimate, with two digits.
func about(x float64) string {
	if x < 100 {
		return "about " + strconv.Itoa(int(math.Round(x)))
	}
	if x < 1e7 {
		unit := math.Pow(10, math.Floor(math.Log10(x))-1)
		return "about " + strconv.Itoa(int(math.Round(x/unit)*unit))
	}
	if math.IsInf(x, 1) {
		return "more than 1e+308"
	}
	return fmt.Sprintf("about %.1e", x)
}

// checkEvery is how many runs of a part pass between checks that what is run can
// really happen.
const checkEvery = 256

// reducedPart goes on with a part, for as many runs as it may.
func (w *worker) reducedPart(j *job, out *outcome) {
	defer j.part.Put()
	for out.runs < j.limit {
		if out.runs%lookEvery == lookEvery-1 && w.o.over() {
			return
		}
		if out.err = w.class(j, out); out.err != nil || w.o.StopAtFirst && out.failing > 0 {
			return
		}
		if !j.part.Next() {
			out.complete = true
			return
		}
	}
}

// class runs an order of one class. If it fails, or ends where calm begins, it is run
// again in an order that can really happen, in time, and what counts is that run.
func (w *worker) class(j *job, out *outcome) error {
	part := j.part
	cfg := w.o.config(part)
	cfg.Mode = sim.Zones
	r, err := w.run(cfg)
	end := part.Ending(err)
	cut := end == strategy.Asleep || end == strategy.Empty
	switch {
	case end == strategy.Lost:
		return fmt.Errorf("exhaustive search of %q: the same choices led to another run: look for state that one run leaves to the next, map iteration, the wall clock", w.o.Scenario.Name)
	case cut:
		out.runs++
		out.cut++
		if r != nil {
			out.steps += int64(r.Steps)
		}
	case err != nil:
		return err
	case end == strategy.Whole && !r.Verdict.Failed() && out.runs%checkEvery != 0 && !j.witnesses(out):
		out.add(r, nil)
	default:
		out.calmed = out.calmed || end == strategy.InCalm
		order, err := part.Real()
		if err != nil {
			return err
		}
		if err := w.really(j, order, end, r, out); err != nil {
			return err
		}
	}
	return w.breaches(part, out)
}

// really runs an order that was found in a way in which it can really happen, and
// checks that it comes to the same.
func (w *worker) really(j *job, order *strategy.Ordered, end strategy.Ending, found *sim.Result, out *outcome) error {
	broke := j.part.Broke()
	print, signature := found.Fingerprint, found.Signature() // found does not outlive the next run
	r, err := w.run(w.o.config(order))
	if err != nil {
		return err
	}
	wrong := order.Wrong()
	switch {
	case broke && r.Verdict.Failed(): // on the way
		wrong = ""
	case r.Verdict.Failed() && r.Signature() == signature: // maybe before all of the order has happened
		wrong = ""
	case wrong != "" || end != strategy.Whole:
	case r.Signature() != signature:
		wrong = fmt.Sprintf("it comes to %q and not to %q", r.Signature(), signature)
	case r.Fingerprint != print:
		wrong = "the same events have other effects"
	}
	if wrong != "" {
		return w.unsound(wrong)
	}
	out.witness(j, r)
	out.add(r, nil)
	return nil
}

// breaches runs what leads to where a property does not hold that must always hold.
func (w *worker) breaches(part *strategy.Reduced, out *outcome) error {
	orders, err := part.Breaches()
	if err != nil {
		return err
	}
	for _, order := range orders {
		r, err := w.run(w.o.config(order))
		if err != nil {
			return err
		}
		if !r.Verdict.Failed() {
			return w.unsound("a property that did not hold holds")
		}
		out.add(r, nil)
	}
	return nil
}

func (w *worker) unsound(why string) error {
	return fmt.Errorf("exhaustive search of %q: an order that should be equivalent is not: %s. "+
		"Some event reads or writes what its footprint does not tell (World.Read, World.Write), so that its order seems not to matter, "+
		"or one run leaves state to the next outside of the world; until that is found, search with exhaustive-all", w.o.Scenario.Name, why)
}
