package runner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
)

// batchSize is how many schedules are handed out before anything is learned
// from them. It is part of what makes a campaign reproducible.
const batchSize = 64

// job is one schedule to run, or for the exhaustive strategy one part of the tree.
type job struct {
	number int
	arm    string
	seed   uint64
	holds  []strategy.Hold
	walk   *strategy.Exhaustive
	part   *strategy.Reduced
	limit  int // runs of a part of the tree

	calm     bool             // without faults
	learned  strategy.Learned // what the strategy may know
	sample   bool             // it is one of the runs that strategies learn from
	schedule sim.Schedule     // to follow, where it can be
	follows  bool             // it has a schedule to follow
	keeps    bool             // keep its schedule if it shows something rare
	keep     bool             // or anything new
}

// outcome is what a job showed.
type outcome struct {
	err       error
	runs      int
	steps     int64
	prints    []uint64 // fingerprints
	goals     []string
	reached   []int
	failing   int
	found     []foundRun // the first of each signature
	kept      *keptRun   // nil if nothing is to be kept
	ran       *ran       // nil if it was not one run
	witnesses []ran      // of the first part of the tree
	points    int
	more      bool
	complete  bool
	asked     bool // for anything but an order
	cut       int  // runs that were cut short, of all runs
	calmed    bool // there were runs with events in calm
	stated    int

	contested int // points
	virtual   time.Duration
	sample    *strategy.Model // what the run showed of processes, if it was asked for
	faults    []uint64        // kinds of faults that could have struck
	pairs     []sighting      // conflicting pairs in an order that had not been seen
	schedule  sim.Schedule    // if it showed something new
	order     []sim.EventID   // its first events, if that is to be kept

	// Once merged: the classes and reversals that were new, and whether a goal was.
	fresh, reversed int
	goal            bool
}

// foundRun is a failing run, as little as is needed to run it again.
type foundRun struct {
	signature string
	schedule  sim.Schedule
	rolling   uint64
	used      string // what the strategy went by
	index     int    // within the job
	count     int
}

// source decides what the jobs of a campaign are.
type source interface {
	// fill returns the next batch; an empty one ends the campaign.
	fill(max int) ([]job, error)
	// learn is told of every job, in order.
	learn(j *job, o *outcome)
	doing() string
	claim() claim
}

// claim is what a campaign has tried: what that has shown, in words, if nothing failed,
// and the fields of Report that it fills.
type claim struct {
	text                 string
	exhausted, allOrders bool
}

// Explore runs a campaign: many schedules of one scenario, on several workers.
// Everything that is found, and the order in which it is found, depends on the
// options and not on the number of workers or their speed, unless the campaign
// is ended by Budget or by the context.
//
// The error is a mistake in the scenario or in the options. Failures of the
// logic under test are in the Report.
func Explore(ctx context.Context, o Options) (*Report, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c := &campaign{o: &o, started: o.Clock.Now(), cover: new(coverage)}
	c.known = make(map[string]*Failure)
	for range o.Workers {
		w := newWorker(&o)
		w.cover = c.cover
		c.workers = append(c.workers, w)
	}
	c.judge = newWorker(&o)
	defer c.close()
	var err error
	if c.source, err = newSource(&o, c.judge, c.cover); err != nil {
		return nil, err
	}
	o.over = func() bool {
		return ctx.Err() != nil || o.Budget > 0 && o.Clock.Since(c.started) >= o.Budget
	}
	c.report = Report{
		Scenario: o.Scenario.Name, Variant: o.Variant, Profile: o.Profile, Strategy: o.Strategy, Seed: o.Seed,
	}
	if c.report.Strategy == "" {
		c.report.Strategy = strategy.Names()[0]
	}
	err = c.guarded(ctx)
	// After a stuck run the campaign's goroutine may still be there: whatever it
	// merges from now on is not in the report.
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Elapsed = o.Clock.Since(c.started)
	c.report.Classes = c.cover.classes.n
	c.report.Arms, c.report.Pairs = c.cover.report(), len(c.cover.pairs.order)
	shown := c.source.claim()
	c.report.Exhausted, c.report.AllOrders = shown.exhausted, shown.allOrders
	if len(c.report.Failures) == 0 {
		c.report.Claim = shown.text
	}
	return &c.report, err
}

