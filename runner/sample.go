package runner

import (
	"context"
	"errors"

	"github.com/seed-3519b94c/simrun/sim"
)

// Sampled is what one of many sampled runs came to.
type Sampled struct {
	Index     int
	Verdict   sim.Verdict
	Property  string // that does not hold
	Signature string
	Steps     int
	Levels    []int // see sim.Result
}

// Sample runs o.Scenario n times on o.Workers workers, run i as config says, and
// hands the results over in the order of their numbers, so that what is made of them
// does not depend on the number of workers. It ends early if each returns false, or
// when ctx is done. Of o Scenario, Variant, Profile, Params, Judge, Limits, Workers,
// Stuck and Clock count; config sets the rest.
func Sample(ctx context.Context, o Options, n int, config func(i int, cfg *sim.Config), each func(Sampled) bool) error {
	if err := o.check(); err != nil {
		return err
	}
	workers := make([]*worker, 0, o.Workers)
	for range o.Workers {
		workers = append(workers, newWorker(&o))
	}
	err := guarded(&o, workers, func() error {
		results := make([]Sampled, batchSize*len(workers))
		for first := 0; first < n && ctx.Err() == nil; first += len(results) {
			batch := results[:min(len(results), n-first)]
			if err := sampleBatch(workers, &o, first, batch, config); err != nil {
				return err
			}
			for _, r := range batch {
				if !each(r) {
					return nil
				}
			}
		}
		return ctx.Err()
	})
	if errors.Is(err, errStuck) {
		return err // their worlds may still be in use
	}
	for _, w := range workers {
		w.world.Close()
	}
	return err
}

// sampleBatch fills results with the runs from number first on.
func sampleBatch(workers []*worker, o *Options, first int, results []Sampled, config func(int, *sim.Config)) error {
	errs := make([]error, len(results))
	share(workers, len(results), func(w *worker, i int) {
		cfg := o.config(nil)
		cfg.Mode = sim.Sampled
		config(first+i, &cfg)
		defer w.mayBeGone(&errs[i])
		r, err := w.run(cfg)
		if errs[i] = err; err != nil {
			return
		}
		s := &results[i]
		*s = Sampled{Index: first + i, Verdict: r.Verdict, Steps: r.Steps, Levels: append(s.Levels[:0], r.Levels...)}
		if r.Verdict.Failed() {
			s.Property, s.Signature = r.Failure.Property, r.Signature()
		}
	})
	return errors.Join(errs...)
}
