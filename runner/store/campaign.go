package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed-3519b94c/simrun/sim"
)

// Campaign is what one exploration of one scenario did: passing runs are
// counted here, and not stored.
type Campaign struct {
	ID       int64 // 0 if it is not stored yet
	Scenario string
	Variant  string
	Profile  string
	Mode     sim.Mode
	Strategy string // as asked for; Counts has those of a portfolio
	Seed     string // as given: 7, 1-1000, 0x2a
	Workers  int
	Started  time.Time     // zero means when it is added, less Elapsed
	Elapsed  time.Duration // of the wall clock
	Classes  int64         // distinct happens-before classes
	Unseen   float64       // estimated chance that the next run shows a new class
	Stopped  string        // why it ended: runs, budget, violation, exhausted, interrupted
	Module   string
	Revision string
	Counts   []Count
}

// Count is how many runs of a campaign came to the same end.
type Count struct {
	Strategy  string
	Verdict   sim.Verdict
	Signature string // "" for Pass
	Runs      int64
	Steps     int64 // events, of all these runs
}

// Runs and steps of all counts.
func (c *Campaign) totals() (runs, steps int64) {
	for _, n := range c.Counts {
		runs += n.Runs
		steps += n.Steps
	}
	return runs, steps
}

// Runs is the number of runs, whatever they came to.
func (c *Campaign) Runs() int64 {
	runs, _ := c.totals()
	return runs
}

// campaignRow is a row of campaigns without its number, and its rows of runs.
type campaignRow struct {
	Campaign
	hash string
}

// AddCampaign stores c. It waits as Add does. Counts of the same strategy,
// verdict and signature are added up.
func (s *Store) AddCampaign(ctx context.Context, c Campaign) error {
	if err := s.writable("add campaign to store"); err != nil {
		return err
	}
	if !(c.Unseen >= 0 && c.Unseen <= 1) {
		return fmt.Errorf("add campaign of scenario %q to store %q: unseen is %v; want a chance from 0 to 1", c.Scenario, s.path, c.Unseen)
	}
	if c.Started.IsZero() {
		c.Started = s.opts.Clock.Now().Add(-c.Elapsed)
	}
	c.Counts = sumCounts(c.Counts)
	return s.writer.add(ctx, &campaignRow{Campaign: c, hash: c.contentHash()})
}

func sumCounts(counts []Count) []Count {
	var sums []Count
	at := map[Count]int{} // by all fields but the numbers
	for _, c := range counts {
		key := Count{Strategy: c.Strategy, Verdict: c.Verdict, Signature: c.Signature}
		i, ok := at[key]
		if !ok {
			i = len(sums)
			at[key] = i
			sums = append(sums, key)
		}
		sums[i].Runs += c.Runs
		sums[i].Steps += c.Steps
	}
	slices.SortFunc(sums, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Strategy, b.Strategy), cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(a.Signature, b.Signature))
	})
	return sums
}

// contentHash is equal for the same campaign in two stores, and for no others:
// two campaigns differ in their start or in what they were told to do.
func (c *Campaign) contentHash() string {
	var h hasher
	for _, s := range []string{
		"simrun campaign 1", c.Scenario, c.Variant, c.Profile, c.Mode.String(), c.Strategy, c.Seed,
		timestamp(c.Started), c.Stopped, c.Module, c.Revision,
	} {
		h.str(s)
	}
	for _, n := range []int64{int64(c.Workers), int64(c.Elapsed), c.Classes, int64(len(c.Counts))} {
		h.uint(uint64(n))
	}
	for _, n := range c.Counts {
		h.str(n.Strategy)
		h.str(n.Verdict.String())
		h.str(n.Signature)
		h.uint(uint64(n.Runs))
		h.uint(uint64(n.Steps))
	}
	h.uint(math.Float64bits(c.Unseen))
	return h.sum()
}
