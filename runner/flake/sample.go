package flake

import (
	"fmt"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// Options says what to sample. Only Scenario is needed.
type Options struct {
	Scenario *sim.Scenario
	Variant  string // "": the scenario's first
	Profile  string // "": the scenario's first
	Params   map[string]int64
	Judge    []string // the properties whose violation counts as a failure; nil: all
	Seed     uint64   // every seed is legal
	Runs     int      // at most; 0: DefaultRuns
	// Precision ends Measure early: when the confidence sequence is no wider than so
	// much of the rate's estimate, such as 0.1. 0: make all runs.
	Precision float64
	Workers   int // 0: one per core. The result does not depend on it
	Limits    sim.Limits
	Clock     clock.Clock // for the watch over processes that do not come back; nil: the real one
	// Progress, if not nil, is called now and then with what is known so far.
	Progress func(runs, failed int)
}

// DefaultRuns is how many runs are made unless Options says otherwise.
const DefaultRuns = 10_000

// Confidence is the level of all intervals.
const Confidence = 0.95

// progressEvery is how many runs pass between two calls of Progress.
const progressEvery = 1024

func (o *Options) runner() runner.Options {
	return runner.Options{
		Scenario: o.Scenario, Variant: o.Variant, Profile: o.Profile, Params: o.Params, Judge: o.Judge,
		Workers: o.Workers, Limits: o.Limits, Clock: o.Clock,
	}
}

func (o *Options) check() error {
	if o.Scenario == nil {
		return fmt.Errorf("flake: no scenario")
	}
	if o.Runs < 0 || o.Precision < 0 {
		return fmt.Errorf("flake %q: %d runs, precision %v: want no negative number", o.Scenario.Name, o.Runs, o.Precision)
	}
	if o.Runs == 0 {
		o.Runs = DefaultRuns
	}
	return nil
}

// seedOf is the seed of run i.
func (o *Options) seedOf(i int) uint64 { return strategy.SeedOf(o.Seed, i) }

// sampled answers choices as reality does: parameters evenly, faults with the chance
// of the profile. Which answer is drawn depends on the seed and the name of the
// choice, so that two variants under one seed live in the same world.
type sampled struct {
	seed   uint64
	reseed []sim.Reseed
}

// Choose draws.
func (s *sampled) Choose(p *sim.Point) int {
	seed := s.seed
	for _, r := range s.reseed {
		if p.Steps >= r.Step {
			seed = r.Seed
		}
	}
	r := sim.NewRand(seed ^ uint64(p.ID))
	switch p.Kind {
	case sim.KindDraw:
		return r.IntN(p.N)
	case sim.KindFault:
		const ones = 1 << 53
		if float64(r.Uint64()>>11) < p.FaultRate()*ones {
			return 1
		}
	}
	return 0
}

func configure(cfg *sim.Config, seed uint64, reseed []sim.Reseed) {
	cfg.Seed, cfg.Reseed, cfg.Chooser = seed, reseed, &sampled{seed, reseed}
}

// counts reports whether a run counts as a failure.
func counts(r *runner.Sampled) bool { return r.Verdict.Failed() }
