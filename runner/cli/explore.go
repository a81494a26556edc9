package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/seed-3519b94c/simrun/sim"
)

// exploration is the work of one run command: its campaigns, one after the other.
type exploration struct {
	*invocation
	*plan
	store *store.Store    // nil until there is something to store
	told  map[string]bool // failures whose story has been told, by variant and signature
	apart bool            // a blank line is due before the next campaign
	done  int
	runs  int // of the present campaign that were kept whole, because of --keep
}

func (s *invocation) explore(ctx context.Context, p *plan) error {
	e := &exploration{invocation: s, plan: p, told: make(map[string]bool)}
	// A store that cannot be used is better known before a long exploration. One
	// that does not exist is made when there is something to store, so that a
	// mistake in the command leaves nothing behind.
	if _, err := os.Stat(s.db); !errors.Is(err, fs.ErrNotExist) {
		if err := e.open(); err != nil {
			return err
		}
	}
	defer e.close()
	for _, v := range p.variants {
		for _, seed := range p.seeds {
			if ctx.Err() != nil {
				s.raise(Interrupted)
				s.warn("interrupted: %d of %s are done", e.done, plural(len(p.variants)*len(p.seeds), "campaign"))
				return nil
			}
			if err := e.campaign(ctx, v, seed); err != nil {
				return err
			}
			e.done++
		}
	}
	return nil
}

func (e *exploration) open() (err error) {
	if e.store == nil {
		e.store, err = store.Open(e.db, store.Options{Clock: e.Clock})
	}
	return err
}

// close has nothing to report: what was added has been flushed.
func (e *exploration) close() {
	if e.store != nil {
		e.store.Close() //nolint:errcheck // see above
	}
}

// campaign explores one variant under one seed, keeps what it found, and tells
// it. What was found is told even if it could not be kept.
func (e *exploration) campaign(ctx context.Context, variant string, seed uint64) error {
	o := e.options
	o.Variant, o.Seed, o.Clock = variant, seed, e.Clock
	label := o.Scenario.Name
	if variant != "" {
		label += " " + variant
	}
	if len(e.seeds) > 1 {
		label += fmt.Sprintf(" seed %d", seed)
	}
	p := &progress{w: e.Stderr, label: label, live: e.Progress, width: 120}
	if e.Width > 0 {
		p.width = e.Width
	}
	o.Progress = p.update
	e.runs = 0
	o.Found = func(f *runner.Failure) error { return e.keepFailure(context.WithoutCancel(ctx), f) }
	if o.Keep != 0 {
		o.Kept = func(t *sim.Trace) error { return e.keepRun(context.WithoutCancel(ctx), t) }
	}
	started := e.Clock.Now()
	r, err := runner.Explore(ctx, o)
	p.end()
	if r == nil || err != nil && len(r.Failures) == 0 {
		return usage(err)
	}
	if r.Interrupted {
		e.raise(Interrupted)
	}
	found, kept := e.keep(context.WithoutCancel(ctx), r, started)
	if terr := e.present(r, found); terr != nil {
		return terr
	}
	if _, ok := errors.AsType[*store.Error](err); ok && kept != nil {
		return kept // what ended the campaign is why nothing more was kept
	}
	return errors.Join(kept, usage(err))
}

// keepFailure stores a failure as soon as it is found: a campaign that is killed has it in
// the store.
func (e *exploration) keepFailure(ctx context.Context, f *runner.Failure) error {
	if err := e.open(); err != nil {
		return err
	}
	f.Minimal.Module, f.Minimal.Revision = e.Build.Module, e.Build.Revision
	if _, err := e.store.Add(ctx, f.Minimal); err != nil {
		return err
	}
	return e.store.Flush(ctx)
}

// keepRun stores a run as it ran.
func (e *exploration) keepRun(ctx context.Context, t *sim.Trace) error {
	if err := e.open(); err != nil {
		return err
	}
	t.Module, t.Revision = e.Build.Module, e.Build.Revision
	e.runs++
	_, err := e.store.Add(ctx, t)
	return err
}

// keep stores what a campaign did, and those of its failures that are not in the store. The
// failures come back also if storing failed.
func (e *exploration) keep(ctx context.Context, r *runner.Report, started time.Time) ([]*loaded, error) {
	var found []*loaded
	var first error
	note := func(err error) {
		if first == nil {
			first = err
		}
	}
	for _, f := range r.Failures {
		f.Minimal.Module, f.Minimal.Revision = e.Build.Module, e.Build.Revision
		found = append(found, &loaded{trace: f.Minimal, scenario: e.options.Scenario, hash: f.Minimal.Hash(), steps: e.options.Limits.Steps})
	}
	if err := e.open(); err != nil {
		return found, err
	}
	for _, f := range r.Failures {
		_, err := e.store.Add(ctx, f.Minimal)
		note(err)
	}
	note(e.store.AddCampaign(ctx, e.record(r, started)))
	note(e.store.Flush(ctx))
	if first != nil {
		return found, first
	}
	for _, l := range found {
		l.ref = shortest(ctx, e.store, l.hash)
	}
	return found, nil
}

// record is what the store keeps of a campaign.
func (e *exploration) record(r *runner.Report, started time.Time) store.Campaign {
	workers := e.options.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	c := store.Campaign{
		Scenario: r.Scenario, Variant: r.Variant, Profile: r.Profile, Strategy: r.Strategy, Seed: fmt.Sprint(r.Seed), Workers: workers,
		Started: started, Elapsed: r.Elapsed, Classes: int64(r.Classes), Module: e.Build.Module, Revision: e.Build.Revision,
		Counts: []store.Count{{Strategy: r.Strategy, Verdict: sim.Pass, Runs: int64(r.Runs - r.Failing), Steps: r.Steps}},
	}
	for _, f := range r.Failures {
		c.Counts = append(c.Counts, store.Count{
			Strategy: r.Strategy, Verdict: f.Minimal.Verdict, Signature: f.Signature, Runs: int64(f.Count),
		})
	}
	switch {
	case r.Interrupted:
		c.Stopped = "interrupted"
	case r.OutOfTime:
		c.Stopped = "budget"
	case r.Exhausted:
		c.Stopped = "exhausted"
	default:
		c.Stopped = "runs"
	}
	return c
}
