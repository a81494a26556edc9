package flake

import (
	"context"
	"errors"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/sim"
)

// Answer is what a comparison came to.
type Answer uint8

// The answers.
const (
	// Unclear: the runs do not tell the two apart.
	Unclear Answer = iota
	// Better: the other variant fails less often.
	Better
	// Worse: the other variant fails more often.
	Worse
)

func (a Answer) String() string { return [...]string{"no difference shown", "better", "worse"}[a] }

// Comparison is how often two variants fail in the same worlds.
type Comparison struct {
	Before, After Rate
	// OnlyBefore and OnlyAfter count the worlds in which one of the two fails.
	OnlyBefore, OnlyAfter int
	// Evidence is how much likelier that is if the two differ than if they do not; at
	// 20 and more the answer is clear.
	Evidence float64
	Answer   Answer
	// Difference contains the rate before minus the rate after, with 95 % confidence
	// at every look.
	Difference Interval
}

// clear is how much evidence an answer takes: wrong at most once in so many.
const clear = 20

// Compare runs a variant and another one in the same worlds until it is clear which
// fails less often, or o.Runs pairs are made.
func Compare(ctx context.Context, o Options, against string) (*Comparison, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c := &Comparison{
		Before: Rate{Scenario: o.Scenario.Name, Variant: o.Variant, Profile: o.Profile},
		After:  Rate{Scenario: o.Scenario.Name, Variant: against, Profile: o.Profile},
	}
	var before runner.Sampled
	err := runner.Sample(ctx, o.runner(), 2*o.Runs,
		func(i int, cfg *sim.Config) {
			configure(cfg, o.seedOf(i/2), nil)
			if i%2 == 1 {
				cfg.Variant = against
			}
		},
		func(r runner.Sampled) bool {
			if r.Index%2 == 0 {
				before = r
				return true
			}
			c.pair(&before, &r, o.seedOf(r.Index/2))
			if o.Progress != nil && c.Before.Runs%progressEvery == 0 {
				o.Progress(c.Before.Runs, c.Before.Failed+c.After.Failed)
			}
			return c.Answer == Unclear
		})
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			return nil, err
		}
		c.Before.Interrupted, c.After.Interrupted = true, true
	}
	c.close()
	return c, nil
}

// pair takes two runs in the same world.
func (c *Comparison) pair(before, after *runner.Sampled, seed uint64) {
	for _, side := range []struct {
		rate *Rate
		run  *runner.Sampled
	}{{&c.Before, before}, {&c.After, after}} {
		side.rate.Runs++
		if counts(side.run) {
			side.rate.Failed++
			side.rate.kind(side.run.Signature, seed)
		}
	}
	switch b, a := counts(before), counts(after); {
	case b == a:
		return
	case b:
		c.OnlyBefore++
	default:
		c.OnlyAfter++
	}
	if c.Evidence = evidence(c.OnlyBefore, c.OnlyAfter); c.Evidence >= clear {
		c.Answer = Worse
		if c.OnlyBefore > c.OnlyAfter {
			c.Answer = Better
		}
	}
}

// close computes the intervals. The comparison was looked at after every pair, so they
// are those of confidence sequences.
func (c *Comparison) close() {
	for _, r := range []*Rate{&c.Before, &c.After} {
		r.Interval = Sequence(r.Failed, r.Runs, Confidence)
		r.Stopped = c.Answer != Unclear
	}
	// Each side at 97.5 %: then both hold together at 95 %, and so does what follows.
	const each = 1 - (1-Confidence)/2
	n := c.Before.Runs
	b, a := Sequence(c.OnlyBefore, n, each), Sequence(c.OnlyAfter, n, each)
	c.Difference = Interval{b.Lo - a.Hi, b.Hi - a.Lo}
}
