package runner

import (
	"errors"
	"fmt"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// Outcome is the verdict on a replay.
type Outcome uint8

// The outcomes.
const (
	Reproduced       Outcome = iota // it fails in the same way
	Passes                          // it no longer fails
	FailsOther                      // it fails in another way
	Diverged                        // the schedule could not be followed
	Nondeterministic                // two replays differ
)

func (o Outcome) String() string {
	return [...]string{"reproduced", "no longer fails", "fails differently", "diverged", "nondeterministic"}[o]
}

// Replayed is what a replay showed.
type Replayed struct {
	Outcome Outcome
	// Exact: every event, choice and footprint was as recorded.
	Exact bool
	// Divergence is where a strict replay left its schedule.
	Divergence string
	Trace      *sim.Trace
}

// adopt takes over from a trace what it says about how it was run, where the
// options leave it open. Its parameters are part of its schedule.
func (o *Options) adopt(t *sim.Trace) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.Scenario.Name != t.Scenario {
		return fmt.Errorf("replay: the trace is of scenario %q, not of %q", t.Scenario, o.Scenario.Name)
	}
	if o.Variant == "" {
		o.Variant = t.Variant
	}
	if o.Profile == "" {
		o.Profile = t.Profile
	}
	if o.Judge == nil {
		o.Judge = t.Judge
	}
	return nil
}

// Replay runs the schedule of t. Strict is the default: a schedule that cannot be
// followed to the letter is Diverged. Lenient skips what no longer exists and
// goes on in nominal order.
//
// o.Scenario must be the scenario of the trace. Variant and profile are those of
// the trace unless o names others.
func Replay(o Options, t *sim.Trace, lenient bool) (*Replayed, error) {
	if err := o.adopt(t); err != nil {
		return nil, err
	}
	replay := strategy.NewReplay(t.Schedule, !lenient)
	cfg := o.config(replay)
	cfg.Record, cfg.Mode, cfg.Seed = true, t.Mode, t.Seed
	r, err := Run(o, cfg)
	if err != nil {
		return nil, err
	}
	out := &Replayed{Trace: r.Trace, Exact: r.Trace.Rolling == t.Rolling}
	again, err := Run(o, cfg)
	if err != nil {
		return nil, err
	}
	d := replay.Divergence()
	sig := r.Trace.Signature
	switch {
	case !same(again.Trace, out.Trace):
		out.Outcome, out.Divergence = Nondeterministic, difference(out.Trace, again.Trace)
	case d != nil && (sig != t.Signature || !out.Exact):
		out.Outcome, out.Divergence = Diverged, d.String()
	case sig == t.Signature:
		out.Outcome = Reproduced
	case sig == "":
		out.Outcome = Passes
	default:
		out.Outcome = FailsOther
	}
	return out, nil
}

// Run runs o.Scenario once, under the watch that Explore has too: a body that
// blocks outside of its environment is an error that names the process. Of o only
// Scenario, Stuck and Clock count.
func Run(o Options, cfg sim.Config) (*sim.Result, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	w := newWorker(&o)
	var r *sim.Result
	err := guarded(&o, []*worker{w}, func() (err error) {
		r, err = w.run(cfg)
		return err
	})
	if errors.Is(err, errStuck) {
		return nil, err
	}
	w.world.Close()
	return r, err
}
