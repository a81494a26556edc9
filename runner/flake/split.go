package flake

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// SplitOptions says how to split.
type SplitOptions struct {
	Options
	// Effort is the number of runs per level; 0: 1,000.
	Effort int
	// Repeats is the number of independent estimates; 0: 20. Fewer than 2 give no
	// interval.
	Repeats int
}

// Rare is an estimate by splitting.
type Rare struct {
	Scenario, Variant, Profile string
	Estimate                   float64
	// Interval contains the true rate with about 95 % confidence: it rests on the
	// estimates of the repetitions being drawn from one distribution with a mean
	// (Student's t). Unlike that of Rate it is not exact.
	Interval Interval
	// Levels is the number of levels that were met, the failure not counted; Passed
	// says for each level, and last for the failure, which fraction of the runs that
	// started one level below reached it, on average.
	Levels int
	Passed []float64
	Runs   int
	// Repeats are the estimates that Estimate is the mean of.
	Repeats []float64
}

// Split estimates a rate that plain sampling does not reach. The scenario must say how
// near a run has come, by World.Level or by goals.
func Split(ctx context.Context, o SplitOptions) (*Rare, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Effort < 0 || o.Repeats < 0 {
		return nil, fmt.Errorf("flake %q: effort %d, repeats %d: want no negative number", o.Scenario.Name, o.Effort, o.Repeats)
	}
	if o.Effort == 0 {
		o.Effort = 1000
	}
	if o.Repeats == 0 {
		o.Repeats = 20
	}
	rare := &Rare{Scenario: o.Scenario.Name, Variant: o.Variant, Profile: o.Profile}
	for r := range o.Repeats {
		s := splitting{o: &o, rare: rare, seed: strategy.SeedOf(o.Seed, r)}
		p, err := s.estimate(ctx)
		if err != nil {
			return nil, err
		}
		rare.Repeats = append(rare.Repeats, p)
	}
	for i := range rare.Passed {
		rare.Passed[i] /= float64(o.Repeats)
	}
	rare.close()
	return rare, nil
}

// close computes the mean of the estimates and its interval.
func (r *Rare) close() {
	mean, deviation := stat.MeanStdDev(r.Repeats, nil)
	r.Estimate, r.Interval = mean, Interval{0, 1}
	if n := float64(len(r.Repeats)); n > 1 && deviation > 0 {
		t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(1 - (1-Confidence)/2)
		half := t * deviation / math.Sqrt(n)
		r.Interval = Interval{max(0, mean-half), min(1, mean+half)}
	}
}

// start is where a run goes on from: the seeds with which it came there, and the
// number of events after which it goes its own way.
type start struct {
	seed   uint64
	reseed []sim.Reseed
}

// after is the start of a run that goes on by itself once so many events have passed.
func (s start) after(steps int, seed uint64) start {
	return start{s.seed, append(slices.Clone(s.reseed), sim.Reseed{Step: steps + 1, Seed: seed})}
}

// splitting is one estimate.
type splitting struct {
	o    *SplitOptions
	rare *Rare
	seed uint64
	runs int
}

// maxLevels bounds the levels that are gone through.
const maxLevels = 1000

// estimate goes from level to level until no run is left or the failure is all that is
// left to reach.
func (s *splitting) estimate(ctx context.Context) (float64, error) {
	from := []arrival{{}}
	p := 1.0
	for level := range maxLevels {
		reached, failed, deepest, err := s.stage(ctx, from, level)
		if err != nil {
			return 0, err
		}
		last := level >= s.rare.Levels && deepest <= level
		if !last {
			s.rare.Levels = max(s.rare.Levels, level+1)
		}
		next := float64(len(reached)) / float64(s.o.Effort)
		if last { // no level is left above: from here it fails or not
			next = float64(failed) / float64(s.o.Effort)
		}
		s.passed(level, next)
		p *= next
		if last || next == 0 {
			return p, nil
		}
		from = reached
	}
	return 0, fmt.Errorf("split %q: more than %d levels", s.o.Scenario.Name, maxLevels)
}

func (s *splitting) passed(level int, fraction float64) {
	for len(s.rare.Passed) <= level {
		s.rare.Passed = append(s.rare.Passed, 0)
	}
	s.rare.Passed[level] += fraction
}

// arrival is a run that has come to a level, after so many events.
type arrival struct {
	start
	steps int
}

// stage makes the runs of one level, each going on from the next of those that came so
// far, and returns those that come one further. A run that fails has passed every level.
func (s *splitting) stage(ctx context.Context, from []arrival, level int) (reached []arrival, failed, deepest int, err error) {
	starts := make([]start, s.o.Effort)
	for i := range starts {
		seed := strategy.SeedOf(s.seed, s.runs+i)
		if level == 0 {
			starts[i] = start{seed: seed}
		} else {
			a := from[i%len(from)]
			starts[i] = a.after(a.steps, seed)
		}
	}
	s.runs += len(starts)
	s.rare.Runs += len(starts)
	err = runner.Sample(ctx, s.o.runner(), len(starts),
		func(i int, cfg *sim.Config) { configure(cfg, starts[i].seed, starts[i].reseed) },
		func(r runner.Sampled) bool {
			deepest = max(deepest, len(r.Levels))
			if counts(&r) {
				failed++
			}
			switch {
			case len(r.Levels) > level:
				reached = append(reached, arrival{starts[r.Index], r.Levels[level]})
			case counts(&r):
				reached = append(reached, arrival{starts[r.Index], r.Steps})
			}
			return true
		})
	return reached, failed, deepest, err
}
