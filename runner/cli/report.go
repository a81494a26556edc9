package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-3519b94c/simrun/reports"
	"github.com/seed-3519b94c/simrun/runner/flake"
	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

func (s *invocation) reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:   "report --html FILE",
		Short: "Write a page of all that a store knows: findings, explorations, failure rates",
		Long: `Write a page, or another report, of what the store has of all run and flake commands:
each variant with what was found in it and whether that is expected, the smallest story of
each failure that was not, and the failure rates with their intervals of 95 %. A rate is of the last
revision that was measured; runs of one seed count once.`,
		Example: "  simrun report --html campaign.html\n  simrun report --summary \"$GITHUB_STEP_SUMMARY\"",
		Args:    exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			if f == (reportFlags{}) {
				return usage(fmt.Errorf("report wants at least one of --html, --junit, --summary and --github"))
			}
			if err := f.check(); err != nil {
				return err
			}
			suite, err := s.suite(c.Context())
			if err != nil {
				return err
			}
			return s.writeSuite(&f, suite)
		},
	}
	f.add(c.Flags())
	s.dbFlag(c)
	return c
}

// suite is what the store knows, as reports tell it.
func (s *invocation) suite(ctx context.Context) (*reports.Suite, error) {
	st, err := store.Open(s.db, store.Options{ReadOnly: true, Clock: s.Clock})
	if err != nil {
		return nil, err
	}
	defer st.Close() //nolint:errcheck // it was only read
	campaigns, err := st.Campaigns(ctx, "")
	if err != nil {
		return nil, err
	}
	traces, err := st.List(ctx, "verdict <> 'pass'")
	if err != nil {
		return nil, err
	}
	suite := &reports.Suite{Title: "simrun report", Build: strings.TrimSpace(s.Build.Module + " " + s.Build.Revision)}
	for i := range campaigns {
		suite.Elapsed += campaigns[i].Elapsed
	}
	smallest := smallestStories(traces)
	suite.Cells = s.storedCells(campaigns, smallest)
	for _, t := range smallest {
		if sc, err := s.scenario(t.Scenario); err == nil && foreseen(sc, &t) {
			continue // as the other reports: what is expected is no finding
		}
		suite.Findings = append(suite.Findings, reports.SuiteFinding{
			Scenario: t.Scenario, Variant: t.Variant, Profile: t.Profile, Signature: t.Signature, Message: t.Message, Trace: t.Short(),
			Deviations: t.Deviations, Steps: t.Steps, Runs: failingRuns(campaigns, &t), Command: s.Program + " show " + t.Short() + s.dbArgument(),
		})
	}
	suite.Rates = storedRates(campaigns)
	return suite, nil
}

// smallestStories are the shortest story of each failure, in the order of scenarios.
func smallestStories(traces []store.Summary) []store.Summary {
	list := slices.Clone(traces)
	same := func(a, b store.Summary) int {
		return cmp.Or(keyOfTrace(&a).compare(keyOfTrace(&b)), cmp.Compare(a.Signature, b.Signature))
	}
	slices.SortFunc(list, func(a, b store.Summary) int {
		return cmp.Or(same(a, b), cmp.Compare(a.Deviations, b.Deviations), cmp.Compare(a.Steps, b.Steps), cmp.Compare(a.Hash, b.Hash))
	})
	return slices.CompactFunc(list, func(a, b store.Summary) bool { return same(a, b) == 0 })
}

// failingRuns is how many explored runs failed as t did.
func failingRuns(campaigns []store.Campaign, t *store.Summary) (n int) {
	for i := range campaigns {
		c := &campaigns[i]
		if c.Mode != sim.Timed || keyOf(c) != keyOfTrace(t) {
			continue
		}
		for _, count := range c.Counts {
			if count.Signature == t.Signature {
				n += int(count.Runs)
			}
		}
	}
	return n
}

// cellKey is what a cell or a rate is of.
type cellKey struct{ scenario, variant, profile string }

func keyOf(c *store.Campaign) cellKey { return cellKey{c.Scenario, c.Variant, c.Profile} }

func keyOfTrace(t *store.Summary) cellKey { return cellKey{t.Scenario, t.Variant, t.Profile} }

func keyOfCell(c *reports.SuiteCell) cellKey { return cellKey{c.Scenario, c.Variant, c.Profile} }

// compare orders keys by scenario, then by variant, then by profile.
func (k cellKey) compare(other cellKey) int {
	return cmp.Or(cmp.Compare(k.scenario, other.scenario), cmp.Compare(k.variant, other.variant), cmp.Compare(k.profile, other.profile))
}

// foreseen reports whether the scenario expects a failure.
func foreseen(sc *sim.Scenario, t *store.Summary) bool {
	return sc.Expected(t.Variant, t.Profile).Allows(t.Verdict, t.Property)
}

