package cli

import (
	"context"
	"strings"

	"github.com/seed-3519b94c/simrun/runner/flake"
)

type compareLine struct {
	line
	Before     rateFields `json:"before"`
	After      rateFields `json:"after"`
	OnlyBefore int        `json:"only_before"`
	OnlyAfter  int        `json:"only_after"`
	Evidence   float64    `json:"evidence"`
	Answer     string     `json:"answer"`
	Difference [2]float64 `json:"difference"` // rate before minus rate after, 95 %
}

// compare tells which of two variants fails less often. Worse is a violation.
func (s *invocation) compare(ctx context.Context, o *flake.Options, against string) error {
	c, err := flake.Compare(ctx, *o, against)
	if err != nil {
		return usage(err)
	}
	if c.Answer == flake.Worse {
		s.raise(Violation)
	}
	if c.Before.Interrupted {
		s.raise(Interrupted)
	}
	if s.json {
		return s.emit(compareLine{
			newLine("comparison"), fieldsOfRate(&c.Before), fieldsOfRate(&c.After), c.OnlyBefore, c.OnlyAfter, c.Evidence,
			c.Answer.String(), [2]float64{c.Difference.Lo, c.Difference.Hi},
		})
	}
	s.printf("%s: %s\n%s: %s\n", rateTitle(&c.Before), rateText(&c.Before), rateTitle(&c.After), rateText(&c.After))
	what := "no difference shown between " + o.Variant + " and " + against
	switch c.Answer {
	case flake.Better:
		what = against + " fails less often than " + o.Variant
	case flake.Worse:
		what = against + " fails more often than " + o.Variant
	}
	s.printf("answer     %s\n", what)
	s.printf("flips      %s in which only %s fails, %s in which only %s does, of %s in the same worlds\n",
		comma(c.OnlyBefore), o.Variant, comma(c.OnlyAfter), against, plural(c.Before.Runs, "pair"))
	if c.Answer == flake.Unclear {
		s.printf("           the difference of the rates is between %s and %s (95 %%)\n", signed(c.Difference.Lo), signed(c.Difference.Hi))
	}
	return nil
}

func signed(p float64) string {
	if p < 0 {
		return "-" + percent(-p)
	}
	return percent(p)
}

type rareLine struct {
	line
	Scenario string     `json:"scenario"`
	Variant  string     `json:"variant"`
	Profile  string     `json:"profile"`
	Rate     float64    `json:"rate"`
	Interval [2]float64 `json:"interval"` // 95 %, not exact
	Levels   []float64  `json:"levels"`   // the fraction that came from each level to the next, and last to the failure
	Runs     int        `json:"runs"`
}

// split tells a rate that was estimated by splitting.
func (s *invocation) split(ctx context.Context, o flake.SplitOptions) error {
	r, err := flake.Split(ctx, o)
	if err != nil {
		return usage(err)
	}
	if s.json {
		return s.emit(rareLine{
			newLine("rare"), r.Scenario, r.Variant, r.Profile, r.Estimate, [2]float64{r.Interval.Lo, r.Interval.Hi}, r.Passed, r.Runs,
		})
	}
	title := rateTitle(&flake.Rate{Scenario: r.Scenario, Variant: r.Variant, Profile: r.Profile})
	s.printf("%s: fails at a rate of %s (95 %%: %s to %s), by splitting, %s\n",
		title, percent(r.Estimate), percent(r.Interval.Lo), percent(r.Interval.Hi), plural(r.Runs, "run"))
	var steps []string
	for _, p := range r.Passed {
		steps = append(steps, percent(p))
	}
	s.printf("levels     %s\n", strings.Join(steps, ", "))
	if r.Levels == 0 {
		s.printf("           no run came to any level: call World.Level as the conditions for the failure come together\n")
	}
	return nil
}
