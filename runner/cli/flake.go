package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-3519b94c/simrun/runner"
	"github.com/seed-3519b94c/simrun/runner/flake"
	"github.com/seed-3519b94c/simrun/runner/store"
	"github.com/seed-3519b94c/simrun/sim"
	"github.com/spf13/cobra"
)

// flakeFlags are the flags of flake, as typed.
type flakeFlags struct {
	variant, against, profile, seed string
	runs, workers, split            int
	precision                       float64
	params, judge                   []string
}

func (s *invocation) flakeCommand() *cobra.Command {
	var f flakeFlags
	c := &cobra.Command{
		Use:   "flake SCENARIO",
		Short: "Estimate how often a variant fails, or which of two fails less",
		Long: `Estimate the failure rate of a variant under a profile, by runs whose durations and
faults are drawn as the profile says. The interval holds the true rate with 95 %
confidence.

With --against, two variants run in the same worlds until it is clear which fails less
often. With --split, a rate too small to be seen is estimated by splitting, level by
level: the scenario has to say how near a run has come (World.Level, or goals).

A rate is an estimate and no verdict: the exit code is 0 although runs failed. With
--against it is 1 if the second variant is shown to fail more often. The rate of all worlds
and all properties is kept in the store, for ` + "`simrun report`" + `.`,
		Example: "  simrun flake cart/total --variant racy\n  simrun flake cart/total --variant racy --against locked --profile ci-loaded",
		Args:    exactly("SCENARIO"),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := s.flakeOptions(&f, args[0])
			if err != nil {
				return err
			}
			switch {
			case f.against != "":
				return s.compare(c.Context(), o, f.against)
			case f.split > 0:
				return s.split(c.Context(), flake.SplitOptions{Options: *o, Effort: f.split})
			}
			return s.flake(c.Context(), o)
		},
		ValidArgsFunction: s.completeScenario,
	}
	flags := c.Flags()
	flags.StringVar(&f.variant, "variant", "", "`variant` of the logic (default: the first)")
	flags.StringVar(&f.against, "against", "", "compare with this `variant`")
	flags.StringVar(&f.profile, "profile", "", "`profile` of the machine (default: the scenario's first)")
	flags.StringVar(&f.seed, "seed", "0", "`seed`")
	flags.IntVar(&f.runs, "runs", flake.DefaultRuns, "`number` of runs at most, or of pairs with --against")
	flags.Float64Var(&f.precision, "precision", 0, "stop when the interval is no wider than this `part` of the rate, such as 0.1 (default: make all runs)")
	flags.IntVar(&f.split, "split", 0, "estimate a rare failure by splitting, with this `number` of runs for each level")
	flags.IntVar(&f.workers, "workers", 0, "`number` of workers (default: one per core)")
	flags.StringArrayVarP(&f.params, "param", "p", nil, "pin a parameter, as `label=value`; may be repeated")
	flags.StringArrayVar(&f.judge, "property", nil, "`property` whose violation counts; may be repeated (default: all)")
	s.dbFlag(c)
	s.jsonFlag(c)
	return c
}

func (s *invocation) flakeOptions(f *flakeFlags, name string) (*flake.Options, error) {
	sc, err := s.scenario(name)
	if err != nil {
		return nil, err
	}
	o := &flake.Options{Scenario: sc, Judge: f.judge, Runs: f.runs, Precision: f.precision, Workers: f.workers, Clock: s.Clock}
	for _, v := range []string{f.variant, f.against} {
		if v == "" {
			continue
		}
		if v == all {
			return nil, usage(errors.New("flake wants one variant; --against names another one"))
		}
		if _, err := variants(sc, v); err != nil {
			return nil, err
		}
	}
	if o.Variant = f.variant; o.Variant == "" && len(sc.Variants) > 0 {
		o.Variant = sc.Variants[0]
	}
	if o.Profile, err = profile(sc, f.profile); err != nil {
		return nil, err
	}
	if err := checkProperties(sc, f.judge); err != nil {
		return nil, err
	}
	if f.runs < 1 || f.workers < 0 || f.split < 0 || f.precision < 0 {
		return nil, usage(fmt.Errorf("--runs %d --workers %d --split %d --precision %v: want at least one run, and no negative number",
			f.runs, f.workers, f.split, f.precision))
	}
	if f.against != "" && f.split > 0 {
		return nil, usage(errors.New("--against and --split: splitting estimates one variant; leave one of the two away"))
	}
	if o.Params, err = params(sc, f.params); err != nil {
		return nil, err
	}
	if o.Seed, err = runner.ParseSeed(f.seed); err != nil {
		return nil, usage(err)
	}
	o.Progress = s.flakeProgress(sc.Name)
	return o, nil
}

