package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/strategy"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

// runFlags are the flags of run, as typed.
type runFlags struct {
	variant, strategy, seed, profile, shard string
	keep                                    string
	runs, workers, steps                    int
	budget                                  time.Duration
	params, judge                           []string
	full                                    bool
}

func (s *invocation) runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "Explore a scenario: find, minimise, store and tell its failures",
		Long: `Explore a scenario. What fails is made small, stored and told, and the story ends
in a command that replays it. What is found does not depend on the number of
workers or on the machine, unless --budget or an interrupt ends the exploration.
A failure is stored as soon as it is found, and what a campaign, one seed of one
variant, has explored when it ends, also by an interrupt.`,
		Example: "  simrun run cart/total --variant racy\n  simrun run cart/total --variant all --seed 1-100 -p items=3 --budget 10m",
		Args:    exactly("SCENARIO"),
		RunE: func(c *cobra.Command, args []string) error {
			sc, err := s.scenario(args[0])
			if err != nil {
				return err
			}
			plan, err := f.plan(sc)
			if err != nil {
				return err
			}
			return s.explore(c.Context(), plan)
		},
		ValidArgsFunction: s.completeScenario,
	}
	flags := c.Flags()
	flags.StringVar(&f.variant, "variant", "", "`variant` of the logic, or all (default: the first)")
	flags.IntVar(&f.runs, "runs", runner.DefaultRuns, "`number` of schedules at most")
	flags.DurationVar(&f.budget, "budget", 0, "wall `time` at most, such as 90s or 10m (default: no bound)")
	flags.StringVar(&f.strategy, "strategy", strategy.Names()[0], "`strategy`: "+strings.Join(strategy.Names(), ", "))
	flags.StringVar(&f.seed, "seed", "0", "`seeds`: decimal, 0x.. or a 40-digit commit; each of a list such as 1-1000,5000 is a campaign")
	flags.IntVar(&f.workers, "workers", 0, "`number` of workers (default: one per core)")
	flags.StringVar(&f.profile, "profile", "", "`profile` of the machine (default: the scenario's first)")
	flags.StringArrayVarP(&f.params, "param", "p", nil, "pin a parameter, as `label=value`; may be repeated")
	flags.StringArrayVar(&f.judge, "property", nil, "`property` that counts; may be repeated (default: all). A run ends at its first violation")
	flags.IntVar(&f.steps, "steps", 0, "`number` of steps of one run at most (default: 100,000); reaching it is the verdict budget")
	flags.StringVar(&f.keep, "keep", keepFailures, "`which` traces to keep: failures, made small; a number, also so many runs of each distinct order; or all, also every run")
	flags.StringVar(&f.shard, "shard", "", "part `i/n` of the work, for n machines: every n-th of several seeds")
	flags.BoolVar(&f.full, "full", false, "tell every step of a failure")
	s.dbFlag(c)
	s.jsonFlag(c)
	_ = c.RegisterFlagCompletionFunc("variant", s.completeVariant) // it fails only for a flag that does not exist
	return c
}

// plan is what a run command explores: campaigns that differ in variant and seed.
type plan struct {
	options  runner.Options // of all campaigns
	variants []string
	seeds    []uint64
	pinned   []string
	full     bool
}