// storedCells are the variants that were explored, each with what was found in it.
func (s *invocation) storedCells(campaigns []store.Campaign, found []store.Summary) []reports.SuiteCell {
	at := make(map[cellKey]int)
	var cells []reports.SuiteCell
	for i := range campaigns {
		c := &campaigns[i]
		if c.Mode != sim.Timed {
			continue
		}
		k, ok := at[keyOf(c)]
		if !ok {
			k = len(cells)
			at[keyOf(c)] = k
			cells = append(cells, reports.SuiteCell{Scenario: c.Scenario, Variant: c.Variant, Profile: c.Profile})
		}
		cell := &cells[k]
		for _, n := range c.Counts {
			cell.Runs += int(n.Runs)
			cell.Steps += n.Steps
		}
		cell.Classes = max(cell.Classes, int(c.Classes))
		cell.Elapsed += c.Elapsed
	}
	for i := range cells {
		s.judgeCell(&cells[i], found)
	}
	slices.SortFunc(cells, func(a, b reports.SuiteCell) int { return keyOfCell(&a).compare(keyOfCell(&b)) })
	return cells
}

// judgeCell compares what was found with what the scenario expects. What was expected and
// not found is no difference: a run command is not asked for each property, as a matrix is.
func (s *invocation) judgeCell(c *reports.SuiteCell, found []store.Summary) {
	c.Verdict = "open"
	sc, err := s.scenario(c.Scenario)
	if err != nil {
		c.Why = "this binary does not have the scenario"
	}
	c.Command = s.Program + " run " + quote(c.Scenario)
	if c.Variant != "" {
		c.Command += " --variant " + quote(c.Variant)
	}
	c.Command += " --profile " + quote(c.Profile)
	for _, t := range found {
		if keyOfTrace(&t) != keyOfCell(c) {
			continue
		}
		if !slices.Contains(c.Failing, t.Property) {
			c.Failing = append(c.Failing, t.Property)
		}
		if err == nil && !foreseen(sc, &t) {
			c.Differences = append(c.Differences, t.Verdict.String()+" of "+t.Property+", which was not expected: "+t.Message)
		}
	}
	if err != nil {
		return
	}
	x := sc.Expected(c.Variant, c.Profile)
	c.Expected = x.Fails
	missing := slices.ContainsFunc(x.Fails, func(p string) bool { return !slices.Contains(c.Failing, p) })
	switch {
	case len(c.Differences) > 0:
		c.Verdict = "differs"
	case !x.Open && !missing:
		c.Verdict = "agrees"
	}
}

// storedRates adds up the sampled campaigns of each variant. Two of one seed made the same
// runs: the longer one counts. What an older revision was measured to do says nothing of
// the present one.
func storedRates(campaigns []store.Campaign) []reports.SuiteRate {
	type rate struct {
		revision string
		bySeed   map[string]*store.Campaign
	}
	rates := make(map[cellKey]*rate)
	var keys []cellKey
	for i := range campaigns {
		c := &campaigns[i]
		if c.Mode != sim.Sampled || c.Strategy != sampling {
			continue
		}
		r := rates[keyOf(c)]
		if r == nil {
			keys = append(keys, keyOf(c))
		}
		if build := c.Module + " " + c.Revision; r == nil || r.revision != build {
			r = &rate{build, make(map[string]*store.Campaign)}
			rates[keyOf(c)] = r
		}
		if old := r.bySeed[c.Seed]; old == nil || c.Runs() > old.Runs() {
			r.bySeed[c.Seed] = c
		}
	}
	slices.SortFunc(keys, cellKey.compare)
	var out []reports.SuiteRate
	for _, k := range keys {
		n := reports.SuiteRate{Scenario: k.scenario, Variant: k.variant, Profile: k.profile}
		for _, c := range rates[k].bySeed {
			for _, count := range c.Counts {
				n.Runs += int(count.Runs)
				if count.Verdict.Failed() {
					n.Failed += int(count.Runs)
				}
			}
		}
		interval := intervalOf(rates[k].bySeed, n)
		n.Lo, n.Hi = interval.Lo, interval.Hi
		out = append(out, n)
	}
	return out
}

// intervalOf is the one that the flake command printed, if the rate is of one command that
// made all its runs. Otherwise it is one that holds whenever one stops: who adds runs until
// the rate looks right must not be rewarded.
func intervalOf(campaigns map[string]*store.Campaign, n reports.SuiteRate) flake.Interval {
	fixed := len(campaigns) == 1
	for _, c := range campaigns {
		fixed = fixed && c.Stopped == "runs"
	}
	if fixed {
		return flake.ClopperPearson(n.Failed, n.Runs, flake.Confidence)
	}
	return flake.Sequence(n.Failed, n.Runs, flake.Confidence)
}