// flakeProgress tells now and then how many runs there were.
func (s *invocation) flakeProgress(name string) func(runs, failed int) {
	started := s.Clock.Now()
	last := time.Duration(0)
	return func(runs, failed int) {
		if at := s.Clock.Since(started); at-last >= plainEvery {
			last = at
			fmt.Fprintf(s.Stderr, "%s: %s runs, %s failing, %s\n", name, comma(runs), comma(failed), seconds(at))
		}
	}
}

type rateFields struct {
	Scenario string      `json:"scenario"`
	Variant  string      `json:"variant"`
	Profile  string      `json:"profile"`
	Runs     int         `json:"runs"`
	Failed   int         `json:"failed"`
	Rate     float64     `json:"rate"`
	Interval [2]float64  `json:"interval"` // of the rate, 95 %
	Kinds    []kindField `json:"kinds,omitempty"`
}

type kindField struct {
	Signature string `json:"signature"`
	Count     int    `json:"count"`
	Trace     string `json:"trace,omitempty"`
}

type flakeLine struct {
	line
	rateFields
	Stopped     bool `json:"stopped,omitempty"`
	Interrupted bool `json:"interrupted,omitempty"`
}

func fieldsOfRate(r *flake.Rate) rateFields {
	f := rateFields{
		Scenario: r.Scenario, Variant: r.Variant, Profile: r.Profile, Runs: r.Runs, Failed: r.Failed,
		Rate: r.Estimate(), Interval: [2]float64{r.Interval.Lo, r.Interval.Hi},
	}
	for _, k := range r.Kinds {
		f.Kinds = append(f.Kinds, kindField{Signature: k.Signature, Count: k.Count})
	}
	return f
}

// flake tells one rate, and keeps a story of each kind of failure.
func (s *invocation) flake(ctx context.Context, o *flake.Options) error {
	started := s.Clock.Now()
	r, err := flake.Measure(ctx, *o)
	if err != nil {
		return usage(err)
	}
	if r.Interrupted {
		s.raise(Interrupted)
	}
	hashes, err := s.keepRate(context.WithoutCancel(ctx), o, r, started)
	if err != nil {
		return err
	}
	if s.json {
		l := flakeLine{newLine("flake"), fieldsOfRate(r), r.Stopped, r.Interrupted}
		for i := range l.Kinds {
			l.Kinds[i].Trace = hashes[i]
		}
		return s.emit(l)
	}
	s.printf("%s: %s\n", rateTitle(r), rateText(r))
	if r.Failed == 0 {
		s.printf("           a rate of %s or more would have shown itself with 95 %% confidence\n", percent(r.Interval.Hi))
		s.hintRare(o)
	}
	for i, k := range r.Kinds {
		s.printf("kind       %s: %s\n           %s show %s%s\n", k.Signature, plural(k.Count, "run"), s.Program, hashes[i][:8], s.dbArgument())
	}
	return nil
}

// hintRare says what to do about a rate that is too small to be seen.
func (s *invocation) hintRare(o *flake.Options) {
	for _, p := range o.Scenario.AllProfiles() {
		if p.Name == o.Profile && p.HoldOneIn == 0 {
			s.printf("           profile %s never holds a step for long: its HoldOneIn and HoldMax say how often and how long\n", p.Name)
		}
		if p.Name == o.Profile && len(p.Faults) == 0 {
			s.printf("           profile %s lets no fault strike: its Faults say how likely each is\n", p.Name)
		}
	}
	s.printf("           for a smaller rate give more --runs, or --split; whether it can fail at all shows\n           %s\n",
		s.exploreLine(o.Scenario, &sim.Trace{Scenario: o.Scenario.Name, Variant: o.Variant, Profile: o.Profile})+s.dbArgument())
}