type campaign struct {
	o       *Options
	source  source
	workers []*worker
	judge   *worker // confirms and minimises, in the order of schedule numbers
	started time.Time
	cover   *coverage
	known   map[string]*Failure // by signature, without addresses
	kept    map[uint64]int      // runs handed to Options.Kept, by class
	past    past
	mu      sync.Mutex // guards report
	report  Report
	stuck   atomic.Bool // some worlds may still be in use
}

func (c *campaign) close() {
	if c.stuck.Load() {
		return
	}
	c.judge.world.Close()
	for _, w := range c.workers {
		w.world.Close()
	}
}

// guarded runs the campaign under the eyes of the watch.
func (c *campaign) guarded(ctx context.Context) error {
	err := guarded(c.o, append([]*worker{c.judge}, c.workers...), func() error { return c.run(ctx) })
	if errors.Is(err, errStuck) {
		c.stuck.Store(true)
	}
	return err
}

func (c *campaign) run(ctx context.Context) error {
	if err := c.leaks(); err != nil {
		return err
	}
	if err := c.explore(ctx); err != nil || c.report.Interrupted || c.stuck.Load() {
		return err
	}
	if err := c.lastLook(); err != nil {
		return err
	}
	open, err := c.openPairs(c.o.Pairs)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.OneOrder = open
	return err
}

func (c *campaign) explore(ctx context.Context) error {
	for c.report.Runs < c.o.Runs {
		if ctx.Err() != nil {
			c.report.Interrupted = true
			return nil
		}
		if c.o.Budget > 0 && c.o.Clock.Since(c.started) >= c.o.Budget {
			c.report.OutOfTime = true
			return nil
		}
		jobs, err := c.source.fill(min(batchSize, c.o.Runs-c.report.Runs))
		if err != nil {
			return err
		}
		if len(jobs) == 0 {
			return nil
		}
		outcomes := c.batch(jobs)
		if c.stuck.Load() {
			return nil // nobody waits for the rest
		}
		for i := range jobs {
			if done, err := c.merge(ctx, &jobs[i], &outcomes[i]); err != nil || done {
				return err
			}
		}
		if c.o.Progress != nil {
			c.o.Progress(c.progress())
		}
	}
	return nil
}

func (c *campaign) progress() Progress {
	return Progress{
		Runs: c.report.Runs, Of: c.o.Runs, Steps: c.report.Steps, Classes: c.cover.classes.n, Failing: c.report.Failing,
		Distinct: len(c.report.Failures), Elapsed: c.o.Clock.Since(c.started), Doing: c.source.doing(),
		Arms: c.cover.report(), Pairs: len(c.cover.pairs.order), OneOrder: len(c.cover.pairs.open()), Unreached: c.report.unreached(),
	}
}

// batch runs jobs on all workers. Which worker runs which job does not matter:
// worlds keep nothing from run to run that shows.
func (c *campaign) batch(jobs []job) []outcome {
	outcomes := make([]outcome, len(jobs))
	share(c.workers, len(jobs), func(w *worker, i int) {
		defer w.mayBeGone(&outcomes[i].err)
		var out outcome
		w.do(&jobs[i], &out)
		outcomes[i] = out
	})
	return outcomes
}

// share lets the workers do n numbered things, each the next one that is left.
func share(workers []*worker, n int, do func(w *worker, i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for _, w := range workers[:min(len(workers), n)] {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(w, i)
			}
		})
	}
	wg.Wait()
}