func (f *runFlags) plan(sc *sim.Scenario) (*plan, error) {
	p := &plan{full: f.full, pinned: f.params}
	var err error
	if p.variants, err = variants(sc, f.variant); err != nil {
		return nil, err
	}
	if p.seeds, err = runner.ParseSeeds(f.seed); err != nil {
		return nil, usage(err)
	}
	if p.seeds, err = shard(p.seeds, f.shard); err != nil {
		return nil, usage(err)
	}
	if err := checkStrategy(f.strategy); err != nil {
		return nil, err
	}
	if err := checkProperties(sc, f.judge); err != nil {
		return nil, err
	}
	switch {
	case f.runs < 1:
		return nil, usage(fmt.Errorf("--runs %d: want 1 or more", f.runs))
	case f.workers < 0:
		return nil, usage(fmt.Errorf("--workers %d: want 1 or more, or 0 for one per core", f.workers))
	case f.budget < 0:
		return nil, usage(fmt.Errorf("--budget %v: want more than nothing, or 0 for no bound", f.budget))
	case f.steps < 0:
		return nil, usage(fmt.Errorf("--steps %d: want 1 or more, or 0 for the default", f.steps))
	}
	p.options = runner.Options{Scenario: sc, Strategy: f.strategy, Runs: f.runs, Budget: f.budget, Workers: f.workers, Judge: f.judge, Pairs: lookAtPairs}
	p.options.Limits.Steps = f.steps
	if p.options.Keep, err = keepOption(f.keep, f.strategy); err != nil {
		return nil, usage(err)
	}
	if p.options.Profile, err = profile(sc, f.profile); err != nil {
		return nil, err
	}
	p.options.Params, err = params(sc, f.params)
	return p, err
}

// keepFailures is the value of --keep that keeps nothing but failures.
const keepFailures = "failures"

// keepOption reads --keep: how many runs of each class are kept besides failures.
func keepOption(text, strategy string) (int, error) {
	n := 0
	switch text {
	case keepFailures:
		return 0, nil
	case all:
		n = runner.KeepAll
	default:
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 1 {
			return 0, fmt.Errorf("--keep %q: want failures, all, or a number of runs of each distinct order", text)
		}
	}
	if strings.HasPrefix(strategy, "exhaustive") {
		return 0, fmt.Errorf("--keep %s --strategy %s: a run of an exhaustive search stands for many orders and cannot be kept; leave one of the two away", text, strategy)
	}
	return n, nil
}

// shard is the part of the seeds that one of several machines explores.
func shard(seeds []uint64, text string) ([]uint64, error) {
	if text == "" {
		return seeds, nil
	}
	of, parts, ok := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(of)
	n, err2 := strconv.Atoi(parts)
	if !ok || err1 != nil || err2 != nil || i < 1 || i > n {
		return nil, fmt.Errorf("--shard %q: want i/n with i from 1 to n, such as 2/8", text)
	}
	if len(seeds) == 1 {
		return nil, fmt.Errorf("--shard %q: one seed is one campaign, which learns as it goes on and cannot be parted; give as many seeds as there are shards or more, such as --seed 1-%d", text, 8*n)
	}
	var mine []uint64
	for k := i - 1; k < len(seeds); k += n {
		mine = append(mine, seeds[k])
	}
	if len(mine) == 0 {
		return nil, fmt.Errorf("--shard %q: there are only %d seeds, so nothing is left for it", text, len(seeds))
	}
	return mine, nil
}

// again is the command line of one campaign.
func (p *plan) again(program, variant string, seed uint64) string {
	o := &p.options
	words := []string{program, "run", o.Scenario.Name}
	if variant != "" {
		words = append(words, "--variant", variant)
	}
	words = append(words, "--seed", strconv.FormatUint(seed, 10))
	if o.Runs != runner.DefaultRuns {
		words = append(words, "--runs", strconv.Itoa(o.Runs))
	}
	if o.Limits.Steps != 0 {
		words = append(words, "--steps", strconv.Itoa(o.Limits.Steps))
	}
	if o.Strategy != strategy.Names()[0] {
		words = append(words, "--strategy", o.Strategy)
	}
	if o.Profile != o.Scenario.AllProfiles()[0].Name {
		words = append(words, "--profile", o.Profile)
	}
	for _, property := range o.Judge {
		words = append(words, "--property", property)
	}
	pinned := slices.Clone(p.pinned)
	slices.Sort(pinned)
	for _, pair := range pinned {
		words = append(words, "-p", pair)
	}
	for i := range words {
		words[i] = quote(words[i])
	}
	return strings.Join(words, " ")
}