// maxKinds of a rate are kept as stories.
const maxKinds = 8

// sampling is the strategy of campaigns that measure a rate.
const sampling = "sampling"

// keepRate stores what was measured and a trace of each kind of failure, and returns the
// hashes of the traces.
func (s *invocation) keepRate(ctx context.Context, o *flake.Options, r *flake.Rate, started time.Time) ([]string, error) {
	db, err := store.Open(s.db, store.Options{Clock: s.Clock})
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // what was added has been flushed
	// A rate in part of the worlds, or of some properties, is not that of the variant.
	if len(o.Params) == 0 && len(o.Judge) == 0 {
		if err := db.AddCampaign(ctx, s.rateRecord(o, r, started)); err != nil {
			return nil, err
		}
	}
	r.Kinds = r.Kinds[:min(len(r.Kinds), maxKinds)]
	var hashes []string
	for _, k := range r.Kinds {
		t, err := flake.Trace(*o, k.Seed)
		if err != nil {
			return nil, err
		}
		t.Strategy = sampling + ", seed " + strconv.FormatUint(o.Seed, 10)
		t.Module, t.Revision = s.Build.Module, s.Build.Revision
		if _, err := db.Add(ctx, t); err != nil {
			return nil, err
		}
		hashes = append(hashes, t.Hash())
	}
	return hashes, db.Flush(ctx)
}

// rateRecord is what the store keeps of a measured rate.
func (s *invocation) rateRecord(o *flake.Options, r *flake.Rate, started time.Time) store.Campaign {
	c := store.Campaign{
		Scenario: r.Scenario, Variant: r.Variant, Profile: r.Profile, Mode: sim.Sampled, Strategy: sampling,
		Seed: strconv.FormatUint(o.Seed, 10), Workers: o.Workers, Started: started, Elapsed: s.Clock.Since(started),
		Module: s.Build.Module, Revision: s.Build.Revision, Stopped: "runs",
		Counts: []store.Count{{Strategy: sampling, Verdict: sim.Pass, Runs: int64(r.Runs - r.Failed)}},
	}
	switch {
	case r.Interrupted:
		c.Stopped = "interrupted"
	case r.Stopped:
		c.Stopped = "precision"
	}
	for _, k := range r.Kinds {
		word, _, _ := strings.Cut(k.Signature, " ") // a signature begins with its verdict
		verdict, err := sim.ParseVerdict(word)
		if err != nil {
			verdict = sim.Violation
		}
		c.Counts = append(c.Counts, store.Count{Strategy: sampling, Verdict: verdict, Signature: k.Signature, Runs: int64(k.Count)})
	}
	return c
}

func rateTitle(r *flake.Rate) string {
	text := r.Scenario
	if r.Variant != "" {
		text += ", variant " + r.Variant
	}
	return text + ", profile " + r.Profile
}

func rateText(r *flake.Rate) string {
	text := fmt.Sprintf("fails in %s of %s: %s (95 %%: %s to %s)",
		comma(r.Failed), plural(r.Runs, "run"), percent(r.Estimate()), percent(r.Interval.Lo), percent(r.Interval.Hi))
	if r.Interrupted {
		text += ", interrupted"
	}
	return text
}

// percent shows a probability with three digits that count.
func percent(p float64) string {
	switch {
	case p == 0:
		return "0 %"
	case p < 0.0001:
		return strconv.FormatFloat(p, 'e', 2, 64)
	}
	rounded := strconv.FormatFloat(100*p, 'e', 2, 64)
	_, exponent, _ := strings.Cut(rounded, "e")
	e, _ := strconv.Atoi(exponent)
	x, _ := strconv.ParseFloat(rounded, 64)
	return strconv.FormatFloat(x, 'f', max(0, 2-e), 64) + " %"
}
