package flake

import (
	"context"
	"errors"
	"slices"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
)

// Rate is how often a variant fails.
type Rate struct {
	Scenario, Variant, Profile string

	Runs, Failed int
	// Interval contains the true rate with 95 % confidence.
	Interval Interval
	// Stopped: the runs ended early, at the precision asked for; the interval is then
	// that of a confidence sequence.
	Stopped bool
	// Kinds are the signatures of the failures, the most frequent first.
	Kinds []Kind
	// Interrupted: the context ended before all runs were made. The interval is that
	// of a confidence sequence: who interrupts has looked.
	Interrupted bool
}

// Kind is a failure of one signature.
type Kind struct {
	Signature string
	Count     int
	Seed      uint64 // of the first run that showed it, for Trace
}

// Estimate is the fraction of runs that failed.
func (r *Rate) Estimate() float64 {
	if r.Runs == 0 {
		return 0
	}
	return float64(r.Failed) / float64(r.Runs)
}

// Measure estimates the rate at which a variant fails.
func Measure(ctx context.Context, o Options) (*Rate, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	rate := &Rate{Scenario: o.Scenario.Name, Variant: o.Variant, Profile: o.Profile}
	err := runner.Sample(ctx, o.runner(), o.Runs,
		func(i int, cfg *sim.Config) { configure(cfg, o.seedOf(i), nil) },
		func(r runner.Sampled) bool {
			rate.Runs++
			if counts(&r) {
				rate.Failed++
				rate.kind(r.Signature, o.seedOf(r.Index))
			}
			if o.Progress != nil && rate.Runs%progressEvery == 0 {
				o.Progress(rate.Runs, rate.Failed)
			}
			rate.Stopped = o.Precision > 0 && rate.precise(o.Precision)
			return !rate.Stopped
		})
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			return nil, err
		}
		rate.Interrupted = true
	}
	rate.Interval = ClopperPearson(rate.Failed, rate.Runs, Confidence)
	if rate.Stopped || rate.Interrupted {
		rate.Interval = Sequence(rate.Failed, rate.Runs, Confidence)
	}
	slices.SortStableFunc(rate.Kinds, func(a, b Kind) int { return b.Count - a.Count })
	return rate, nil
}

func (r *Rate) kind(signature string, seed uint64) {
	for i := range r.Kinds {
		if r.Kinds[i].Signature == signature {
			r.Kinds[i].Count++
			return
		}
	}
	r.Kinds = append(r.Kinds, Kind{signature, 1, seed})
}

// precise reports whether the rate is known well enough. It looks at some runs only:
// an interval takes longer to compute than a run.
func (r *Rate) precise(precision float64) bool {
	if r.Failed == 0 || r.Runs%256 != 0 {
		return false
	}
	i := Sequence(r.Failed, r.Runs, Confidence)
	return i.Hi-i.Lo <= precision*r.Estimate()
}

// Trace records the run of a Kind's seed: a story of what happens, and one that can be
// replayed.
func Trace(o Options, seed uint64) (*sim.Trace, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	cfg := sim.Config{
		Variant: o.Variant, Profile: o.Profile, Params: o.Params, Judge: o.Judge, Limits: o.Limits, Mode: sim.Sampled, Record: true,
	}
	configure(&cfg, seed, nil)
	r, err := runner.Run(o.runner(), cfg)
	if err != nil {
		return nil, err
	}
	return r.Trace, nil
}
