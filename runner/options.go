package runner

import (
	"fmt"
	"runtime"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/seed-3519b94c/simrun/sim"
)

// Options says what to explore and how much of it. Only Scenario is needed.
type Options struct {
	Scenario *sim.Scenario
	Variant  string           // "": the scenario's first
	Profile  string           // "": the scenario's first
	Params   map[string]int64 // pinned parameters, by label
	Judge    []string         // the properties that count; nil: all. See sim.Config
	Strategy string           // "": portfolio; see strategy.Names
	Seed     uint64           // every seed is legal, 0 too
	Runs     int              // schedules at most; 0: DefaultRuns
	Budget   time.Duration    // wall time at most, checked between batches; 0: no bound
	Workers  int              // 0: GOMAXPROCS. What is found does not depend on it
	Limits   sim.Limits
	// Draws fixes parameters that the scenario draws, by choice, where somebody
	// else generates them.
	Draws map[sim.EventID]int64
	// StopAtFirst ends the campaign at the first failure. Otherwise it goes on
	// to look for failures with another signature.
	StopAtFirst bool
	// Minimise is the number of runs that making one failure small may take.
	// 0: DefaultMinimise; negative: failures are left as they were found.
	Minimise int
	// Pairs is how many of the conflicting pairs that were seen in one order only are
	// looked at, after the campaign, to say whether the other order is possible. Each takes
	// a run. 0: none.
	Pairs int
	// Keep is how many runs of each happens-before class are handed to Kept, passing ones
	// too, as they ran: KeepAll, or 0 for none. Each is run again, to be recorded. The runs
	// of the exhaustive strategies, which stand for many orders each, are not.
	Keep int
	// Kept is given the traces of Keep, in the order of schedules. An error ends the campaign.
	Kept func(*sim.Trace) error
	// Found is given each failure once it is confirmed and minimised, in the order of
	// schedules, while the campaign goes on: what it is told of it, Failure.Minimal apart,
	// is not yet the last word. One that turns out to be the same bug as an earlier one is
	// given if its story is the smaller one. An error ends the campaign.
	Found func(*Failure) error
	// Progress, if not nil, is called between batches.
	Progress func(Progress)
	// Clock is the wall clock, for Budget and Progress only. nil: the real one.
	Clock clock.Clock
	// Stuck is how long one run may take before the process that does not come
	// back is named; 0: 10 s, negative: no watch.
	Stuck time.Duration

	over func() bool // the context has ended, or the budget
}

// The defaults of Options.
const (
	DefaultRuns     = 10_000
	DefaultMinimise = 2_000
)

// maxFailures bounds the signatures that one campaign keeps.
const maxFailures = 32

func (o *Options) check() error {
	if o.Scenario == nil {
		return fmt.Errorf("explore: no scenario")
	}
	if o.Runs < 0 {
		return fmt.Errorf("explore %q: %d runs; want 1 or more, or 0 for %d", o.Scenario.Name, o.Runs, DefaultRuns)
	}
	if o.Workers < 0 {
		return fmt.Errorf("explore %q: %d workers; want 1 or more, or 0 for one per core", o.Scenario.Name, o.Workers)
	}
	if o.Keep != 0 && o.Kept == nil {
		return fmt.Errorf("explore %q: Keep is %d, and Kept is nil: give both", o.Scenario.Name, o.Keep)
	}
	if o.Runs == 0 {
		o.Runs = DefaultRuns
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Minimise == 0 {
		o.Minimise = DefaultMinimise
	}
	if o.Clock == nil {
		o.Clock = clock.New()
	}
	if o.Stuck == 0 {
		o.Stuck = 10 * time.Second
	}
	return nil
}

// config is how to run once with a chooser.
func (o *Options) config(c sim.Chooser) sim.Config {
	return sim.Config{Variant: o.Variant, Profile: o.Profile, Params: o.Params, Judge: o.Judge, Limits: o.Limits, Chooser: c}
}

// Progress is where a campaign stands.
type Progress struct {
	Runs, Of int
	Steps    int64
	Classes  int // distinct happens-before classes
	Failing  int // runs that failed
	Distinct int // signatures among them
	Elapsed  time.Duration
	Arms     []Arm
	Pairs    int // conflicting pairs
	OneOrder int // of them, those that were seen in one order only
	// Unreached is the number of goals that no run has reached so far.
	Unreached int
	Doing     string // what the strategy is at, such as "delays: 1 hold"
}