// merge takes the outcome of one job into the report. It reports whether the
// campaign is over.
func (c *campaign) merge(ctx context.Context, j *job, out *outcome) (done bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if out.err != nil {
		return true, out.err
	}
	r := &c.report
	c.cover.merge(j, out)
	if err := c.keep(j, out); err != nil {
		return true, err
	}
	for i, n := range out.reached {
		if n > 0 && r.reached(out.goals[i]) == 0 {
			out.goal = true
			c.cover.goals = append(c.cover.goals, out.goals[i])
		}
		r.Goals, r.Reached = addGoal(r.Goals, r.Reached, out.goals[i], n)
	}
	leaks, err := c.repeats(j, out)
	if err != nil {
		return true, err
	}
	for i := range out.found {
		f := &out.found[i]
		if leaks { // what it comes to says nothing
			c.known[nondeterminism].Count += f.count
		} else if err := c.failed(ctx, j, f); err != nil {
			return true, err
		}
		if c.o.StopAtFirst {
			done = true
		}
	}
	r.Stated = max(r.Stated, out.stated, len(c.o.Scenario.Properties))
	r.Runs += out.runs
	r.Steps += out.steps
	r.Failing += out.failing
	c.source.learn(j, out)
	return done, nil
}

// failed confirms, minimises and keeps a failing run whose signature is new.
func (c *campaign) failed(ctx context.Context, j *job, f *foundRun) error {
	if known := c.known[withoutAddresses(f.signature)]; known != nil {
		known.Count += f.count
		return nil
	}
	if len(c.report.Failures) >= maxFailures {
		return nil
	}
	trace, err := c.judge.confirm(f)
	if err != nil {
		return err
	}
	if leak := c.known[nondeterminism]; leak != nil && trace.Verdict == sim.Nondeterminism { // it is told once
		leak.Count += f.count
		c.known[withoutAddresses(f.signature)] = leak
		return nil
	}
	if trace.Verdict != sim.Nondeterminism {
		if leak, err := c.blames(f); leak || err != nil {
			return err
		}
	}
	trace.Strategy = fmt.Sprintf("%s, seed %d, schedule %d", j.arm, c.o.Seed, j.number+1)
	if f.used != "" {
		trace.Strategy += "; " + f.used
	}
	failure := &Failure{
		Signature: trace.Signature, Run: c.report.Runs + f.index + 1, Count: f.count, Found: trace, Minimal: trace,
	}
	c.known[withoutAddresses(f.signature)] = failure
	c.report.Failures = append(c.report.Failures, failure)
	if c.o.Minimise >= 0 && trace.Verdict != sim.Nondeterminism {
		return c.makeSmall(ctx, j, failure)
	}
	if trace.Verdict == sim.Nondeterminism {
		c.known[nondeterminism] = failure
	}
	return c.handOver(failure)
}

// handOver gives a failure to Options.Found. Nobody waits for one after a stuck run.
func (c *campaign) handOver(f *Failure) error {
	if c.o.Found == nil || c.stuck.Load() {
		return nil
	}
	return c.o.Found(f)
}

// makeSmall minimises a failure. What only shows then, that it is not one, it shows too.
func (c *campaign) makeSmall(ctx context.Context, j *job, failure *Failure) error {
	m, err := c.judge.minimise(ctx, failure.Found, c.o.Minimise, true)
	if err != nil {
		return err
	}
	failure.Minimal, failure.Executions = m.Trace, m.Executions
	if m.Trace.Verdict == sim.Nondeterminism {
		failure.Found, failure.Signature = m.Trace, m.Trace.Signature
		if c.known[nondeterminism] == nil {
			c.known[nondeterminism] = failure
		}
		return c.handOver(failure)
	}
	if c.o.StopAtFirst {
		return c.handOver(failure)
	}
	shown := failure
	if twin := c.twin(failure); twin != nil {
		c.join(failure, twin)
		shown = twin
	}
	if shown.Minimal == m.Trace {
		if err := c.handOver(shown); err != nil {
			return err
		}
	}
	for i := range m.Others { // another bug on the way is a finding of its own
		if o := &m.Others[i]; c.known[withoutAddresses(o.signature)] == nil {
			if err := c.failed(ctx, j, o); err != nil {
				return err
			}
		}
	}
	return nil
}
